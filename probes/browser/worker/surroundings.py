"""What a journey could change in its process for those that come after it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

_OWN_THREADS: Final = "asyncio_"  # of the pool that works for the loop, and grows by itself
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD)
_DRIVER: Final = 1  # the one child of ours


@dataclass(frozen=True, slots=True)
class Surroundings:
    """As they are at a moment."""

    folder: Path
    environment: Mapping[str, str]
    signals: tuple[Any, ...]
    has_other_children: bool
    ways: tuple[Any, ...]
    """Where modules are looked for, how long sockets wait, who may read new files."""
    threads: frozenset[int | None]
    tasks: frozenset[int]
    files: frozenset[str]

    @classmethod
    def now(cls, private: Path) -> Self:
        """Within an event loop; *private* is the folder for temporary files."""
        mask = os.umask(0o077)
        os.umask(mask)
        threads = (t for t in threading.enumerate() if not t.name.startswith(_OWN_THREADS))
        return cls(
            folder=Path.cwd(),
            environment=dict(os.environ),
            signals=tuple(signal.getsignal(each) for each in _SIGNALS),
            has_other_children=_children() > _DRIVER,
            ways=(tuple(sys.path), socket.getdefaulttimeout(), mask),
            threads=frozenset(thread.ident for thread in threads),
            tasks=frozenset(id(task) for task in asyncio.all_tasks()),
            files=frozenset(file.name for file in private.iterdir() if file.is_file()),
        )

    def are_as(self, before: Self) -> bool:
        """Whether nothing was changed since, and nothing left behind that goes on."""
        return (
            self._plain() == before._plain()
            and self.threads <= before.threads
            and self.tasks <= before.tasks
            and self.files <= before.files
        )

    def _plain(self) -> tuple[Any, ...]:
        return (
            self.folder,
            self.environment,
            self.signals,
            self.has_other_children,
            self.ways,
        )


def _children() -> int:
    with suppress(OSError):
        tasks = Path("/proc/self/task").iterdir()
        return sum(len((task / "children").read_text().split()) for task in tasks)
    return 0
