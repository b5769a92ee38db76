"""How the daemon itself is doing, in figures that decide whether it may call itself sound."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it
from starlette.routing import Route

from monitor.clock import Clock, from_us, to_us
from monitor.config import Config
from monitor.daemon.crew import Crew
from monitor.daemon.glancing import Glance
from monitor.daemon.lately import Lately
from monitor.health import Health, Standing, seen_at
from monitor.metrics import Building, Own, StoreFigures
from monitor.metrics.latest import Row
from monitor.ourselves.soundness import Figures, words_of
from monitor.ourselves.systemd import Pulse, pulse_of
from monitor.server import readiness, scraping
from monitor.state import DATABASE
from monitor.store import StoreTrouble

NEVER: Final = timedelta(days=1)
PATIENCE: Final = timedelta(seconds=5)
"""With the database, for whoever asks from outside."""
FRESH: Final = timedelta(seconds=1)
"""An answer is good for that long, so that asking often costs nothing."""


class Gauge:
    """Reads the figures off the parts."""

    def __init__(self, crew: Crew, clock: Clock) -> None:
        self._crew = crew
        self._clock = clock
        self._last = Figures()
        self._open = 0
        self._lately = Lately(crew.schedule.punctuality, clock)
        self._asking = asyncio.Lock()
        self._words: tuple[float, list[str]] | None = None
        self._building = Building(clock)
        self._glance = Glance(crew.reader, clock.monotonic)

    async def measure(self) -> Figures:
        """A store that cannot even be read counts as one that tells nobody."""
        try:
            letters, self._open = await self._crew.reader.ask(_untold)
            untold = _age(letters, self._clock)
        except StoreTrouble:
            untold = NEVER
        self._last = self._figures(untold)
        return self._last

    async def pulse(self) -> Pulse:
        """For the service manager, which must not wait for the store, and for which too many slow
        targets are no reason to begin anew.
        """
        figures = replace(self._figures(self._last.untold), late=self._crew.schedule.stuck)
        return pulse_of(figures, len(self._config.probes), self._open)

    async def troubles(self) -> list[str]:
        """For whoever asks from outside, a word each. All who wait share one measurement."""
        async with self._asking:
            at, words = self._words or (-math.inf, [])
            if self._clock.monotonic() - at > FRESH.total_seconds():
                words = await self._measured_words()
                self._words = self._clock.monotonic(), words
            return words

    async def _collect(self) -> tuple[Sequence[Row], Own]:
        return await self._crew.metrics.rows(), await self.own()

    async def own(self) -> Own:
        """For Prometheus. What the store does not say in time is left out."""
        crew, writer = self._crew, self._crew.writer
        store, built = await asyncio.gather(  # at once, for a scrape ends after ten seconds
            self._glance.ask(partial(read_store, config=self._config, clock=self._clock)),
            self._building.look(self._config, self._glance.ask),
        )
        return Own(
            punctuality=crew.schedule.punctuality,
            probes=len(self._config.probes),
            running=crew.schedule.running,
            overdue=crew.schedule.late,
            runs_waiting=crew.keeper.waiting,
            runs_wait=crew.keeper.waits_since(),
            runs_dropped=crew.keeper.dropped,
            writes_waiting=writer.waiting,
            commits=writer.commits,
            commit_s=writer.commit_s,
            store_bytes=size_of(self._config.state / DATABASE),
            page_age=crew.press.publisher.age,
            attended_age=crew.attending.age,
            store=store,
            built=built,
        )

    def routes(self) -> tuple[Route, ...]:
        """What the server says of trueup itself."""
        return (
            readiness.route(self.troubles),
            scraping.route(self._collect, lambda: self._config.metrics_token),
        )

    def routes_inside(self) -> tuple[Route, ...]:
        """What the daemon's back door says of it, to whoever may read its files."""
        return (scraping.route_inside(self._collect),)

    def alive(self) -> dict[str, Any]:
        """The sign of life that is left in the store; `trueup status` reads it."""
        late_us = self._crew.schedule.late // timedelta(microseconds=1)
        return {
            "at": to_us(self._clock.now()),
            "pid": os.getpid(),
            "on_time": self._lately.figures() | {"overdue_us": late_us},
        }

    @property
    def _config(self) -> Config:
        return self._crew.recorder.context.config

    def _figures(self, untold: timedelta) -> Figures:
        crew = self._crew
        return Figures(
            late=crew.schedule.late,
            unrecorded=crew.keeper.waits_since(),
            untold=untold,
            unpublished=crew.press.publisher.age,
            unattended=crew.attending.age,
        )

    async def _measured_words(self) -> list[str]:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return words_of(await self.measure())
        except TimeoutError:
            return [*words_of(self._figures(self._last.untold)), "unmeasured"]


def _untold(db: Database) -> tuple[int | None, int]:
    """When the oldest letter that still waits was written, and how many incidents are open."""
    _, oldest = _letters(db)
    return oldest, _open(db)


def _letters(db: Database) -> tuple[int, int | None]:
    row = db.execute(
        "SELECT count(*), min(created_at) FROM outbox"
        " WHERE delivered_at IS NULL AND gave_up_at IS NULL"
    ).fetchone()
    return int(row[0]), row[1]


def _open(db: Database) -> int:
    row = db.execute("SELECT count(*) FROM incident WHERE resolved_at IS NULL").fetchone()
    return int(row[0])


def _changes(db: Database) -> int:
    row = db.execute(
        "SELECT count(*) FROM change WHERE settled_at IS NULL"
        " AND state IN ('open', 'told', 'explained')"
    ).fetchone()
    return int(row[0])


def _age(created_us: int | None, clock: Clock) -> timedelta:
    if created_us is None:
        return timedelta()
    return max(clock.now() - from_us(created_us), timedelta())


def read_store(db: Database, config: Config, clock: Clock) -> StoreFigures:
    """For Prometheus."""
    letters, oldest = _letters(db)
    return StoreFigures(
        healths=_healths(db, config, clock),
        letters=letters,
        oldest_letter=_age(oldest, clock),
        incidents=_open(db),
        changes=_changes(db),
    )


def _healths(db: Database, config: Config, clock: Clock) -> dict[str, Health]:
    """What the verdict on each configured probe is worth now; unknown for those never run."""
    at, healths = clock.now(), dict.fromkeys(config.probes, Health.UNKNOWN)
    rows = db.execute(
        "SELECT probe.id, health, evidence_at FROM health JOIN probe ON probe.key = health.probe"
        " WHERE tombstoned_at IS NULL AND location = ?",
        [config.location],
    )
    for probe, health, evidence_us in rows:
        if probe in healths:
            evidence_at = None if evidence_us is None else from_us(evidence_us)
            patience = config.probes[probe].patience
            standing = seen_at(Standing(Health(health)), evidence_at, patience=patience, at=at)
            healths[probe] = standing.health
    return healths


def size_of(database: Path) -> int:
    """With the log of what was written to it last."""
    size = 0
    for path in (database, database.with_name(f"{database.name}-wal")):
        try:
            size += path.stat().st_size
        except OSError:
            continue
    return size
