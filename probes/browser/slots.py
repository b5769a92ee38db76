"""How many journeys this machine can travel at once."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Final

from probes.browser.troubles import BrowserTrouble
from probes.result import Reason
from probes.settings import write_duration

PATIENCE: Final = timedelta(minutes=2)
_BYTES_EACH: Final = 1.5 * 1024**3
_CGROUP_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


def slots_here() -> int:
    """One for every core and every 1.5 GB of memory, whichever is fewer; at least one."""
    return max(1, min(_cores(), int(_memory_bytes() / _BYTES_EACH)))


class Slots:
    """Lets *count* runs in at once and makes the others wait their turn."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = asyncio.Semaphore(count)

    async def take(self) -> None:
        """A slot, until `release`. Raises BrowserTrouble when none comes free in two minutes."""
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await self._free.acquire()
        except TimeoutError:
            raise BrowserTrouble(
                Reason.BROWSER_UNAVAILABLE,
                f"all {self.count} places for journeys were taken for {write_duration(PATIENCE)}; "
                "probe less often, or use a larger machine",
            ) from None

    def release(self) -> None:
        self._free.release()


def _cores() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


def _memory_bytes() -> int:
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(installed, int(_CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):  # no such limit, or "max"
        return installed
