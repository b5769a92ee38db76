"""One drill from beginning to end. All is waited for, and nothing for longer than a bound."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from monitor.clock import Clock
from monitor.config import Config
from monitor.drills.ground import GroundLost
from monitor.drills.outages import Outage
from monitor.drills.reading import UP, Reading
from monitor.drills.timeline import Timeline, begun, seen

GLANCE: Final = 0.2  # seconds between two looks
START: Final = timedelta(seconds=60)
"""For processes to start and browsers to warm up, beside two intervals."""
SPARE: Final = timedelta(seconds=30)


class Scene(Protocol):
    """Where things are broken and looked at, see `ground.Ground`. All but `config` raise
    GroundLost.
    """

    @property
    def config(self) -> Config: ...

    def breaks(self, outage: str) -> None: ...

    def mends(self, outage: str) -> None: ...

    def forgets_pages(self) -> None: ...

    def read(self, since: datetime, after: timedelta) -> Reading: ...


Progress = Callable[[Timeline, timedelta], None]
"""Hears how it stands, and for how long it has been broken."""


def wait_until_up(ground: Scene, clock: Clock, components: Collection[str] = ()) -> timedelta:
    """Until the page says that these are up and none is down, without any that all are up; how
    long that took. Raises GroundLost when that lasts longer than two intervals and a minute.
    """
    began, since = clock.monotonic(), clock.now()
    patience = START + 2 * _slowest(ground)
    while True:
        after = timedelta(seconds=clock.monotonic() - began)
        reading = ground.read(since, after)
        if reading.is_up(components):
            return after
        if after > patience:
            raise GroundLost(_not_up(reading.conditions or {}, after))
        time.sleep(GLANCE)


def replay(ground: Scene, outage: Outage, clock: Clock, progress: Progress) -> Timeline:
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


def _slowest(ground: Scene) -> timedelta:
    return max(probe.every for probe in ground.config.probes.values())


def _not_up(conditions: Mapping[str, str], after: timedelta) -> str:
    not_up = sorted(name for name, condition in conditions.items() if condition != UP)
    return (
        f"not up after {after.total_seconds():.0f} s: {', '.join(not_up) or 'the page'}; does a"
        " browser start here? Try: trueup run --practice"
    )
