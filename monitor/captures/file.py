"""The end of a file, read backwards until it is old enough."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.captures.sifting import LINES_MAX
from monitor.captures.stamped import is_older, newer_than
from monitor.captures.terms import CannotFetch, Terms, in_path
from monitor.channels import Outside
from monitor.config.changes import Capture

TAIL_MAX: Final = 8 * 1024 * 1024
"""Bytes of a file that are looked at, with those of the one that it was rotated from."""
_BLOCK: Final = 256 * 1024
_CHUNK: Final = 64 * 1024


async def read(capture: Capture, terms: Terms, outside: Outside) -> AsyncIterator[bytes]:  # noqa: ARG001 - the signature of every source
    """What was written since then, where its lines say when; else the end of it. Raises
    CannotFetch.
    """
    path = in_path(capture.file, terms)
    data, is_cut = await asyncio.to_thread(_newest, path, terms.since_at)
    for place in range(0, len(data), _CHUNK):
        yield data[place : place + _CHUNK]
    if is_cut:
        raise CannotFetch(f"no more than its last 8 MiB or {LINES_MAX:,} lines were read")


def _newest(path: str, since_at: datetime) -> tuple[bytes, bool]:
    """What is new, and whether there is more of it."""
    data, is_all = _tail(path, since_at, TAIL_MAX)
    if is_all:  # perhaps it was begun only just now
        with suppress(CannotFetch):
            data = _rotated(path, since_at, TAIL_MAX - len(data)) + data
    new = newer_than(data, since_at)
    if data and not new:
        raise CannotFetch(f"nothing was written to it since {since_at:%H:%M:%S} UTC")
    _, *last = new.rsplit(b"\n", LINES_MAX - 1)
    if len(last) == LINES_MAX - 1:
        return b"\n".join(last), True
    return new, len(new) + _BLOCK > TAIL_MAX


def _rotated(path: str, since_at: datetime, most: int) -> bytes:
    before = f"{path}.1"
    with suppress(OSError):
        if most > 0 and Path(before).stat().st_mtime >= since_at.timestamp():
            return _tail(before, since_at, most)[0]
    return b""


def _tail(path: str, since_at: datetime, most: int) -> tuple[bytes, bool]:
    """The end of it, and whether that is all of it and nothing in it is too old."""
    with _opened(path) as file:
        place = os.lseek(file, 0, os.SEEK_END)
        blocks: list[bytes] = []
        size, is_old = 0, False
        while place > 0 and size < most and not is_old:
            length = min(_BLOCK, place, most - size)
            block = os.pread(file, length, place - length)
            place -= length
            size += length
            blocks.append(block)
            is_old = is_older(block if place == 0 else block.partition(b"\n")[2], since_at)
    data = b"".join(reversed(blocks))
    if place > 0:
        data = data.partition(b"\n")[2] or data
    return data, place == 0 and not is_old


@contextmanager
def _opened(path: str) -> Iterator[int]:
    """Raises CannotFetch. Opening a pipe that nobody writes to does not wait."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise CannotFetch(f"{path}: {os.strerror(error.errno or 0).lower()}") from None
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise CannotFetch(f"{path}: it is no plain file")
        yield file
    except OSError as error:
        raise CannotFetch(f"{path}: {os.strerror(error.errno or 0).lower()}") from None
    finally:
        os.close(file)
