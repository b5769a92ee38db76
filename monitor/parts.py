"""The parts of the daemon that run beside it. None of them ends in silence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, Final

from monitor.log import get_logger

RESTART_PAUSE: Final = timedelta(seconds=5)

log = get_logger()


def background(
    stack: AsyncExitStack, serve: Callable[[], Coroutine[Any, Any, None]], name: str
) -> None:
    """Runs *serve* until the stack is unwound. When it breaks that is told, and it is started
    again; it never takes the daemon with it.
    """
    task = asyncio.create_task(_for_ever(serve, name), name=name)

    async def end() -> None:
        task.cancel()
        await asyncio.wait([task])

    stack.push_async_callback(end)


async def _for_ever(serve: Callable[[], Awaitable[None]], name: str) -> None:
    while True:
        try:
            await serve()
        except Exception:
            log.exception("a part of the daemon broke and is started again", part=name)
        await asyncio.sleep(RESTART_PAUSE.total_seconds())


async def once(serving: Coroutine[Any, Any, None], name: str) -> None:
    """For a part that cannot be started again."""
    try:
        await serving
    except Exception:
        log.exception("a part of the daemon broke; restart the daemon to have it again", part=name)


class Errands:
    """Short work that somebody starts and nobody waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, object], name: str) -> None:
        """Begins at once; what it raises is logged."""
        task = asyncio.create_task(_guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self, patience: timedelta) -> None:
        """Waits for what is under way; cuts it off after *patience*."""
        await finish(self._tasks, patience)


async def rest(woken: asyncio.Event, pause: timedelta) -> None:
    """For *pause*, or until somebody sets *woken*."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(pause.total_seconds()):
            await woken.wait()


async def finish(tasks: Collection[asyncio.Task[None]], patience: timedelta) -> None:
    """Waits until they end, and cuts off after *patience* those that do not."""
    if not tasks:
        return
    _, late = await asyncio.wait(set(tasks), timeout=patience.total_seconds())
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)


async def _guarded(work: Coroutine[Any, Any, object], name: str) -> None:
    try:
        await work
    except Exception:
        log.exception("an errand failed", errand=name)
