"""Programs of somebody's own: no shell, few surroundings, a group of their own, a hard end.

asyncio's own Process is passed over for its transport, because `wait()` there lasts for as long
as any grandchild keeps the output open. What leaves the group is found in /proc by a mark in its
environment, where there is a /proc.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, cast

UNREAD_MAX: Final = 256 * 1024
"""Bytes that nobody has read yet, after which a program has to wait with more."""
PATIENCE: Final = timedelta(seconds=1)
"""After it was asked to end."""
LAST_WORDS: Final = timedelta(milliseconds=300)
"""For the output to arrive once the program has ended."""
_SWEEP: Final = timedelta(seconds=1)
_LOOK: Final = timedelta(milliseconds=50)
_SURROUNDINGS: Final = ("PATH", "HOME", "LANG")
_MARK: Final = "TRUEUP_PROGRAM"


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """The few variables that every program needs, and *more*."""
    kept = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    return kept | {"TZ": "UTC"} | dict(more)


class Running:
    """A program, its output and errors in one stream. Whoever starts one has to `end` it."""

    def __init__(self, transport: asyncio.SubprocessTransport, talk: _Talk, mark: str) -> None:
        self._transport = transport
        self._talk = talk
        self._mark = mark

    @classmethod
    async def start(
        cls, argv: tuple[str, ...], environment: Mapping[str, str], folder: str = ""
    ) -> Running:
        """Raises OSError. Its start is never broken off: nobody would know what to end then."""
        mark = secrets.token_hex(16)
        starting = asyncio.ensure_future(
            asyncio.get_running_loop().subprocess_exec(
                _Talk,
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.STDOUT,
                env={**environment, _MARK: mark},
                cwd=folder or None,
                start_new_session=True,
            )
        )
        try:
            return cls(*await asyncio.shield(starting), mark)
        except asyncio.CancelledError:
            with suppress(OSError, ValueError):
                await cls(*await starting, mark).end()
            raise

    @property
    def status(self) -> int | None:
        """Negative: the signal that ended it. None while it runs."""
        return self._transport.get_returncode()

    async def read(self) -> bytes:
        """What it says next; nothing once it has ended, whatever it left running."""
        talk = self._talk
        while not talk.has_words:
            if talk.closed.is_set() and talk.exited.is_set():
                return b""
            if talk.exited.is_set():
                _signal(self._transport, signal.SIGKILL)
                if not await talk.hears(LAST_WORDS):
                    return b""
            else:
                await talk.news.wait()
            talk.news.clear()
        return talk.words(self._transport)

    async def end(self) -> None:
        """Asks it to end, then ends it and all that it started."""
        talk = self._talk
        try:
            if not talk.exited.is_set():
                _signal(self._transport, signal.SIGTERM)
                await _within(talk.exited, PATIENCE)
        finally:
            _signal(self._transport, signal.SIGKILL)
            talk.deaf = True
            swept = asyncio.ensure_future(asyncio.to_thread(_sweep, self._mark))
            swept.add_done_callback(lambda _: self._transport.close())
        await asyncio.shield(swept)
        await _within(talk.exited, LAST_WORDS)
        await _within(talk.closed, LAST_WORDS)  # else what it wrote to stays open


class _Talk(asyncio.SubprocessProtocol):
    """What the program said and nobody has read, and whether it is over."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
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
        self.closed.set()
        self.news.set()

    def process_exited(self) -> None:
        self.exited.set()
        self.news.set()

    def words(self, transport: asyncio.SubprocessTransport) -> bytes:
        data = self._unread.popleft()
        self._size -= len(data)
        if self._is_paused and self._size <= UNREAD_MAX and not self.closed.is_set():
            self._is_paused = False
            _pipe(transport, 1).resume_reading()
        return data

    async def hears(self, patience: timedelta) -> bool:
        """Whether there are more words within that."""
        ends = time.monotonic() + patience.total_seconds()
        while not self._unread and not self.closed.is_set() and time.monotonic() < ends:
            self.news.clear()
            await _within(self.news, timedelta(seconds=ends - time.monotonic()))
        return bool(self._unread)


def _pipe(transport: asyncio.SubprocessTransport, number: int) -> asyncio.ReadTransport:
    return cast("asyncio.ReadTransport", transport.get_pipe_transport(number))


async def _within(event: asyncio.Event, patience: timedelta) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(max(patience.total_seconds(), 0)):
            await event.wait()


def _signal(transport: asyncio.SubprocessTransport, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(transport.get_pid(), number)


def _sweep(mark: str) -> None:
    """Ends what left the group."""
    ends = time.monotonic() + _SWEEP.total_seconds()
    while left := list(_marked(mark)):
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > ends:
            break
        time.sleep(_LOOK.total_seconds())


def _marked(mark: str) -> Iterator[int]:
    exact = f"{_MARK}={mark}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if exact in (process / "environ").read_bytes().split(b"\0"):
                yield int(process.name)
