"""Where a redirect leads, what may be carried there, and which ones are not followed."""

from __future__ import annotations

from typing import Final

import httpx

from probes.result import Reason
from probes.wire.report import WireError

_REDIRECTS: Final = {301, 302, 303, 307, 308}
_KEEPS_METHOD: Final = {307, 308}
_FOR_ANYBODY: Final = {"accept", "accept-encoding", "user-agent"}


def leads_on(response: httpx.Response) -> bool:
    """Whether the response is a redirect that says where to."""
    return response.status_code in _REDIRECTS and "location" in response.headers


def origin(url: httpx.URL) -> str:
    """Scheme, host and port: what a summary may say of an address."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def next_request(sent: httpx.Request, response: httpx.Response) -> httpx.Request:
    """The request that a redirect asks for. To another origin go no configured headers and no body.

    Raises WireError: REDIRECT_REFUSED for the way from https to http, to something that is not
    HTTP, or where a body would have to follow to another origin; MALFORMED_ANSWER for no address.
    """
    url = _target(sent.url, response.headers["location"])
    same = _same_origin(sent.url, url)
    keeps = response.status_code in _KEEPS_METHOD
    body = sent.content if keeps else b""
    if body and not same:
        raise WireError(
            Reason.REDIRECT_REFUSED, f"redirected to {origin(url)}, where the body may not follow"
        )
    return httpx.Request(
        sent.method if keeps or sent.method == "HEAD" else "GET",
        url,
        headers=_carried(sent.headers, same=same, body=bool(body)),
        content=body or None,
        extensions=sent.extensions,
    )


def _target(base: httpx.URL, location: str) -> httpx.URL:
    try:
        url = base.join(location).copy_with(userinfo=b"", fragment=None)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise WireError(Reason.MALFORMED_ANSWER, "redirected to what is no address") from None
    if url.scheme not in {"http", "https"}:
        raise WireError(Reason.REDIRECT_REFUSED, "redirected to what is not HTTP")
    if not url.host or not 0 < (url.port or 1) < 65536:
        raise WireError(Reason.MALFORMED_ANSWER, "redirected to what is no address")
    if base.scheme == "https" and url.scheme == "http":
        raise WireError(
            Reason.REDIRECT_REFUSED, f"redirected from https to {origin(url)}, without encryption"
        )
    return url


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    if one.host != other.host:
        return False
    upgraded = (one.scheme, other.scheme) == ("http", "https")
    plain_ports = one.port in {None, 80} and other.port in {None, 443}
    return (one.scheme, one.port) == (other.scheme, other.port) or (upgraded and plain_ports)


def _carried(headers: httpx.Headers, *, same: bool, body: bool) -> list[tuple[bytes, bytes]]:
    about_body = set() if body else {"content-type", "content-length", "transfer-encoding"}
    return [
        (name, value)
        for name, value in headers.raw
        if (key := name.decode("ascii", "replace").lower()) not in about_body
        and key != "content-length"
        and (key in _FOR_ANYBODY or (same and key != "host"))
    ]
