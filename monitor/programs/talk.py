"""What a program says and nobody has read yet, and whether it is over."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from datetime import timedelta
from typing import Final, cast

UNREAD_MAX: Final = 256 * 1024
"""Bytes that nobody has read yet, after which a program has to wait with more."""
LAST_WORDS: Final = timedelta(milliseconds=300)
"""For the output to arrive once the program has ended."""
_OUTPUT: Final = 1


class Talk(asyncio.SubprocessProtocol):
    """One program's, errors among it."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
        """Nobody can say more."""
        self.gone = asyncio.Event()
        """Nothing of ours is open for it any more."""
        self.news = asyncio.Event()
        self.deaf = False
        self._transport: asyncio.SubprocessTransport | None = None
        self._unread = deque[bytes]()
        self._size = 0
        self._is_paused = False

    @property
    def has_words(self) -> bool:
        return bool(self._unread)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)  # uvloop's is no instance

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if self.deaf:
            return
        self._unread.append(data)
        self._size += len(data)
        self.news.set()
        if self._size > UNREAD_MAX and self._transport and not self._is_paused:
            self._is_paused = True
            _pipe(self._transport, fd).pause_reading()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if fd == _OUTPUT:
            self.closed.set()
            self.news.set()

    def process_exited(self) -> None:
        self.exited.set()
        self.news.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.gone.set()

    def words(self, transport: asyncio.SubprocessTransport) -> bytes:
        data = self._unread.popleft()
        self._size -= len(data)
        if self._is_paused and self._size <= UNREAD_MAX and not self.closed.is_set():
            self._is_paused = False
            _pipe(transport, _OUTPUT).resume_reading()
        return data

    async def hears(self, patience: timedelta) -> bool:
        """Whether there are more words within that."""
        ends = time.monotonic() + patience.total_seconds()
        while not self._unread and not self.closed.is_set() and time.monotonic() < ends:
            self.news.clear()
            await within(self.news, timedelta(seconds=ends - time.monotonic()))
        return bool(self._unread)


def _pipe(transport: asyncio.SubprocessTransport, number: int) -> asyncio.ReadTransport:
    return cast("asyncio.ReadTransport", transport.get_pipe_transport(number))


async def within(event: asyncio.Event, patience: timedelta) -> None:
    """Waits for it, and for no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(patience.total_seconds(), 0)):
            await event.wait()
