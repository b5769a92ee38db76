"""What addresses of places may look like. Each function hands the address back or raises
ValueError with the remedy, as pydantic wants it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

_ODD: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\\u202a-\u202e\u2066-\u2069]")
_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9a-fA-F:.]+")
_USER: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*")


def split(to: str) -> SplitResult:
    """Raises ValueError."""
    try:
        parts = urlsplit(to)
        _ = parts.port
    except ValueError:
        raise ValueError("is no address; write it as scheme://host/folder") from None
    return parts


def web(*schemes: str, host: bool = True, user: bool = True) -> Callable[[str], str]:
    """For addresses with one of the *schemes*: no password, no question mark, nothing odd."""

    def judge(to: str) -> str:
        if _ODD.search(to):
            raise ValueError(
                "holds a space, a backslash or a sign that cannot be seen; leave it out"
            )
        parts = split(to)
        if parts.scheme not in schemes:
            raise ValueError(f"begins with none of {', '.join(f'{s}://' for s in schemes)}")
        _whoever(parts, user=user)
        if host and not _HOST.fullmatch(parts.hostname or ""):
            raise ValueError(f"names no host; write it as {schemes[0]}://host/folder")
        if ".." in unquote(parts.path).split("/"):
            raise ValueError('holds ".."; write the folder that is meant')
        return to

    return judge


def _whoever(parts: SplitResult, *, user: bool) -> None:
    if parts.password is not None:
        raise ValueError(
            "holds a password; leave it out and give it in the place's own [publish.ID] table, as"
            ' password = "${env:STATUS_PASSWORD}"'
        )
    if parts.query or parts.fragment:
        raise ValueError("holds a ? or a #; leave out what begins with it")
    if parts.username is not None and not (user and _USER.fullmatch(parts.username)):
        raise ValueError("names a user where none belongs; leave out what stands before the @")


def folder(parts: SplitResult) -> str:
    """Of the address, without slashes around it."""
    return unquote(parts.path).strip("/")
