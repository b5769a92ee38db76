"""What is asked of a site, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

PAGE = "text/html"
JSON = "application/json"


@dataclass(frozen=True)
class Question:
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def reads(self) -> bool:
        return self.method in {"GET", "HEAD", "OPTIONS"}

    def header(self, name: str) -> str:
        return _first(self.headers, name)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    took_s: float = 0.0

    @property
    def media_type(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    def header(self, name: str) -> str:
        return _first(self.headers, name)

    def saying(self, body: bytes) -> Self:
        return replace(self, body=body)

    def without(self, *names: str) -> Self:
        left = tuple((name, value) for name, value in self.headers if name.lower() not in names)
        return replace(self, headers=left)


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name.lower()), "")
