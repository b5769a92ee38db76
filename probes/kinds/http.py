"""Asks a web address once, follows where it leads, and compares the answer with expectations."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlencode

import httpx
from pydantic import AfterValidator, Field, JsonValue, model_validator

from probes.excerpt import excerpt
from probes.expect import Expect, Failing, Hidden, Seen, judge, millis, one_line
from probes.kind import Kind
from probes.result import Outcome, Reason, Result
from probes.settings import Secret, Settings, write_duration
from probes.tools import Tools
from probes.wire import ACCEPTED, Terms, Trail, WireError, inflate, origin
from probes.wire.settings import Auth, Headers, TlsSettings, Url, basic

AGENT: Final = f"trueup/{version('trueup')}"
BODY_LIMIT: Final = 1 << 20
FOLLOWED: Final = 5
_BIG: Final = 64 * 1024
"""Bytes of JSON above which judging is done beside the event loop, so that nobody waits for it."""
_SUMMARY: Final = 500
_LONG: Final = 8
"""Characters of a text in a JSON body that is more likely to be a secret than a word."""
_PUBLIC_HEADERS: Final = {"accept", "accept-language", "content-type", "host", "user-agent"}
_LATE: Final = {
    Reason.RESOLVE_TIMEOUT: "name not resolved",
    Reason.CONNECT_TIMEOUT: "not connected",
    Reason.TLS_TIMEOUT: "no agreement on TLS",
    Reason.SEND_TIMEOUT: "request not taken",
    Reason.ANSWER_TIMEOUT: "no answer",
    Reason.RECEIVE_TIMEOUT: "answer not finished",
}
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


def _with_a_host(url: httpx.URL) -> httpx.URL:
    """Refuses what no resolver can be asked for (RFC 1123 §2.1, and underscores as in use)."""
    host = url.raw_host.decode("ascii")
    labels = host.removesuffix(".").split(".")
    if ":" not in host and not (len(host) < 254 and all(map(_LABEL.fullmatch, labels))):
        raise ValueError(
            f"{host[:64]!r} is not the name of a host; write letters, digits, - and dots only"
        )
    return url


class HttpSettings(Settings):
    """An address, how to ask it, and what to expect."""

    url: Annotated[Url, AfterValidator(_with_a_host)]
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
    tls: TlsSettings = TlsSettings()
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
        yield len(bodies) > 1, "body, json and form exclude each other; keep one"
        yield (
            bool(bodies) and self.method in {"GET", "HEAD"},
            f'a {self.method} sends nothing; write method = "POST"',
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
    def prepared(self) -> tuple[httpx.URL, list[tuple[bytes, bytes]], bytes | None]:
        """The address without credentials, all headers, and the body; the same for each run."""
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
        return self.url.copy_with(userinfo=b""), raw, body

    def _body(self) -> tuple[bytes | None, str]:
        if self.body is not None:
            return self.body.get_secret_value().encode(), ""
        if self.form is not None:
            plain = {name: value.get_secret_value() for name, value in self.form.items()}
            return urlencode(plain).encode(), "application/x-www-form-urlencoded"
        if self.json_ is not None:
            return json.dumps(self.json_, ensure_ascii=False).encode(), "application/json"
        return None, ""

    @property
    def credentials_of_url(self) -> str:
        return basic(self.url.username, self.url.password)


async def run(settings: HttpSettings, tools: Tools) -> Result:
    """One try. Raises OSError when this machine, not the target, is in trouble."""
    terms = Terms(within=settings.timeout, body_limit=BODY_LIMIT, ca=settings.tls.ca)
    trail = Trail(tools.transport, terms, tools.monotonic)
    try:
        seen = await _see(settings, trail)
    except WireError as error:
        trouble = Failing(error.reason, _trouble(error, settings, trail))
        return _failed(trail, [trouble], Hidden(_secrets(settings)))
    failings = await _judge(settings.expect, seen, settings.timeout - seen.took)
    if failings:
        hidden = Hidden(_secrets(settings))
        result = _failed(trail, hidden.failings(settings.expect, seen, failings), hidden)
        return replace(result, excerpt=_excerpt(seen, hidden)) if _is_bad(result) else result
    said = f"status {seen.status} in {millis(seen.took)}"
    return Result(outcome=Outcome.PASS, took=seen.took, phases=trail.phases, summary=said)


async def _see(settings: HttpSettings, trail: Trail) -> Seen:
    url, headers, body = settings.prepared
    request = httpx.Request(settings.method, url, headers=headers, content=body)
    response = await trail.follow(request, settings.hops, settings.expect.status_is_met)
    # Not aread(): that would unpack without a limit.
    packed = b"".join([part async for part in response.aiter_raw()])
    return Seen(
        status=response.status_code,
        headers=response.headers,
        content=inflate(packed, response.headers.get("content-encoding", ""), BODY_LIMIT),
        took=trail.took,
        certificate_left=trail.certificate_left,
    )


async def _judge(expect: Expect, seen: Seen, left: timedelta) -> list[Failing]:
    if not expect.reads_json or len(seen.content) <= _BIG:
        return judge(expect, seen)
    try:
        async with asyncio.timeout(left.total_seconds()):
            return await asyncio.to_thread(judge, expect, seen)
    except TimeoutError:
        return [Failing(Reason.TIMEOUT, "the JSON of the answer took too long to look through")]


def _failed(trail: Trail, failings: list[Failing], hidden: Hidden) -> Result:
    said = hidden.text(one_line("; ".join(each.said for each in failings)))
    return Result(
        outcome=Outcome.SLOW if all(each.slow for each in failings) else Outcome.FAIL,
        reason=failings[0].reason,
        summary=said if len(said) <= _SUMMARY else f"{said[: _SUMMARY - 1]}…",
        took=trail.took,
        phases=trail.phases,
    )


def _is_bad(result: Result) -> bool:
    return result.outcome is Outcome.FAIL


def _excerpt(seen: Seen, hidden: Hidden) -> str:
    """Hidden twice: what markup tore apart is whole again in the words of a page."""
    return hidden.text(excerpt(hidden.text(seen.text)))


def _trouble(error: WireError, settings: HttpSettings, trail: Trail) -> str:
    said = str(error)
    if what := _LATE.get(error.reason):
        said = f"{what} within {write_duration(settings.timeout)}{_until_then(error)}"
    if trail.redirects:
        said = f"redirected to {origin(trail.url)}: {said}"
    return said


def _until_then(error: WireError) -> str:
    """What had gone well before time ran out."""
    report = error.report
    *done, _ = report.phases or ("",)
    on_the_way = [report.phases[name] for name in done if name in {"resolve", "connect", "tls"}]
    said = f"; connected after {millis(sum(on_the_way, timedelta()))}" if "connect" in done else ""
    return f"{said}, {report.received} bytes received" if report.received else said


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
    yield from (leaf for leaf in _leaves(settings.json_) if len(leaf) >= _LONG)


def _leaves(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | dict():
            for part in value.values() if isinstance(value, dict) else value:
                yield from _leaves(part)


KIND: Final = Kind("http", HttpSettings, run)
