"""The proxy a browser goes through."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from probes.settings import Secret, Strict

_SCHEMES: Final = ("http", "https", "socks5")


class ProxyServer(Strict):
    """`server` is its address without the user name and the password."""

    server: str
    username: str = ""
    password: Secret | None = None

    def address(self) -> str:
        """With the user name and the password, so that all of it is a secret."""
        if self.password is None:
            return self.server
        scheme, _, place = self.server.partition("://")
        named = (
            f"{quote(self.username, safe='')}:{quote(self.password.get_secret_value(), safe='')}"
        )
        return f"{scheme}://{named}@{place}"


def _read(value: object) -> ProxyServer:
    if isinstance(value, ProxyServer):
        return value
    parts = _parts(value)
    server = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if parts.username is None:
        return ProxyServer(server=server)
    if parts.scheme == "socks5":
        raise ValueError(
            "a browser cannot sign in at a SOCKS proxy; use one of HTTP, or leave the name out"
        )
    password = Secret(unquote(parts.password or ""))
    return ProxyServer(server=server, username=unquote(parts.username), password=password)


def _parts(value: object) -> SplitResult:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        good = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # not a port
        good = False
    if not good or parts.path not in ("", "/") or parts.query:
        raise ValueError(
            'not a proxy; write it as "http://proxy.example.org:3128" or "socks5://127.0.0.1:1080"'
        )
    return parts


Proxy = Annotated[
    ProxyServer,
    PlainValidator(_read),
    PlainSerializer(lambda proxy: proxy.server, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(https?|socks5)://"}),
]
"""Written as an address; a password in it is a secret."""
