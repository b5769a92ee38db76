"""How a program ended, and the end of what it said."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from datetime import timedelta
from typing import Final

from monitor.notices import one_line
from monitor.programs.running import Running
from monitor.programs.talk import LAST_WORDS

TAIL_MAX: Final = 64 * 1024
FLOOD: Final = 4 * 1024 * 1024
"""Bytes after which a program that prints has to wait, so that others of us have their turn."""
REST: Final = timedelta(milliseconds=50)


class Tail:
    """The end of what one program says, at most 64 KiB."""

    def __init__(self) -> None:
        self._tail = b""
        self._since_rest = 0

    async def follow(self, running: Running, patience: timedelta | None = None) -> bool:
        """Hears it until it has ended, and ends what it left in its group. False when that lasts
        longer than *patience*: then it still runs.
        """
        heard_out = False
        with suppress(TimeoutError):
            async with asyncio.timeout(patience.total_seconds() if patience is not None else None):
                heard_out = await self._listen(running)
        if running.has_ended and not heard_out:
            running.kill()  # else it would go on talking
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS.total_seconds()):
                    while self._hear(await running.read()):
                        pass
        return running.has_ended

    async def _listen(self, running: Running) -> bool:
        """Until it has ended; whether that was its last word."""
        while not running.has_ended:
            if not self._hear(await running.read()):
                return True
            if self._since_rest > FLOOD:
                self._since_rest = 0
                await asyncio.sleep(REST.total_seconds())
        return False

    def _hear(self, words: bytes) -> bool:
        self._tail = (self._tail + words)[-TAIL_MAX:]
        self._since_rest += len(words)
        return bool(words)

    def text(self) -> str:
        return self._tail.decode("utf-8", "replace")

    def last_line(self, room: int) -> str:
        """The last one with anything in it, in at most *room* characters."""
        lines = (one_line(line, room) for line in reversed(self.text().split("\n")))
        return next((line for line in lines if line), "")


def ended(status: int | None) -> str:
    """`the program ended with status 3`"""
    if status is None or status < 0:
        return f"the program was ended by signal {-(status or 0)}"
    return f"the program ended with status {status}"


def reason(error: OSError) -> str:
    """Why it could not be started: `no such file or directory`"""
    return os.strerror(error.errno or 0).lower()
