"""Whom to connect to and how, read from text and refused kindly."""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import httpx
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from probes.settings import Secret
from probes.wire.names import SYSTEM
from probes.wire.report import Place
from probes.wire.resolve import is_address

Family = Literal["any", "4", "6", "both"]

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_PLACE: Final = re.compile(r"(?:\[([0-9a-fA-F:.]+(?:%[\w.-]+)?)\]|([^\[\]:]+))(?::(\d{1,5}))?")
_PROXIES: Final = {"http", "https", "socks5", "socks5h"}
_SOCKS_LONGEST: Final = 255
_HOW_TO_PROXY: Final = 'not a proxy; write it as "http://proxy.example.org:3128" or "socks5://…"'


def has_port(url: httpx.URL) -> bool:
    """Whether the one it names, if it names any, is one that can be connected to."""
    return url.port is None or 0 < url.port < 65536


def is_host(host: str) -> bool:
    """Whether a resolver can be asked for it, or nobody need be (RFC 1123 §2.1, and underscores
    as in use).
    """
    labels = host.removesuffix(".").split(".")
    named = len(host) < 254 and all(map(_LABEL.fullmatch, labels))
    return ":" in host or (named and in_full(host) in {"", host})


def in_full(host: str) -> str:
    """An address that is written in a short form, or in another than decimal; empty for names."""
    if not host[:1].isdigit():
        return ""
    try:
        return socket.inet_ntoa(socket.inet_aton(host.removesuffix(".")))
    except OSError:
        return ""


def _place(text: str) -> Place | None:
    if is_address(text):
        return Place(text)
    found = _PLACE.fullmatch(text)
    if found is None or not is_host(host := found[1] or found[2]):
        return None
    if found[1] and not is_address(host):
        return None
    port = int(found[3]) if found[3] else None
    return Place(host, port) if port is None or 0 < port < 65536 else None


def _read_place(value: Any) -> Place:
    if isinstance(value, Place):
        return value
    place = _place(value) if isinstance(value, str) else None
    if place is None:
        raise ValueError(
            'not a place to connect to; write an address or a name, as "192.0.2.7", '
            '"192.0.2.7:8443", "[2001:db8::1]:443" or "inner.example.org"'
        )
    return place


ConnectTo = Annotated[
    Place,
    PlainValidator(_read_place),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["192.0.2.7", "[2001:db8::1]:443"]}),
]
"""An address or a name, and a port if it is another than that of the web address."""


def _read_resolver(value: Any) -> str:
    if value == SYSTEM:
        return SYSTEM
    place = _place(value) if isinstance(value, str) else None
    if place is None or not is_address(place.host):
        raise ValueError(
            'not a resolver; write its address, as "192.0.2.53" or "[2001:db8::53]:5353", or '
            f'"{SYSTEM}" for what only the machine itself can look up'
        )
    return str(place)


Resolver = Annotated[
    str,
    PlainValidator(_read_resolver),
    WithJsonSchema({"type": "string", "examples": ["192.0.2.53", SYSTEM]}),
]
"""The address of a name server, with a port if it is another than 53."""


def _read_proxy(value: Any) -> httpx.URL | Secret:
    text = str(value.get_secret_value() if isinstance(value, Secret) else value)
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        url = httpx.URL()
    if url.scheme not in _PROXIES or not url.host or not is_host(url.raw_host.decode("ascii")):
        raise ValueError(_HOW_TO_PROXY)
    if not has_port(url) or url.raw_path not in {b"", b"/"}:
        raise ValueError(_HOW_TO_PROXY)
    named = [len(each.encode()) for each in (url.username, url.password)]
    if url.scheme.startswith("socks") and max(named) > _SOCKS_LONGEST:
        raise ValueError(f"SOCKS takes names and passwords of {_SOCKS_LONGEST} bytes at most")
    return Secret(text) if url.userinfo else url


Proxy = Annotated[
    httpx.URL | Secret,
    PlainValidator(_read_proxy),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(https?|socks5h?)://"}),
]
"""A proxy's address; a secret when it holds a name and a password."""


def proxy_url(proxy: httpx.URL | Secret | None) -> httpx.URL | None:
    return httpx.URL(proxy.get_secret_value()) if isinstance(proxy, Secret) else proxy


def secrets_of_proxy(proxy: httpx.URL | Secret | None) -> Iterator[str]:
    if isinstance(proxy, Secret):
        url = httpx.URL(proxy.get_secret_value())
        both = f"{url.username}:{url.password}"
        yield from (url.password, url.userinfo.decode("ascii", "replace"))
        yield from (both, b64encode(both.encode()).decode())
