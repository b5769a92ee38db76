"""One drill from beginning to end. All is waited for, and nothing for longer than a bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from monitor.clock import Clock
from monitor.drills.ground import Ground, GroundLost
from monitor.drills.outages import Outage
from monitor.drills.reading import UP
from monitor.drills.timeline import Timeline, begun, seen

GLANCE: Final = 0.2  # seconds between two looks
START: Final = timedelta(seconds=60)
"""For processes to start and browsers to warm up, beside two intervals."""
SPARE: Final = timedelta(seconds=30)

Progress = Callable[[Timeline, timedelta], None]
"""Hears how it stands, and for how long it has been broken."""


def wait_until_up(ground: Ground, clock: Clock, patience: timedelta = START) -> timedelta:
    """Until the page says of every component that it is up; how long that took. Raises
    GroundLost when that lasts longer than two intervals and *patience*.
    """
    began, since = clock.monotonic(), clock.now()
    patience += 2 * _slowest(ground)
    while True:
        after = timedelta(seconds=clock.monotonic() - began)
        reading = ground.read(since, after)
        if reading.is_up:
            return after
        if after > patience:
            raise GroundLost(_not_up(reading.conditions or {}, after))
        time.sleep(GLANCE)


def replay(ground: Ground, outage: Outage, clock: Clock, progress: Progress) -> Timeline:
    """Breaks it, mends it once everybody knows, and waits until all is up again. It is mended
    however this ends. Raises GroundLost.
    """
    line, patience = begun(outage, ground.config), 4 * _slowest(ground) + SPARE
    ground.forgets_pages()
    since, began = clock.now(), clock.monotonic()

    def until(line: Timeline, is_enough: Callable[[Timeline], bool]) -> Timeline:
        ends = clock.monotonic() + patience.total_seconds()
        while not is_enough(line) and clock.monotonic() < ends:
            time.sleep(GLANCE)
            after = timedelta(seconds=clock.monotonic() - began)
            line = seen(line, ground.read(since, after))
            progress(line, after)
        return line

    ground.breaks(outage.id)
    try:
        line = until(line, lambda line: line.is_known)
    finally:
        ground.mends(outage.id)
    line = replace(line, mended=timedelta(seconds=clock.monotonic() - began))
    return until(line, lambda line: line.recovered is not None)


def _slowest(ground: Ground) -> timedelta:
    return max(probe.every for probe in ground.config.probes.values())


def _not_up(conditions: dict[str, str] | object, after: timedelta) -> str:
    known = conditions if isinstance(conditions, dict) else {}
    not_up = sorted(name for name, condition in known.items() if condition != UP)
    what = ", ".join(not_up) if not_up else "the page"
    return (
        f"{what} did not come up within {after.total_seconds():.0f} s; does a browser start here?"
        " Try: trueup run --practice"
    )
