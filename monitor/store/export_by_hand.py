"""Incidents that people wrote by hand, as rows for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.export_rows import Columns, Row, picked

BY_HAND: Final[Columns] = {
    "name": str,
    "key": str,
    "components": str,
    "title": str,
    "audience": str,
    "impact": str,
    "hidden": bool,
    "began_at": datetime,
    "ended_at": datetime,
    "lasted_s": float,
    "updates": int,
    "status": str,
    "summary": str,
    "by": str,
    "created_at": datetime,
    "changed_at": datetime,
}
_READ: Final = "FROM public_update WHERE entry = made.id AND NOT hidden"
_NEWEST: Final = f"{_READ} ORDER BY at DESC, id DESC LIMIT 1"
_BY_HAND: Final = (
    f"SELECT made.*, (SELECT count(*) {_READ}) AS updates,"  # noqa: S608 - constants
    f" (SELECT status {_NEWEST}) AS status, (SELECT words {_NEWEST}) AS summary"
    " FROM public_incident AS made WHERE incident IS NULL"
    " AND (ended_at IS NULL OR ended_at >= :since) ORDER BY made.id"
)


def by_hand(db: Database, _: str, since: datetime) -> Iterator[Row]:
    """Those open or over after *since*, in the order in which they were written; none belongs to a
    probe. `status` and `summary` are those of the newest update that is read.
    """
    for row in db.query(_BY_HAND, {"since": to_us(since)}):
        ended_at = row["ended_at"]
        yield picked(row, BY_HAND) | {
            "name": f"n{row['id']}",
            "components": ", ".join(json.loads(row["components"])),
            "lasted_s": None if ended_at is None else (ended_at - row["began_at"]) / 1_000_000,
        }
