"""Bytes from a file that anybody may have put there: bounded, and never waited for."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class UnreadableError(Exception):
    """The text says what is wrong and what to do, without the name of the file."""


def read_bytes(path: Path, *, most: int) -> bytes:
    """The content of a regular file of at most *most* bytes. Raises UnreadableError."""
    descriptor = _open(path)
    try:
        _demand_regular(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({_cause(error)}); repair it") from None
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise UnreadableError(f"it is larger than {most // 1024} KiB; make it smaller")
    return content


def _open(path: Path) -> int:
    """Without waiting for somebody to write into a pipe."""
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableError("there is no such file; correct its name or write one") from None
    except PermissionError:
        raise UnreadableError("it may not be read; give this user the right to read it") from None
    except (OSError, ValueError) as error:
        raise UnreadableError(f"it cannot be opened ({_cause(error)}); correct its name") from None


def to_text(content: bytes) -> str:
    """UTF-8 without a byte order mark. Raises UnreadableError that names the byte and its line."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("it is UTF-16; save it as UTF-8")
    if content.startswith(b"\xef\xbb\xbf"):
        raise UnreadableError("it begins with a byte order mark; save it as UTF-8 without one")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            f"byte {error.start + 1}, in line {line}, is not UTF-8; save it as UTF-8"
        ) from None


def _demand_regular(descriptor: int) -> None:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise UnreadableError("it is a folder; name a file")
    if not stat.S_ISREG(mode):
        raise UnreadableError("it is not a regular file; name one that is")


def _cause(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
