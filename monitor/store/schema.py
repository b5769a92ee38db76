"""The tables, as a list of migrations that only ever grows.

Times are integer microseconds UTC (`…_at`, `slot`), spans integer microseconds (`…_us`), days the
ISO date in UTC: plain enough to read with any SQLite tool.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database, Migrations

from monitor.store import (
    change_tables,
    compact,
    evidence,
    learnt_tables,
    page_views,
    public,
    subscribers,
    tables,
)
from monitor.store.trouble import StoreTrouble

MIGRATIONS = Migrations("trueup")


@MIGRATIONS()
def first_tables(db: Database) -> None:
    """Runs, what was concluded from them, and what must be told."""
    _run(db, tables.FIRST)


@MIGRATIONS()
def when_telling_began(db: Database) -> None:
    """Giving a letter up counts from the first attempt to deliver it, not from its event."""
    db.execute("ALTER TABLE outbox ADD COLUMN first_tried_at INTEGER")
    db.execute("UPDATE outbox SET first_tried_at = created_at WHERE attempts > 0")
    db.execute("CREATE INDEX outbox_of_incident ON outbox (incident, channel)")


@MIGRATIONS()
def attended_incidents(db: Database) -> None:
    """Incidents that are withheld, told, reminded of, escalated and acknowledged."""
    _run(db, tables.ATTENDED)


@MIGRATIONS()
def finer_rollups(db: Database) -> None:
    """Five minutes and hours beside the days, and how long runs took as histograms."""
    _run(db, tables.ROLLUPS)


@MIGRATIONS()
def letters_never_tried(db: Database) -> None:
    """Finding the next letter takes no longer when thousands wait."""
    db.execute(
        "CREATE INDEX outbox_untried ON outbox (channel, next_at)"
        " WHERE attempts = 0 AND delivered_at IS NULL AND gave_up_at IS NULL"
    )


@MIGRATIONS(name=compact.MIGRATION)
def runs_as_integers(db: Database) -> None:
    """A run takes a third of the room, and recording one a fraction of the work."""
    compact.convert(db)


@MIGRATIONS()
def runs_of_a_clock_ahead(db: Database) -> None:
    """Their slots lie in the future, and they are forgotten all the same."""
    db.execute(compact.INDEX_OF_AHEAD)


@MIGRATIONS()
def what_runs_saw(db: Database) -> None:
    """Evidence by run instead of by file; web vitals; what a run warned of."""
    _run(db, evidence.TABLES + page_views.TABLES)
    db.execute("ALTER TABLE health ADD COLUMN last_warnings TEXT NOT NULL DEFAULT ''")


@MIGRATIONS()
def what_is_told_in_public(db: Database) -> None:
    """What people make of incidents, those that they write by hand, and corrected words."""
    _run(db, public.TABLES)


@MIGRATIONS()
def who_wants_to_hear(db: Database) -> None:
    """Subscribers of pages, and the letters that they still have to get."""
    _run(db, subscribers.TABLES)


@MIGRATIONS()
def what_changed(db: Database) -> None:
    """Deploys, and what was fetched and done because of incidents."""
    _run(db, change_tables.TABLES)


@MIGRATIONS()
def down_counted_once(db: Database) -> None:
    """Until when a probe is counted as down, so that no instant is counted twice."""
    db.execute("ALTER TABLE health ADD COLUMN down_until INTEGER")


@MIGRATIONS()
def what_was_learnt(db: Database) -> None:
    """Fingerprints of targets, how they changed, and how many entries there usually are."""
    _run(db, learnt_tables.TABLES)


@MIGRATIONS()
def what_may_go_back(db: Database) -> None:
    """Since when a value of a target is new, for as long as it is."""
    _run(db, learnt_tables.FRESH)


def must_be_known(db: Database, path: Path) -> None:
    """Raises StoreTrouble when a newer version changed the tables: this one would misread them."""
    ours = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}
    if newer := sorted({migration.name for migration in MIGRATIONS.applied(db)} - ours):
        raise StoreTrouble(
            f"{path}: a newer trueup wrote it ({', '.join(newer)}); use that one to read it"
        )


def _run(db: Database, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)
