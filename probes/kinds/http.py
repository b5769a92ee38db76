"""Asks a web address once, follows where it leads, and compares the answer with expectations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlencode

from pydantic import Field, JsonValue, model_validator

from probes.excerpt import excerpt
from probes.expect import Expect, Failing, Hidden, Seen, judge, millis, one_line
from probes.kind import Kind
from probes.result import Outcome, Reason, Result
from probes.settings import Secret
from probes.tools import FIRST, Tools
from probes.wire import ACCEPTED, Answered, Question, Trail, WireError, inflate, write_question
from probes.wire.reaching import secrets_of_proxy
from probes.wire.resolve import Ip
from probes.wire.settings import Auth, Headers, basic
from probes.wire.trail import trouble_in_words
from probes.wire.way import Way

AGENT: Final = f"trueup/{version('trueup')}"
BODY_LIMIT: Final = 1 << 20
FOLLOWED: Final = 5
_IN_A_ROW: Final = 50
"""Questions that are written at one go: about two milliseconds."""
_BIG: Final = 64 * 1024
"""Bytes of JSON above which judging is done beside the event loop, so that nobody waits for it."""
_SUMMARY: Final = 500
_LONG: Final = 8
"""Characters of a text in a JSON body that is more likely to be a secret than a word."""
_PUBLIC_HEADERS: Final = {"accept", "accept-language", "content-type", "host", "user-agent"}
_ONCE_ONLY: Final = {"POST", "PATCH"}
_NOT_IN_HTTP2: Final = {"te", "upgrade", "keep-alive", "proxy-connection"}
_FAMILIES: Final = ("IPv4", "IPv6")
_BETTER_FIRST: Final = (Outcome.PASS, Outcome.SLOW, Outcome.FAIL)


class HttpSettings(Way):
    """An address, how to ask it, and what to expect."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: Headers = Field(default_factory=dict)
    body: Secret | None = None
    """Sent as it is."""
    json_: JsonValue = Field(default=None, alias="json", repr=False)
    """Sent as JSON."""
    form: dict[str, Secret] | None = None
    """Sent as a web form."""
    auth: Auth | None = None
    redirects: Literal["follow", "refuse"] | Annotated[int, Field(ge=0, le=20)] = "follow"
    """How many to follow; "follow" means five, "refuse" none."""
    trace_context: bool = True
    """Whether requests to the host of the probe carry a `traceparent`."""
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for wrong, said in self._contradictions():
            if wrong:
                raise ValueError(said)
        return self

    def _contradictions(self) -> Iterator[tuple[bool, str]]:
        bodies = [name for name in ("body", "json_", "form") if getattr(self, name) is not None]
        secure, expect = self.url.scheme == "https", self.expect
        authorities = [self.auth, self.url.userinfo, "authorization" in self._names()]
        yield from self.impassable()
        yield len(bodies) > 1, "body, json and form exclude each other; keep one"
        yield (
            bool(bodies) and self.method in {"GET", "HEAD"},
            f'a {self.method} sends nothing; write method = "POST"',
        )
        yield (
            self.reuse_connection and self.method in _ONCE_ONLY,
            f"reuse_connection might send a {self.method} twice; leave it out",
        )
        unfit = sorted(self._names() & _NOT_IN_HTTP2)
        yield (
            self.http2 and bool(unfit),
            f"HTTP/2 has no header {', '.join(unfit)}; leave it out",
        )
        yield sum(map(bool, authorities)) > 1, "the credentials are given twice; keep auth"
        yield (
            self.method == "HEAD" and expect.reads_body,
            "the answer to a HEAD has no text to expect something of; use GET",
        )
        yield (
            not secure and expect.certificate_valid_for is not None,
            "expect.certificate_valid_for needs an address that begins with https",
        )
        yield (
            expect.within is not None and expect.within >= self.timeout,
            "expect.within is never reached before timeout; make it shorter",
        )

    def _names(self) -> set[str]:
        return {name.lower() for name in self.headers}

    @property
    def hops(self) -> int:
        match self.redirects:
            case "follow":
                return FOLLOWED
            case "refuse":
                return 0
            case number:
                return number

    @cached_property
    def traced(self) -> bool:
        """A `traceparent` that was written by hand is sent as it is."""
        return self.trace_context and "traceparent" not in self._names()

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked in each run, over each kind of address; the same every time."""
        families: tuple[Ip, ...] = ("4", "6") if self.ip == "both" else (self.ip,)
        return tuple(self._question(ip) for ip in families)

    def _question(self, ip: Ip) -> Question:
        body, media_type = self._body()
        default = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": ACCEPTED}
        if media_type:
            default["Content-Type"] = media_type
        if self.auth or self.url.userinfo:
            default["Authorization"] = self.auth.header if self.auth else self.credentials_of_url
        own = {name: secret.get_secret_value() for name, secret in self.headers.items()}
        names = self._names()
        own |= {name: value for name, value in default.items() if name.lower() not in names}
        raw = [(name.encode("ascii"), value.encode()) for name, value in own.items()]
        url = self.url.copy_with(userinfo=b"") if self.url.userinfo else self.url
        return write_question(self.method, url, raw, body, self.terms(ip, BODY_LIMIT))

    def _body(self) -> tuple[bytes, str]:
        if self.body is not None:
            return self.body.get_secret_value().encode(), ""
        if self.form is not None:
            plain = {name: value.get_secret_value() for name, value in self.form.items()}
            return urlencode(plain).encode(), "application/x-www-form-urlencoded"
        if self.json_ is not None:
            return json.dumps(self.json_, ensure_ascii=False).encode(), "application/json"
        return b"", ""

    @property
    def credentials_of_url(self) -> str:
        return basic(self.url.username, self.url.password)


async def run(settings: HttpSettings, tools: Tools) -> Result:
    """One try. Raises OSError when this machine, not the target, is in trouble."""
    if settings.ip == "both":
        return await _over_both(settings, tools)
    return await _ask(settings, settings.questions[0], tools)


async def _over_both(settings: HttpSettings, tools: Tools) -> Result:
    """At the same time; the worse outcome counts, and of two alike the slower one."""
    asking = [asyncio.create_task(_ask(settings, each, tools)) for each in settings.questions]
    try:
        found = await asyncio.gather(*asking)
    finally:
        for each in asking:
            each.cancel()
        await asyncio.wait(asking)
    named = sorted(zip(found, _FAMILIES, strict=True), key=_badness)
    said = "; ".join(f"over {name}: {result.summary}" for result, name in reversed(named))
    return replace(named[-1][0], summary=_short(said))


def _badness(named: tuple[Result, str]) -> tuple[int, timedelta]:
    return _BETTER_FIRST.index(named[0].outcome), named[0].took


async def _ask(settings: HttpSettings, question: Question, tools: Tools) -> Result:
    attempt = tools.attempt if settings.traced else FIRST
    trail = Trail(tools.transport, settings.timeout, tools.monotonic, attempt)
    expect = settings.expect
    try:
        answered = await trail.follow(question, settings.hops, expect.status_is_met)
        seen = _see(answered, trail)
    except WireError as error:
        said = trouble_in_words(error, settings.timeout, trail)
        return _failed(trail, [Failing(error.reason, said)], Hidden(_secrets(settings)))
    if expect.reads_json and len(seen.content) > _BIG:
        failings = await _judge_beside(expect, seen, settings.timeout - seen.took)
    else:
        failings = judge(expect, seen)
    if failings:
        return _fallen_short(settings, trail, seen, failings)
    return Result(
        outcome=Outcome.PASS,
        took=seen.took,
        summary=f"status {seen.status} in {millis(seen.took)}",
        phases=trail.phases,
        facts=trail.facts(len(seen.content)),
        trace_id=trail.trace_id,
    )


def _see(answered: Answered, trail: Trail) -> Seen:
    coding = answered.joined(b"content-encoding")
    content = inflate(answered.body, coding, BODY_LIMIT) if coding else answered.body
    return Seen(answered.status, answered.headers, content, trail.took, trail.certificate_left)


async def _judge_beside(expect: Expect, seen: Seen, left: timedelta) -> list[Failing]:
    try:
        async with asyncio.timeout(left.total_seconds()):
            return await asyncio.to_thread(judge, expect, seen)
    except TimeoutError:
        return [Failing(Reason.TIMEOUT, "the JSON of the answer took too long to look through")]


def _fallen_short(
    settings: HttpSettings, trail: Trail, seen: Seen, failings: list[Failing]
) -> Result:
    hidden = Hidden(_secrets(settings))
    result = _failed(trail, hidden.failings(settings.expect, seen, failings), hidden)
    result = replace(result, facts=trail.facts(len(seen.content)))
    return replace(result, excerpt=_excerpt(seen, hidden)) if _is_bad(result) else result


def _failed(trail: Trail, failings: list[Failing], hidden: Hidden) -> Result:
    said = hidden.text(one_line("; ".join(each.said for each in failings)))
    return Result(
        outcome=Outcome.SLOW if all(each.slow for each in failings) else Outcome.FAIL,
        reason=failings[0].reason,
        summary=_short(said),
        took=trail.took,
        phases=trail.phases,
        facts=trail.facts(),
        trace_id=trail.trace_id,
    )


def _short(said: str) -> str:
    return said if len(said) <= _SUMMARY else f"{said[: _SUMMARY - 1]}…"


def _is_bad(result: Result) -> bool:
    return result.outcome is Outcome.FAIL


def _excerpt(seen: Seen, hidden: Hidden) -> str:
    """Hidden twice: what markup tore apart is whole again in the words of a page."""
    return hidden.text(excerpt(hidden.text(seen.text)))


def _secrets(settings: HttpSettings) -> Iterator[str]:
    for name, value in settings.headers.items():
        if name.lower() not in _PUBLIC_HEADERS:
            plain = value.get_secret_value()
            yield from (plain, plain.rpartition(" ")[2])
    auth, url = settings.auth, settings.url
    for secret in (settings.body, *(settings.form or {}).values()):
        yield secret.get_secret_value() if secret else ""
    if auth:
        yield from (auth.header, auth.header.rpartition(" ")[2])
        yield auth.password.get_secret_value() if auth.password else ""
    if url.userinfo:
        yield from (url.password, settings.credentials_of_url.rpartition(" ")[2])
    yield from secrets_of_proxy(settings.proxy)
    yield from (leaf for leaf in _leaves(settings.json_) if len(leaf) >= _LONG)


def _leaves(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | dict():
            for part in value.values() if isinstance(value, dict) else value:
                yield from _leaves(part)


async def prepare(every: Sequence[HttpSettings], tools: Tools) -> None:
    """Writes the questions, and loads what it takes to ask them."""
    questions: list[Question] = []
    for number, settings in enumerate(every):
        if number % _IN_A_ROW == 0:
            await asyncio.sleep(0)
        questions += settings.questions
    await tools.transport.prepare(questions)


KIND: Final = Kind("http", HttpSettings, run, prepare=prepare)
