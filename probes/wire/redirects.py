"""Where a redirect leads, what may be carried there, and which ones are not followed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import httpx

from probes.result import Reason
from probes.wire.head import Header
from probes.wire.question import Question, host_header, write_question
from probes.wire.reaching import has_port
from probes.wire.report import Answered, Place, Terms, WireError

_REDIRECTS: Final = {301, 302, 303, 307, 308}
_KEEPS_METHOD: Final = {307, 308}
_FOR_ANYBODY: Final = {b"accept", b"accept-encoding", b"user-agent"}
_ABOUT_BODY: Final = {b"content-type", b"content-length", b"transfer-encoding"}
_NO_ADDRESS: Final = "redirected to what is no address"


def leads_on(answered: Answered) -> bool:
    """Whether the answer is a redirect that says where to."""
    return answered.status in _REDIRECTS and bool(answered.values(b"location"))


def origin(url: httpx.URL) -> str:
    """Scheme, host and port: what a summary may say of an address."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def next_question(asked: Question, answered: Answered) -> Question:
    """What a redirect asks for. To another origin go no configured headers and no body.

    Raises WireError: REDIRECT_REFUSED for the way from https to http, to something that is not
    HTTP, or where a body would have to follow to another origin; MALFORMED_ANSWER for no address.
    """
    location = b", ".join(answered.values(b"location"))
    url = _target(asked.url, location)
    same = _same_origin(asked.url, url)
    keeps = answered.status in _KEEPS_METHOD
    body = asked.body if keeps else b""
    if body and not same:
        raise WireError(
            Reason.REDIRECT_REFUSED, f"redirected to {origin(url)}, where the body may not follow"
        )
    method = asked.method if keeps or asked.method == "HEAD" else "GET"
    headers = _carried(asked, same=same, body=bool(body))
    try:
        return write_question(method, url, headers, body, _terms(asked.first, url), asked.first)
    except ValueError:
        raise WireError(Reason.MALFORMED_ANSWER, _NO_ADDRESS) from None


def _target(base: httpx.URL, location: bytes) -> httpx.URL:
    try:
        url = base.join(_text(location)).copy_with(userinfo=b"", fragment=None)
        fits = _fits(url)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise WireError(Reason.MALFORMED_ANSWER, _NO_ADDRESS) from None
    if url.scheme not in {"http", "https"}:
        raise WireError(Reason.REDIRECT_REFUSED, "redirected to what is not HTTP")
    if not fits:
        raise WireError(Reason.MALFORMED_ANSWER, _NO_ADDRESS)
    if base.scheme == "https" and url.scheme == "http":
        raise WireError(
            Reason.REDIRECT_REFUSED, f"redirected from https to {origin(url)}, without encryption"
        )
    return url


def _fits(url: httpx.URL) -> bool:
    """Whether there is a host that can be asked for, and a port. Raises UnicodeError for what only
    looks like an international one.
    """
    if not url.host or not has_port(url):
        return False
    name = url.raw_host.removesuffix(b".")
    labels = name.split(b".")
    return b":" in name or (len(name) < 254 and all(0 < len(each) < 64 for each in labels))


def _text(location: bytes) -> str:
    try:
        return location.decode("utf-8")
    except UnicodeDecodeError:
        return location.decode("latin-1")


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    if one.host != other.host:
        return False
    upgraded = (one.scheme, other.scheme) == ("http", "https")
    plain_ports = one.port in {None, 80} and other.port in {None, 443}
    return (one.scheme, one.port) == (other.scheme, other.port) or (upgraded and plain_ports)


def _terms(first: Question, url: httpx.URL) -> Terms:
    """What was pinned by hand is the first host, wherever its other ports and schemes lead, and
    also for who comes back to it; what was said of its connection does not hold for another's.
    """
    terms = first.terms
    if (url.scheme, url.host, url.port) == (first.url.scheme, first.url.host, first.url.port):
        return terms
    place = terms.connect_to if url.host == first.url.host else None
    same = _same_origin(first.url, url)
    return replace(
        terms,
        reuse=False,
        connect_to=place and Place(place.host),
        server_name=terms.server_name if url.host == first.url.host else "",
        certificate=terms.certificate if same else None,
        key=terms.key if same else None,
    )


def _carried(asked: Question, *, same: bool, body: bool) -> list[Header]:
    """A host that was written by hand is meant for all of its origin."""
    ours = (b"host", host_header(asked.url))
    return [
        (name, value)
        for name, value in asked.headers
        if (key := name.lower()) not in {b"content-length", b"connection"}
        and (body or key not in _ABOUT_BODY)
        and (key in _FOR_ANYBODY or (same and (key, value) != ours))
    ]
