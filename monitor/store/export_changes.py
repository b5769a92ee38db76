"""How targets changed, announced or not, as rows for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.export_rows import Columns, Row, picked

CHANGES: Final[Columns] = {
    "change": int,
    "target": str,
    "origin": str,
    "probe": str,
    "what": str,
    "was": str,
    "became": str,
    "before_at": datetime,
    "seen_at": datetime,
    "found_at": datetime,
    "state": str,
    "settled_at": datetime,
    "incident": int,
    "service": str,
    "version": str,
    "deployed_at": datetime,
}
# By the index of seen_at, so that nothing is sorted.
QUERY: Final = (
    "SELECT change.id AS change, target, origin, probe, name AS what, was, became, before_at,"
    " seen_at, found_at, state, settled_at, incident, service, version, deploy.at AS deployed_at"
    " FROM change LEFT JOIN deploy ON deploy.id = change.deploy"
    " WHERE seen_at >= :since AND (:probe = '' OR probe = :probe) ORDER BY seen_at, change.id"
)


def changes(db: Database, probe: str, since: datetime) -> Iterator[Row]:
    """Those seen since then, or by that probe; the oldest first. `service`, `version` and
    `deployed_at` are of the deploy that announced it.
    """
    for row in db.query(QUERY, {"probe": probe, "since": to_us(since)}):
        yield picked(row, CHANGES)
