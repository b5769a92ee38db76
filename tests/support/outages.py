"""Incidents as the recorder leaves them, for tests of what people do about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - a test's own look into the store

from monitor.acts import acting, planning
from monitor.acts.orders import Done, Order
from monitor.acts.planning import Known
from monitor.config.model import Config
from monitor.notices import About, from_json
from monitor.store import Writer, attended, records
from monitor.store import incidents as rows
from tests.support.clock import HandClock
from tests.support.configs import a_config, a_probe
from tests.support.notices import opened

PROBES = ("signin", "uploads", "inner")


def _config() -> Config:
    probes = [
        a_probe(name, tags=frozenset({"shop"} if name == "uploads" else ())) for name in PROBES
    ]
    config = a_config(*probes)
    public = {name: c for name, c in config.components.items() if name != "inner"}
    return a_config(*probes, components=public)


@dataclass
class Outages:
    """A real store with incidents in it, and orders about them. `inner` is behind no component."""

    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    config: Config = field(default_factory=_config)

    def __post_init__(self) -> None:
        self.writer = Writer(self.folder / "trueup.db")
        named = [records.ProbeRow(name, name, "toy") for name in PROBES]
        self.keys = self.work(lambda db: records.sync_probes(db, named, self.clock.now()))

    @property
    def known(self) -> Known:
        return planning.known(self.config)

    def work(self, piece: Any) -> Any:
        return self.writer.submit(piece).result(30)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.work(lambda db: list(db.query(sql)))
        return found

    def orders(self, order: Order) -> Done:
        """Carried out at this moment. Raises CannotAct."""
        at = self.clock.now()
        done: Done = self.work(lambda db: acting.carry_out(db, order, self.known, at))
        return done

    def breaks(
        self, probe: str = "signin", channels: Iterable[str] = ("oncall",), **notice: Any
    ) -> int:
        """An incident opens, and *channels* are told."""
        number: int = self.work(lambda db: self._open(db, probe, tuple(channels), notice))
        return number

    def summary_of(self, *members: int) -> int:
        """They are told as one."""
        number = self.breaks("trueup/summary", about=About.SUMMARY, members_count=len(members))
        for each in members:
            self.work(partial(_join, member=each, summary=number))
        return number

    def mended(self, number: int) -> None:
        at = self.clock.now()
        self.work(lambda db: rows.resolve_incident(db, number, recovered_at=at, resolved_at=at))

    def told(self) -> list[tuple[int, str, str]]:
        """(incident, event, channel) of everything in the outbox, in order."""
        bodies = self.rows("SELECT body, channel FROM outbox ORDER BY id")
        notices = [(from_json(row["body"]), row["channel"]) for row in bodies]
        return [(notice.incident, notice.event.value, channel) for notice, channel in notices]

    def _open(
        self, db: Database, probe: str, channels: tuple[str, ...], changes: dict[str, Any]
    ) -> int:
        at = self.clock.now()
        key = self.keys.get(probe) or attended.own_key(db, probe, probe)
        new = rows.NewIncident(
            probe=key,
            location="here",
            began_at=at - timedelta(minutes=1),
            opened_at=at,
            reason="status",
            summary="500",
            failed_step="",
            failures=2,
        )
        number, dedup = rows.open_incident(db, new, instance="here")
        known = {"incident": number, "dedup_key": dedup, "probe": probe, "probe_name": probe}
        notice = opened(**known | {"began_at": new.began_at, "at": at} | changes)
        rows.add_event(db, notice, why="", channels=channels)
        attended.change(db, number, notice=notice, told_at=at if channels else None)
        return number


def _join(db: Database, member: int, summary: int) -> None:
    attended.change(db, member, under=summary, withheld="in_a_summary", told_at=None)
