"""A request and its answer, as both engines can tell them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

HARMLESS: Final = frozenset(("GET", "HEAD", "OPTIONS"))
Headers = tuple[tuple[str, str], ...]


class Broken(Enum):
    """No answer at all."""

    REFUSED = "refused"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Asked:
    """`headers` are in small letters. `resource` is `document`, `script`, `style`, `fetch`, or
    `other`: what a browser wants it for.
    """

    method: str
    url: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    resource: str = "document"

    @property
    def writes(self) -> bool:
        return self.method not in HARMLESS

    @property
    def media_type(self) -> str:
        """Of what is sent, in small letters; empty where it is not said."""
        return next(media_types(self.headers), "")


@dataclass(frozen=True, slots=True)
class Given:
    """`body` is unpacked; `headers` hold no encoding and no length, which the engine writes."""

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    took: timedelta = timedelta()
    certificate_left: timedelta | None = None

    @property
    def media_type(self) -> str:
        return next(media_types(self.headers), "")

    def said(self, name: str) -> str:
        """The first header of that name, which is written in small letters; or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def media_types(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        if name.lower() == "content-type":
            yield value.partition(";")[0].strip().lower()
