"""One program while it runs.

asyncio's own Process is passed over for its transport, because `wait()` there lasts for as long
as any grandchild keeps the output open.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final, cast

from monitor.programs.strays import MARK, sweep
from monitor.programs.talk import LAST_WORDS, Talk, within

PATIENCE: Final = timedelta(seconds=1)
"""After it was asked to end."""
_SURROUNDINGS: Final = ("PATH", "HOME", "LANG")


def surroundings(more: Mapping[str, str]) -> dict[str, str]:
    """The few variables that every program needs, and *more*."""
    kept = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    return kept | dict(more)


class Running:
    """A program, its output and errors in one stream. Whoever starts one has to `end` it."""

    def __init__(self, transport: asyncio.SubprocessTransport, talk: Talk, mark: str) -> None:
        self._transport = transport
        self._talk = talk
        self._mark = mark

    @classmethod
    async def start(
        cls,
        argv: tuple[str, ...],
        environment: Mapping[str, str],
        folder: str = "",
        *,
        told: bytes | None = None,
        pursued: bool = False,
    ) -> Running:
        """*told* is what it reads; `end` finds what is *pursued* outside of its group, too. Raises
        OSError and ValueError. Its start is never broken off: nobody would know what to end then.
        """
        mark = secrets.token_hex(16) if pursued else ""
        starting = asyncio.ensure_future(
            asyncio.get_running_loop().subprocess_exec(
                Talk,
                *argv,
                stdin=asyncio.subprocess.DEVNULL if told is None else asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env={**environment, MARK: mark} if mark else environment,
                cwd=folder or None,
                start_new_session=True,
            )
        )
        try:
            running = cls(*await asyncio.shield(starting), mark)
        except asyncio.CancelledError:
            with suppress(OSError, ValueError):
                await cls(*await starting, mark).end()
            raise
        if told is not None:
            running._tell(told)
        return running

    def _tell(self, words: bytes) -> None:
        stdin = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))
        with suppress(RuntimeError):  # uvloop's word for a program that has ended already
            stdin.write(words)
            stdin.write_eof()

    @property
    def has_ended(self) -> bool:
        """Whatever it left running."""
        return self._talk.exited.is_set()

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
                self.kill()
                if not await talk.hears(LAST_WORDS):
                    return b""
            else:
                await talk.news.wait()
            talk.news.clear()
        return talk.words(self._transport)

    def spare(self) -> None:
        """What left its group may stay."""
        self._mark = ""

    def ask(self) -> None:
        """Asks it to end, with all that it started."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends all of its group, and waits for nothing."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._transport.get_pid(), number)

    async def end(self, patience: timedelta = PATIENCE) -> None:
        """Asks it to end, then ends it and all that it started; without *patience* at once."""
        talk = self._talk
        try:
            if patience and not talk.exited.is_set():
                self.ask()
                await within(talk.exited, patience)
        finally:
            self.kill()
            talk.deaf = True
            over = asyncio.ensure_future(self._over())
            over.add_done_callback(lambda _: self._transport.close())
        await asyncio.shield(over)

    async def _over(self) -> None:
        if self._mark:
            await asyncio.to_thread(sweep, self._mark)
        await within(self._talk.exited, LAST_WORDS)
        self._transport.close()
        await within(self._talk.gone, LAST_WORDS)  # else what it wrote to stays open
