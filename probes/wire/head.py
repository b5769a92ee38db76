"""The one door through which a request's head is written, wherever its parts come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_METHOD: Final = re.compile(rb"[A-Z]{1,32}")
_TARGET: Final = re.compile(rb"[\x21-\x7e]+")
_NAME: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE: Final = re.compile(rb"[^\x00-\x08\x0a-\x1f\x7f]*")
LONGEST_TARGET: Final = 64 * 1024

Header = tuple[bytes, bytes]


def write_head(method: str, target: bytes, headers: Iterable[Header]) -> bytes:
    """From the request line to the empty line (RFC 9112, sections 3 and 5).

    Raises ValueError for anything in which another line could hide.
    """
    verb = method.encode("ascii", "replace")
    if not _METHOD.fullmatch(verb):
        raise ValueError("the method is not one")
    if not _TARGET.fullmatch(target) or len(target) > LONGEST_TARGET:
        raise ValueError("the address holds a space, a line end or a control character")
    lines = [b"%b %b HTTP/1.1" % (verb, target)]
    for name, value in headers:
        if not _NAME.fullmatch(name):
            raise ValueError("the name of a header is not one")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name.decode()} holds a line end or a control character")
        lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def read_headers(head: bytes) -> list[Header]:
    """Of a head that was written here."""
    pairs = (line.split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
    return [(name, value) for name, value in pairs]
