"""One request, written out once and asked as often as one likes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import httpx

from probes.wire.head import Header, read_headers, write_head
from probes.wire.report import Terms
from probes.wire.resolve import Lookup, is_address

_END: Final = b"\r\n"
_SENDING: Final = {"POST", "PUT", "PATCH"}
_REPEATABLE: Final = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"}


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """`line`, `fields` and `body` are what is sent. `url` holds no credentials and no fragment.
    Probes that send the same fields share them: of ten thousand that is a megabyte and a half.

    The rest follows from these: where to connect, by an address or by a name to look up, which
    name stands in the certificate, and whether the answer can have a body.
    """

    method: str
    url: httpx.URL
    line: bytes
    fields: bytes
    body: bytes
    terms: Terms
    led_from: Question | None = None
    """The one whose redirects led to this; None for one that was asked first."""
    host: str = field(init=False)
    port: int = field(init=False)
    secure: bool = field(init=False)
    addresses: tuple[str, ...] = field(init=False)
    """To connect to; empty when a name has to be looked up."""
    server_name: str = field(init=False)
    lookup: Lookup | None = field(init=False)

    def __post_init__(self) -> None:
        url, terms, place = self.url, self.terms, self.terms.connect_to
        named = sys.intern(literal_of(url))
        host = place.host if place else named
        secure = url.scheme == "https"
        known = _alone(host) if is_address(host) else ()
        lookup = None if known else Lookup(host, terms.ip, terms.resolver)
        values = {
            "host": named,
            "port": (place and place.port) or url.port or (443 if secure else 80),
            "secure": secure,
            "addresses": known,
            "lookup": lookup,
            "server_name": (terms.server_name or without_zone(named)).removesuffix("."),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def head(self) -> bytes:
        return self.line + self.fields

    def written(self, traceparent: bytes) -> bytes:
        """All of it; with that header at the end of its head, unless it is empty."""
        if not traceparent:
            return self.line + self.fields + self.body
        fields = self.fields.removesuffix(_END)
        return b"%b%btraceparent: %b\r\n\r\n%b" % (self.line, fields, traceparent, self.body)

    @property
    def where(self) -> str:
        """Who is connected to: a name or an address."""
        return self.lookup.host if self.lookup else self.addresses[0]

    @property
    def first(self) -> Question:
        return self.led_from or self

    @property
    def bodyless(self) -> bool:
        return self.method == "HEAD"

    @property
    def repeatable(self) -> bool:
        """Whether asking twice does what asking once does (RFC 9110, section 9.2.2)."""
        return self.method in _REPEATABLE

    @property
    def headers(self) -> list[Header]:
        """All of them, as they are sent."""
        return read_headers(self.head)


def write_question(
    method: str,
    url: httpx.URL,
    headers: Iterable[Header],
    body: bytes,
    terms: Terms,
    led_from: Question | None = None,
) -> Question:
    """Adds the headers that speak of the connection, the body and the host, where they are
    missing. Raises ValueError for anything in which another line could hide.
    """
    given = [each for each in headers if each[0].lower() != b"transfer-encoding"]
    names = {name.lower() for name, _ in given}
    if b"host" not in names:
        given.insert(0, (b"Host", host_header(url)))
    if b"content-length" not in names and (body or method in _SENDING):
        given.append((b"Content-Length", b"%d" % len(body)))
    if b"connection" not in names and not (terms.reuse or terms.http2):
        given.append((b"Connection", b"close"))
    line, end, fields = write_head(method, url.raw_path, given).partition(b"\r\n")
    return Question(method, url, line + end, _shared(fields), body, terms, led_from)


@lru_cache(maxsize=4096)
def _alone(address: str) -> tuple[str, ...]:
    return (address,)


@lru_cache(maxsize=4096)
def _shared(fields: bytes) -> bytes:
    return fields


def literal_of(url: httpx.URL) -> str:
    """The host to look up or to connect to, a zone as this machine writes it (RFC 6874)."""
    host = url.raw_host.decode("ascii").strip("[]")
    return host.replace("%25", "%", 1) if ":" in host else host


def without_zone(host: str) -> str:
    """As anybody else may know an address: zones are this machine's own affair."""
    return host.partition("%")[0] if ":" in host else host


def host_header(url: httpx.URL) -> bytes:
    if b"%" not in url.netloc or b":" not in url.raw_host:
        return url.netloc
    port = f":{url.port}" if url.port else ""
    return f"[{without_zone(literal_of(url))}]{port}".encode("ascii")


def request_of(asked: Question, traceparent: bytes) -> httpx.Request:
    """The same for httpx."""
    headers = asked.headers
    if traceparent:
        headers.append((b"traceparent", traceparent))
    return httpx.Request(asked.method, asked.url, headers=headers, content=asked.body or None)
