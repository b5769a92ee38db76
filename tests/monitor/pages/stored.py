"""A store with any past, written row by row, and the pages made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import pages
from monitor.clock import to_us
from monitor.config.model import Config, PageSettings, Probe
from monitor.store import Writer, records
from monitor.store import incidents as rows
from monitor.store.histogram import bucket
from status_page import Component, Page
from tests.support.clock import NIGHT
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_US = timedelta(microseconds=1)


@dataclass
class Stored:
    """Probes that first ran *since*, at *location*, and are up as of whenever a page is made."""

    folder: Path
    probes: tuple[Probe, ...] = (a_probe("web"),)
    since: datetime = NIGHT - 400 * DAY
    settings: PageSettings = field(default_factory=PageSettings)
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writer = Writer(self.folder / "t.db")
        self.configure(*self.probes)
        self.builder = pages.Builder(self.settings)

    def configure(self, *probes: Probe) -> None:
        self.config: Config = a_config(*probes, **self.changes)
        named = [records.ProbeRow(p.id, p.name, "toy", p.renamed_from) for p in probes]
        keys = self.work(lambda db: records.sync_probes(db, named, NIGHT))
        self.keys: dict[str, int] = keys
        for key in keys.values():
            self.sql(
                "UPDATE probe SET first_run_at = coalesce(first_run_at, ?) WHERE key = ?",
                to_us(self.since),
                key,
            )

    def work(self, piece: Any) -> Any:
        return self.writer.submit(piece).result(30)

    def sql(self, statement: str, *values: object) -> None:
        self.work(lambda db: db.execute(statement, values).rowcount)

    def day(
        self, day: date, known: timedelta = DAY, down: timedelta = timedelta(), probe: str = "web"
    ) -> None:
        self.sql(
            "INSERT OR REPLACE INTO rollup_1d (day, probe, location, pass, known_us, down_us)"
            " VALUES (?, ?, 'here', 1440, ?, ?)",
            day.isoformat(),
            self.keys[probe],
            known // _US,
            down // _US,
        )

    def hours(
        self,
        since: datetime,
        count: int = 1,
        down: timedelta = timedelta(),
        *,
        probe: str = "web",
        took: Iterable[timedelta] = (),
    ) -> None:
        """Whole ones that are known altogether, each with so much *down*, and runs that *took*."""
        self.stands("up", since, probe)
        counts: dict[int, int] = {}
        for each in took:
            counts[bucket(each)] = counts.get(bucket(each), 0) + 1
        text = json.dumps({str(key): counts[key] for key in sorted(counts)})
        for number in range(count):
            self.sql(
                "INSERT OR REPLACE INTO rollup_1h (probe, location, starts_at, known_us, down_us,"
                " histogram, folded) VALUES (?, 'here', ?, ?, ?, ?, 1)",
                self.keys[probe],
                to_us(since + number * HOUR),
                HOUR // _US,
                down // _US,
                text,
            )

    def outage(
        self,
        began_at: datetime,
        ended_at: datetime | None = None,
        *,
        probe: str = "web",
        reason: str = "status",
    ) -> int:
        """An incident as the recorder leaves it; roll-ups are not touched."""
        new = rows.NewIncident(
            probe=self.keys[probe],
            location="here",
            began_at=began_at,
            opened_at=began_at + MINUTE,
            reason=reason,
            summary="500",
            failed_step="",
            failures=2,
        )
        number: int = self.work(lambda db: rows.open_incident(db, new, instance="here")[0])
        if ended_at is not None:
            self.work(
                lambda db: rows.resolve_incident(
                    db, number, recovered_at=ended_at, resolved_at=ended_at + MINUTE
                )
            )
        return number

    def stands(self, health: str, at: datetime, probe: str = "web") -> None:
        """What the newest run, at *at*, came to."""
        us = to_us(at)
        self.sql(
            "INSERT OR REPLACE INTO health (probe, location, health, since_at, slow_runs, state,"
            " failures, passes, evidence_at, last_run_at, last_outcome, last_summary, last_took_us)"
            " VALUES (?, 'here', ?, ?, 0, 'quiet', 0, 0, ?, ?, 'PASS', 'at 192.0.2.7', 1000)",
            self.keys[probe],
            health,
            us,
            us,
            us,
        )

    def page(self, at: datetime) -> Page:
        page: Page = self.work(lambda db: self.builder.build(db, self.config, at))
        return page

    def component(self, at: datetime) -> Component:
        """The only one."""
        [component] = self.page(at).components
        return component
