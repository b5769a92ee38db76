"""Tells by running a program of one's own: no shell, few surroundings, a hard end."""

from __future__ import annotations

import asyncio
import errno
from datetime import timedelta
from typing import Annotated, Final

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
from monitor.programs import Running, Tail, ended, reason, surroundings
from probes.settings import folder_of

SAID_MAX: Final = 200
_AT_ONCE: Final = timedelta(0)
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
    return surroundings({f"TRUEUP_{name}": one_line(fact) for name, fact in facts.items()})


async def _run(argv: tuple[str, ...], environment: dict[str, str], body: bytes) -> Delivery:
    try:
        running = await Running.start(argv, environment, told=body)
    except OSError as error:
        verdict = Refused if error.errno in _NEVER_STARTS else Retry
        return verdict(f"the program could not be started: {reason(error)}")
    tail = Tail()
    try:
        await tail.follow(running)
    finally:
        await running.end(_AT_ONCE)
    return _judge(running.status, tail.last_line(SAID_MAX))


def _judge(status: int | None, last_line: str) -> Delivery:
    if status == 0:
        return Delivered()
    return Retry(f"{ended(status)}: {last_line}" if last_line else ended(status))


CHANNEL: Final = ChannelKind("command", CommandSettings, send)
