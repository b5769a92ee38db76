"""Running a program of one's own: no shell, few surroundings, a group of its own and a hard end.

asyncio's own Process is passed over for its transport, because `wait()` there lasts for as long as
any grandchild keeps the output open.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Final, cast

from monitor.actions import filling
from monitor.actions.asking import Task
from monitor.actions.outcome import Answer, not_asked
from monitor.config.changes import Action
from monitor.notices import one_line
from monitor.store.action_words import State

OUTPUT_MAX: Final = 64 * 1024
SAID_MAX: Final = 150
GRACE: Final = 2.0
"""Seconds from the wish that a program ends to its end."""
FLOOD: Final = 1024 * 1024
"""Bytes after which a program that prints has to wait, so that others of us have their turn."""
REST: Final = 0.05  # seconds
_LAST_WORDS: Final = 0.3  # seconds for the output to arrive once the program has ended
_SURROUNDINGS: Final = ("PATH", "HOME", "LANG")
_COMES_BY: Final = frozenset((errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOENT))
"""What may be otherwise a moment later: a program is away while it is replaced, too."""


async def run(action: Action, task: Task) -> Answer:
    """What became of it. Nothing that it began is left of its group afterwards."""
    argv = [filling.filled(part, task.values) for part in action.command]
    try:
        transport, talk = await _started(argv, _environment(action, task), action.folder or None)
    except OSError as error:
        why = os.strerror(error.errno or 0).lower()
        said = f"the program could not be started: {why}"
        return not_asked(said, again=error.errno in _COMES_BY)
    except ValueError:  # a zero character
        return not_asked("this cannot be the command of a program", again=False)
    try:
        async with asyncio.timeout(action.timeout.total_seconds()):
            await talk.exited.wait()
    except TimeoutError:
        await _asked_to_end(transport, talk)
        return Answer(State.UNKNOWN, "the program did not end in time and was ended", talk.said())
    finally:
        await _end(transport, talk)
    return _judge(transport.get_returncode(), talk)


def _environment(action: Action, task: Task) -> Mapping[str, str]:
    kept = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    facts = {"ACTION": action.id, "KEY": task.key, "REASON": task.reason}
    facts |= {name.upper(): value for name, value in asdict(task.values).items()}
    return (
        kept | {f"TRUEUP_{name}": fact for name, fact in facts.items()} | dict(action.environment)
    )


async def _started(
    argv: list[str], environment: Mapping[str, str], folder: str | None
) -> tuple[asyncio.SubprocessTransport, _Talk]:
    """Raises OSError and ValueError. Its start is never broken off: nobody would know what to end
    then.
    """
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            _Talk,
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError, ValueError):
            await _end(*await starting)
        raise


async def _asked_to_end(transport: asyncio.SubprocessTransport, talk: _Talk) -> None:
    _signal(transport, signal.SIGTERM)
    await talk.ends(talk.exited, GRACE)


async def _end(transport: asyncio.SubprocessTransport, talk: _Talk) -> None:
    _signal(transport, signal.SIGKILL)  # whatever it left running, too
    await talk.ends(talk.exited, GRACE)
    await talk.ends(talk.closed, _LAST_WORDS)
    transport.close()
    await talk.ends(talk.closed, _LAST_WORDS)


def _signal(transport: asyncio.SubprocessTransport, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(transport.get_pid(), number)


def _resume(pipe: asyncio.ReadTransport) -> None:
    with suppress(RuntimeError):
        if not pipe.is_closing():
            pipe.resume_reading()


class _Talk(asyncio.SubprocessProtocol):
    """Keeps the end of what the program says, and knows when it is over."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
        self._tail = b""
        self._since_rest = 0
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._tail = (self._tail + data)[-OUTPUT_MAX:]
        self._since_rest += len(data)
        if self._since_rest > FLOOD and self._transport is not None:
            self._since_rest = 0
            # uvloop's is none by its type, and does the same
            pipe = cast("asyncio.ReadTransport", self._transport.get_pipe_transport(fd))
            pipe.pause_reading()
            asyncio.get_running_loop().call_later(REST, _resume, pipe)

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.closed.set()

    async def ends(self, event: asyncio.Event, within: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await event.wait()

    def said(self) -> str:
        return self._tail.decode("utf-8", "replace")

    def last_line(self) -> str:
        lines = (one_line(line, SAID_MAX) for line in reversed(self.said().split("\n")))
        return next((line for line in lines if line), "")


def _judge(status: int | None, talk: _Talk) -> Answer:
    said = talk.said()
    if status == 0:
        return Answer(State.DONE, "the program ended well", said)
    if status is None or status < 0:
        how = f"the program was ended by signal {-(status or 0)}"
    else:
        how = f"the program ended with status {status}"
    last = talk.last_line()
    return Answer(State.FAILED, f"{how}: {last}" if last else how, said)
