"""Tells by running a program of one's own: no shell, few surroundings, a hard end.

asyncio's own Process is passed over for its transport, because `wait()` there lasts for as long
as any grandchild keeps the output open.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from contextlib import suppress
from typing import Annotated, Final, cast

from pydantic import AfterValidator, Field, ValidationInfo

from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
)
from monitor.notices import Notice, one_line
from probes.settings import folder_of

OUTPUT_MAX: Final = 64 * 1024
SAID_MAX: Final = 200
_LAST_WORDS: Final = 0.3  # seconds for the output to arrive once the program has ended
_SURROUNDINGS: Final = ("PATH", "HOME", "LANG")
_NEVER_STARTS: Final = frozenset(
    (
        errno.ENOENT,
        errno.EACCES,
        errno.EPERM,
        errno.ENOTDIR,
        errno.ENOEXEC,
        errno.ELOOP,
        errno.E2BIG,
    )
)


def _runnable(argv: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if any("\0" in part for part in argv):
        raise ValueError("no part of a command may hold a zero character")
    program = argv[0]
    if not program:
        raise ValueError("the first part is the program; give its name or path")
    if "/" in program:
        program = str(folder_of(info).absolute() / program)
    return (program, *argv[1:])


class CommandSettings(ChannelSettings):
    """The program to run, once for every notice."""

    argv: Annotated[tuple[str, ...], Field(min_length=1, strict=False), AfterValidator(_runnable)]
    """The program and its arguments, a list; there is no shell in between. A program with a slash
    in its name is looked for relative to this file, one without in PATH."""


async def send(settings: CommandSettings, notice: Notice, body: str, outside: Outside) -> Delivery:
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            return await _run(settings.argv, _environment(notice, outside), body.encode())
    except TimeoutError:
        return Retry("the program did not end in time")


def _environment(notice: Notice, outside: Outside) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    facts = {
        "EVENT": notice.event.value,
        "INCIDENT": str(notice.incident),
        "PROBE": notice.probe,
        "ABOUT": notice.about.value,
        "SEVERITY": notice.severity.value,
        "ENVIRONMENT": notice.environment,
        "KEY": notice.dedup_key,
        "SUBJECT": outside.words.subject(notice),
        "SHORT": outside.words.short(notice),
    }
    return kept | {f"TRUEUP_{name}": one_line(fact) for name, fact in facts.items()}


async def _run(argv: tuple[str, ...], environment: dict[str, str], body: bytes) -> Delivery:
    try:
        transport, talk = await _started(argv, environment)
    except OSError as error:
        verdict = Refused if error.errno in _NEVER_STARTS else Retry
        why = os.strerror(error.errno or 0).lower()
        return verdict(f"the program could not be started: {why}")
    try:
        return await _listen(transport, talk, body)
    finally:
        await _end(transport, talk)


async def _started(
    argv: tuple[str, ...], environment: dict[str, str]
) -> tuple[asyncio.SubprocessTransport, _Talk]:
    """Raises OSError. Its start is never broken off: nobody would know what to end then."""
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            _Talk,
            *argv,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError):
            await _end(*await starting)
        raise


async def _end(transport: asyncio.SubprocessTransport, talk: _Talk) -> None:
    _end_group(transport)
    await talk.ends(talk.exited)
    transport.close()
    await talk.ends(talk.closed)  # else what it wrote to stays open for as long as the loop is


async def _listen(transport: asyncio.SubprocessTransport, talk: _Talk, body: bytes) -> Delivery:
    stdin = cast("asyncio.WriteTransport", transport.get_pipe_transport(0))
    with suppress(RuntimeError):  # uvloop's word for a program that has ended already
        stdin.write(body)
        stdin.write_eof()
    await talk.exited.wait()
    _end_group(transport)  # whatever it left running would keep the output open
    await talk.ends(talk.closed)
    return _judge(transport.get_returncode(), talk.last_line())


class _Talk(asyncio.SubprocessProtocol):
    """Keeps the end of what the program says, and knows when it is over."""

    def __init__(self) -> None:
        self.exited = asyncio.Event()
        self.closed = asyncio.Event()
        self._tail = b""

    def pipe_data_received(self, fd: int, data: bytes) -> None:  # noqa: ARG002 - only one is open
        self._tail = (self._tail + data)[-OUTPUT_MAX:]

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.closed.set()

    async def ends(self, event: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await event.wait()

    def last_line(self) -> str:
        lines = self._tail.decode("utf-8", "replace").split("\n")
        said = (one_line(line, SAID_MAX) for line in reversed(lines))
        return next((line for line in said if line), "")


def _end_group(transport: asyncio.SubprocessTransport) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(transport.get_pid(), signal.SIGKILL)


def _judge(status: int | None, last_line: str) -> Delivery:
    if status == 0:
        return Delivered()
    if status is None or status < 0:
        how = f"was ended by signal {-(status or 0)}"
    else:
        how = f"ended with status {status}"
    return Retry(f"the program {how}: {last_line}" if last_line else f"the program {how}")


CHANNEL: Final = ChannelKind("command", CommandSettings, send)
