"""A real daemon at work on one core, watched once a second and stopped decently."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import _cores
from benchmarks._child import Broken
from benchmarks._daemon import Daemon
from benchmarks._saying import Progress
from benchmarks._vitals import Vitals, look

AT_WORK_WITHIN_S: Final = 180.0


@contextmanager
def at_work(config: Path) -> Iterator[Daemon]:
    """Everything is written at its end. Raises Broken, also for what its log says of crashes."""
    daemon = Daemon(config)
    core, others = _cores.split()
    try:
        with _cores.measured_on(core, others):
            daemon.start()
        daemon.wait_until_at_work(AT_WORK_WITHIN_S)
        yield daemon
        if status := daemon.stop():
            raise Broken(f"the daemon stopped with status {status}\n{daemon.tail()}")
        if crashes := daemon.crashes():
            raise Broken(f"the daemon met something that nobody had thought of\n{crashes[0]}")
    finally:
        daemon.end()


def watching(
    daemon: Daemon, seconds: float, enough: Callable[[], bool] = lambda: False
) -> Iterator[Vitals]:
    """Once a second, and a last time after *seconds*, or once it is *enough*. Raises Broken."""
    assert daemon.process is not None
    began = time.monotonic()
    with Progress() as progress:
        for tick in itertools.count(1):
            daemon.demand_life()
            vitals = look(daemon.process.pid)
            progress.show(
                f"{vitals.at_s - began:.0f} of {seconds:.0f} s: {vitals.rss_mb:.0f} MB resident,"
                f" {vitals.fds} descriptors, {vitals.cpu_s:.1f} s of CPU"
            )
            yield vitals
            if enough() or vitals.at_s >= began + seconds:
                return
            time.sleep(max(0.0, min(began + tick, began + seconds) - time.monotonic()))
