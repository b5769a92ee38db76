"""Web vitals of the pages that journeys saw: a few bytes for each, as many as there are runs.

A page is known by the step in which it was opened, for addresses have no end; of those only so
many are remembered for each probe, without what changes in them. Inside the writer's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.store.records import location_key
from probes.result import View

VIEWS_MAX: Final = 20
"""Of one run."""
PAGES_MAX: Final = 100
"""Of one probe."""
STEP_MAX: Final = 64
ADDRESS_MAX: Final = 200
_US: Final = timedelta(microseconds=1)
_MILLIONTH: Final = 1_000_000
_CHANGING: Final = re.compile(r"(?<=/)(?:\d+(?=/|$)|[^/]*(?:\d{3}|%)[^/]*|[^/]{25,})")
"""A part of a path that is likely to be another one the next time: a number, or long."""

TABLES: Final = """
CREATE TABLE page (
    key INTEGER PRIMARY KEY,
    probe INTEGER NOT NULL REFERENCES probe (key),
    step TEXT NOT NULL,
    address TEXT NOT NULL,
    UNIQUE (probe, step, address)
);
CREATE TABLE page_view (
    slot INTEGER NOT NULL,
    probe INTEGER NOT NULL REFERENCES probe (key),
    location INTEGER NOT NULL REFERENCES location (key),
    number INTEGER NOT NULL,
    page INTEGER NOT NULL REFERENCES page (key),
    ttfb_us INTEGER,
    fcp_us INTEGER,
    lcp_us INTEGER,
    cls_millionths INTEGER,
    PRIMARY KEY (slot, probe, location, number)
) WITHOUT ROWID;
CREATE VIEW page_views AS SELECT
    probe.id AS probe,
    location.id AS location,
    strftime('%Y-%m-%dT%H:%M:%fZ', page_view.slot / 1e6, 'unixepoch') AS slot,
    number,
    page.step AS step,
    page.address AS address,
    ttfb_us / 1e3 AS ttfb_ms,
    fcp_us / 1e3 AS fcp_ms,
    lcp_us / 1e3 AS lcp_ms,
    cls_millionths / 1e6 AS cls
FROM page_view
JOIN probe ON probe.key = page_view.probe
JOIN location ON location.key = page_view.location
JOIN page ON page.key = page_view.page;
"""


def add(db: Database, probe: int, location: str, slot: datetime, views: Sequence[View]) -> None:
    """Those of one run, in their order; recording it again changes nothing."""
    place = location_key(db, location)
    for number, view in enumerate(views[:VIEWS_MAX], start=1):
        db.execute(
            "INSERT OR IGNORE INTO page_view VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                to_us(slot),
                probe,
                place,
                number,
                _page(db, probe, view),
                _whole(view.ttfb),
                _whole(view.fcp),
                _whole(view.lcp),
                None if view.cls is None else round(view.cls * _MILLIONTH),
            ),
        )


def forget(db: Database, before: datetime, most: int) -> int:
    """How many were removed."""
    cursor = db.execute(
        "DELETE FROM page_view WHERE (slot, probe, location, number) IN (SELECT slot, probe,"
        " location, number FROM page_view WHERE slot < ? ORDER BY slot LIMIT ?)",
        (to_us(before), most),
    )
    return int(cursor.rowcount)


def lasting(address: str) -> str:
    """*address* with `*` for what is likely to be another one the next time."""
    scheme, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    steady = _CHANGING.sub("*", slash + path)
    return f"{scheme}{mark}{host}{steady}"[:ADDRESS_MAX]


def _page(db: Database, probe: int, view: View) -> int:
    """Made when it is new; once there are too many of a probe, its step alone counts."""
    step, address = view.step[:STEP_MAX], lasting(view.address)
    known = _key(db, probe, step, address)
    if known is not None:
        return known
    count = db.execute("SELECT count(*) FROM page WHERE probe = ?", (probe,)).fetchone()[0]
    if count >= PAGES_MAX:
        step, address = (step, "") if count < 2 * PAGES_MAX else ("", "")
    new = "INSERT OR IGNORE INTO page (probe, step, address) VALUES (?, ?, ?)"
    db.execute(new, (probe, step, address))
    key = _key(db, probe, step, address)
    assert key is not None  # noqa: S101 - it was put there a line above
    return key


def _key(db: Database, probe: int, step: str, address: str) -> int | None:
    row = db.execute(
        "SELECT key FROM page WHERE probe = ? AND step = ? AND address = ?", (probe, step, address)
    ).fetchone()
    return None if row is None else int(row[0])


def _whole(span: timedelta | None) -> int | None:
    return None if span is None else span // _US
