"""Asking several things of a browser that may answer none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any


async def in_time(limit: timedelta, *works: Awaitable[Any]) -> list[Any]:
    """What each of them gives; None where it gives nothing within *limit*, or raises.

    Whatever it raises: a driver that dies raises a bare Exception, and evidence that cannot be had
    is no reason to lose the run that it is about.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=max(0.0, limit.total_seconds()))
    finally:
        for task in tasks:
            task.cancel()
            task.add_done_callback(_look_away)
    return [task.result() if _is_well(task) else None for task in tasks]


def _is_well(task: asyncio.Future[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _look_away(task: asyncio.Future[Any]) -> None:
    """Lest asyncio says that nobody asked."""
    if not task.cancelled():
        task.exception()
