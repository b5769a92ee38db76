"""What an http probe is told: an address, how to ask it, and what to expect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlencode

from pydantic import Field, JsonValue, model_validator

from probes.expect import Expect, Pin
from probes.expect.learning import Lessons
from probes.fingerprint import Reader
from probes.kind import Refuse
from probes.settings import Secret
from probes.wire import ACCEPTED, Question, write_question
from probes.wire.reaching import secrets_of_proxy
from probes.wire.resolve import Ip
from probes.wire.settings import Auth, Headers, basic
from probes.wire.way import Way

AGENT: Final = f"trueup/{version('trueup')}"
BODY_LIMIT: Final = 1 << 20
FOLLOWED: Final = 5
_LONG: Final = 8
"""Characters of a text in a JSON body that is more likely to be a secret than a word."""
_PUBLIC_HEADERS: Final = {"accept", "accept-language", "content-type", "host", "user-agent"}
_ONCE_ONLY: Final = {"POST", "PATCH"}
_NOT_IN_HTTP2: Final = {"te", "upgrade", "keep-alive", "proxy-connection"}


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

    def files(self) -> Iterable[Path]:
        shape = self.expect.shape
        return (shape.path,) if shape and shape.path else ()

    def learning(self) -> Self | None:
        shape = self.expect.shape
        return self.expecting(shape.unread()) if shape and shape.learns else None

    def expecting(self, shape: Pin) -> Self:
        """The same, with that shape."""
        return self.model_copy(update={"expect": self.expect.model_copy(update={"shape": shape})})

    @cached_property
    def fingerprint(self) -> Reader:
        """What reads the traits of each answer, and remembers the last one."""
        return Reader()

    @cached_property
    def lessons(self) -> Lessons:
        """What large answers teach."""
        return Lessons()

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


def complete(every: Mapping[str, HttpSettings], refuse: Refuse) -> Mapping[str, HttpSettings]:
    """Those that learn, with what is learned already: its file is named after the probe."""
    changed = {}
    for id_, settings in every.items():
        shape = settings.expect.shape
        if shape is None or not shape.learns:
            continue
        try:
            changed[id_] = settings.expecting(shape.of(id_))
        except ValueError as error:
            refuse(id_, "expect.shape", id_, str(error))
    return changed


def secrets_of(settings: HttpSettings) -> Iterator[str]:
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
