"""What is configured about a request, read from text and refused kindly."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Annotated, Final, Self

import httpx
from pydantic import (
    AfterValidator,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from probes.settings import Secret, Strict
from probes.wire.reaching import has_port, in_full, is_host

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS: Final = {"connection", "content-length", "transfer-encoding"}
_BROKEN: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _read_url(value: object) -> httpx.URL:
    if isinstance(value, httpx.URL):
        return value
    try:
        url = httpx.URL(value) if isinstance(value, str) else httpx.URL()
    except (httpx.InvalidURL, UnicodeError, ValueError):
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host or not has_port(url):
        raise ValueError('not a web address; write it as "https://example.org/path"')
    host = url.raw_host.decode("ascii")
    if (address := in_full(host)) not in {"", host}:
        raise ValueError(f"{host[:64]} is an address in another form; write {address}")
    if not is_host(host):
        raise ValueError(
            f"{host[:64]!r} is not the name of a host; write letters, digits, - and dots only"
        )
    return url.copy_with(fragment=None)


Url = Annotated[
    httpx.URL,
    PlainValidator(_read_url),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": "^https?://", "examples": ["https://example.org/"]}
    ),
]
"""An address with http or https. Whatever it says of a user is in its `userinfo`."""


def _headers(value: dict[str, Secret]) -> dict[str, Secret]:
    for name, secret in value.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a header; use letters, digits and -")
        if name.lower() in _OURS:
            raise ValueError(f"{name} is written by the probe itself; leave it out")
        if _BROKEN.search(secret.get_secret_value()):
            raise ValueError(
                f"the header {name} holds a line end or a control character; remove it"
            )
    return value


Headers = Annotated[dict[str, Secret], AfterValidator(_headers)]


class Auth(Strict):
    """Either a user name and a password, or a bearer token."""

    username: str | None = None
    password: Secret | None = None
    bearer: Secret | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if self.model_fields_set not in ({"username", "password"}, {"bearer"}):
            raise ValueError("write either username and password, or bearer")
        if self.bearer is not None and _BROKEN.search(self.bearer.get_secret_value()):
            raise ValueError("the token holds a line end or a control character; remove it")
        return self

    @property
    def header(self) -> str:
        """The Authorization header's value."""
        if self.bearer is not None:
            return f"Bearer {self.bearer.get_secret_value()}"
        password = self.password.get_secret_value() if self.password else ""
        return basic(self.username or "", password)


def basic(username: str, password: str) -> str:
    """The Authorization header of a user name and a password (RFC 7617)."""
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"
