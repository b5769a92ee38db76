"""Runs as integers: the tables, and how what an earlier version wrote is brought into them.

A row for each run is nearly all of a database. It is kept in the order of time, so that what is
recorded together lies together, whoever it is about: a commit writes a few pages and not one for
each probe, and forgetting takes whole pages. Codes never change their meaning; `runs` says in words
what `run` says in numbers.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlite_utils import Database

from monitor.log import get_logger
from monitor.store.histogram import BUCKETS

MIGRATION: Final = "runs_as_integers"
_SLICE_US: Final = 3_600_000_000
PHASES: Final = ("resolve", "connect", "tls", "send", "wait", "receive")
"""Those that have columns of their own, in their order."""
AHEAD_US: Final = 300_000_000
"""A run that began so long before its slot: the clock was ahead when the slot was named."""
INDEX_OF_AHEAD: Final = (
    f"CREATE INDEX IF NOT EXISTS run_ahead ON run (slot + lag_us) WHERE lag_us <= -{AHEAD_US}"
)
_LEAST: Final = -(2**62)
_REASONS: Final = (
    "name_not_found resolver_failed connect_refused connect_failed unreachable connection_reset"
    " closed_early tls_expired tls_not_yet_valid tls_wrong_name tls_untrusted tls_failed"
    " resolve_timeout connect_timeout tls_timeout send_timeout answer_timeout receive_timeout"
    " step_timeout timeout malformed_answer answer_too_large too_many_redirects redirect_refused"
    " status header text_missing text_present pattern not_json json_value json_count json_schema"
    " certificate_expires_soon too_slow page_not_loaded element_missing sign_in_refused"
    " file_missing file_differs wrong_target message_missing step_failed cleanup_failed"
    " browser_unavailable browser_crashed journey_broken overran crashed interrupted network_gone"
    " stalled proxy_refused tls_protocol page_crashed"
)

TABLES: Final = """
CREATE TABLE location (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE outcome (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
INSERT INTO outcome VALUES (1, 'PASS'), (2, 'SLOW'), (3, 'FAIL'), (4, 'ERROR');
CREATE TABLE reason (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE bucket (from_us INTEGER PRIMARY KEY, middle_us INTEGER NOT NULL);
ALTER TABLE run RENAME TO run_before;
CREATE TABLE run (
    slot INTEGER NOT NULL,
    probe INTEGER NOT NULL REFERENCES probe (key),
    location INTEGER NOT NULL REFERENCES location (key),
    lag_us INTEGER NOT NULL,
    outcome INTEGER NOT NULL REFERENCES outcome (code),
    reason INTEGER REFERENCES reason (code),
    known_us INTEGER,
    took_us INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    resolve_us INTEGER,
    connect_us INTEGER,
    tls_us INTEGER,
    send_us INTEGER,
    wait_us INTEGER,
    receive_us INTEGER,
    steps TEXT,
    note TEXT,
    PRIMARY KEY (slot, probe, location)
) WITHOUT ROWID;
CREATE INDEX run_not_passed ON run (probe, location, slot) WHERE outcome <> 1;
CREATE VIEW runs AS SELECT
    probe.id AS probe,
    location.id AS location,
    strftime('%Y-%m-%dT%H:%M:%fZ', run.slot / 1e6, 'unixepoch') AS slot,
    strftime('%Y-%m-%dT%H:%M:%fZ', (run.slot + lag_us) / 1e6, 'unixepoch') AS started_at,
    outcome.name AS outcome,
    reason.name AS reason,
    took_us / 1e3 AS took_ms,
    tries,
    resolve_us / 1e3 AS resolve_ms,
    connect_us / 1e3 AS connect_ms,
    tls_us / 1e3 AS tls_ms,
    send_us / 1e3 AS send_ms,
    wait_us / 1e3 AS wait_ms,
    receive_us / 1e3 AS receive_ms,
    steps,
    note
FROM run
JOIN probe ON probe.key = run.probe
JOIN location ON location.key = run.location
JOIN outcome ON outcome.code = run.outcome
LEFT JOIN reason ON reason.code = run.reason;
CREATE TABLE day_after (
    day TEXT NOT NULL,
    probe INTEGER NOT NULL REFERENCES probe (key),
    location TEXT NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0,
    slow INTEGER NOT NULL DEFAULT 0,
    fail INTEGER NOT NULL DEFAULT 0,
    error INTEGER NOT NULL DEFAULT 0,
    known_us INTEGER NOT NULL DEFAULT 0,
    down_us INTEGER NOT NULL DEFAULT 0,
    took_us INTEGER NOT NULL DEFAULT 0,
    histogram TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (day, probe, location)
) WITHOUT ROWID;
INSERT INTO day_after SELECT day, probe, location, pass, slow, fail, error, known_us, down_us,
    took_us, histogram FROM rollup_1d WHERE probe IN (SELECT key FROM probe)
    ORDER BY day, probe, location;
DROP TABLE rollup_1d;
ALTER TABLE day_after RENAME TO rollup_1d;
INSERT INTO location (id) SELECT DISTINCT location FROM run_before;
"""
_SERIES: Final = (
    "CREATE TEMP TABLE series AS SELECT before.probe, before.location, place.key AS place,"
    " owner.key IS NOT NULL AS owned FROM"
    " (SELECT DISTINCT probe, location FROM main.run_before) AS before"
    " JOIN main.location AS place ON place.id = before.location"
    " LEFT JOIN main.probe AS owner ON owner.key = before.probe"
)
_LEFT: Final = (
    "SELECT coalesce(sum((SELECT count(*) FROM run_before AS b WHERE b.probe = s.probe"
    " AND b.location = s.location)), 0) FROM temp.series AS s WHERE NOT owned"
)
_NEXT: Final = (
    "SELECT min((SELECT min(slot) FROM run_before AS b WHERE b.probe = s.probe"
    " AND b.location = s.location AND slot >= ?)) FROM temp.series AS s"
)
# LIMIT -1 keeps the inner question apart, so that it is asked once for each row.
_MOVE: Final = """
INSERT INTO run
SELECT slot, probe, place, lag_us, outcome, reason, NULL, took_us, tries, {columns},
    iif(fits, NULL, sound), note
FROM (
    SELECT slot, b.probe, place, started_at - slot AS lag_us,
        coalesce((SELECT code FROM outcome WHERE name = b.outcome), 4) AS outcome,
        (SELECT code FROM reason WHERE name = b.reason) AS reason,
        took_us, tries, {sound} AS sound,
        NOT EXISTS (SELECT 1 FROM json_each({sound}) WHERE key NOT IN ({names})) AS fits,
        iif(b.outcome = 'PASS' AND tries = 1, NULL, note) AS note
    FROM temp.series AS s CROSS JOIN run_before AS b
        ON b.probe = s.probe AND b.location = s.location
    WHERE owned AND slot >= :since AND slot < :until ORDER BY slot, b.probe, place LIMIT -1
)
"""


def _moving(sound: str) -> str:
    columns = (
        f"iif(fits, CAST(json_extract(sound, '$.{name}') AS INTEGER), NULL)" for name in PHASES
    )
    names = ", ".join(f"'{name}'" for name in PHASES)
    return _MOVE.format(columns=", ".join(columns), sound=sound, names=names)


_TRUSTING: Final = _moving("iif(substr(phases, 1, 1) = '{', phases, NULL)")
_CAREFUL: Final = _moving(
    "CASE WHEN json_valid(phases) THEN iif(json_type(phases) = 'object', phases, NULL) END"
)

log = get_logger()


def convert(db: Database) -> None:
    """Inside the transaction of the migration, with the tables of before. A slice at a time, so
    that memory is bounded however much history there is.
    """
    for statement in TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute(INDEX_OF_AHEAD)
    db.conn.executemany("INSERT INTO bucket VALUES (?, ?)", BUCKETS)
    names = [(name,) for name in _REASONS.split()]
    db.conn.executemany("INSERT INTO reason (name) VALUES (?)", names)
    known = "SELECT DISTINCT reason FROM run_before WHERE reason IS NOT NULL"
    db.execute(f"INSERT OR IGNORE INTO reason (name) {known}")
    _move(db)
    db.execute("DROP TABLE run_before")


def _move(db: Database) -> None:
    db.execute(_SERIES)
    if left := db.execute(_LEFT).fetchone()[0]:
        log.warning("runs of probes that the database does not know are left behind", runs=left)
    counted = f"SELECT max(slot) FROM run_before WHERE started_at > slot - {AHEAD_US}"  # noqa: S608 - a constant
    newest = db.execute(counted).fetchone()[0]
    since = db.execute(_NEXT, (_LEAST,)).fetchone()[0]
    while since is not None:
        _move_slice(db, {"since": since, "until": since + _SLICE_US})
        since = db.execute(_NEXT, (since + _SLICE_US,)).fetchone()[0]
    db.execute("DROP TABLE temp.series")
    if newest is not None:  # those are in their five minutes already
        db.execute("INSERT INTO meta VALUES ('counted_until', ?)", (str(newest + 1),))


def _move_slice(db: Database, span: dict[str, int]) -> None:
    """Twice as fast as looking at every row first; what SQLite cannot read is rare."""
    try:
        db.execute(_TRUSTING, span)
    except sqlite3.OperationalError:
        db.execute(_CAREFUL, span)
