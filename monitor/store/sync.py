"""Bringing the store into line with a configuration, in one transaction. Deletes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.clock import from_us
from monitor.store.orphans import close_orphans
from monitor.store.records import ProbeRow, sync_probes


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the configured probes, by id: its keys, and the newest slots."""

    keys: Mapping[str, int]
    newest: Mapping[str, datetime]


def sync(db: Database, probes: Iterable[ProbeRow], location: str, at: datetime) -> Known:
    """Names, renames and tombstones; and the end of incidents that nobody watches any more."""
    keys = sync_probes(db, probes, at)
    close_orphans(db, location=location, at=at)
    rows = db.execute(
        "SELECT id, max(slot) FROM health JOIN probe ON probe.key = health.probe"
        " WHERE slot IS NOT NULL AND location = ? GROUP BY id",
        (location,),
    )
    return Known(keys, {str(row[0]): from_us(row[1]) for row in rows.fetchall()})
