"""Who hears the end of an incident, and how the outbox of an earlier version goes on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.store import Writer, incidents, outbox, records
from monitor.store.schema import MIGRATIONS
from tests.support.clock import NIGHT
from tests.support.notices import opened, resolved

NEW = incidents.NewIncident(
    probe=1,
    location="here",
    began_at=NIGHT,
    opened_at=NIGHT,
    reason="status",
    summary="500",
    failed_step="",
    failures=2,
)


def _opens(db: Database, *channels: str) -> None:
    records.sync_probes(db, [records.ProbeRow("p", "p", "toy")], NIGHT)
    incidents.open_incident(db, NEW, instance="here")
    incidents.add_event(db, opened(incident=1), why="", channels=channels)


def test_the_end_goes_where_the_opening_went_or_is_on_its_way(tmp_path: Path) -> None:
    def work(db: Database) -> list[str]:
        _opens(db, "told", "tried", "waiting", "refused")
        outbox.mark_delivered(db, 1, at=NIGHT)
        outbox.mark_retry(db, 2, at=NIGHT, next_at=NIGHT + timedelta(minutes=1), why="503")
        outbox.mark_given_up(db, 4, at=NIGHT, why="404")
        return incidents.channels_told(db, 1)

    writer = Writer(tmp_path / "t.db")
    assert writer.submit(work).result(20) == ["told", "tried", "waiting"]
    writer.close()


def test_who_could_not_be_told_of_one_event_still_hears_the_next(tmp_path: Path) -> None:
    def work(db: Database) -> list[str]:
        _opens(db, "mail")
        outbox.mark_delivered(db, 1, at=NIGHT)
        incidents.add_event(db, resolved(incident=1), why="", channels=["mail"])
        outbox.mark_given_up(db, 2, at=NIGHT, why="550")
        return incidents.channels_told(db, 1)

    writer = Writer(tmp_path / "t.db")
    assert writer.submit(work).result(20) == ["mail"]
    writer.close()


def test_a_letter_of_an_earlier_version_keeps_the_day_it_has_been_tried_for(tmp_path: Path) -> None:
    at = to_us(opened().at)
    old = Database(tmp_path / "t.db")
    MIGRATIONS.apply(old, stop_before="when_telling_began")
    with old.atomic():
        records.sync_probes(old, [records.ProbeRow("p", "p", "toy")], NIGHT)
        old.execute("INSERT INTO incident VALUES (1, 1, 'here', 'key', 0, 0, 0, 0, '', '', '', 2)")
        incidents.add_event(old, opened(incident=1), why="", channels=("tried", "fresh"))
        old.execute("UPDATE outbox SET attempts = 3 WHERE channel = 'tried'")
    old.close()
    writer = Writer(tmp_path / "t.db")
    rows = writer.submit(lambda db: list(db.query("SELECT * FROM outbox ORDER BY id"))).result(20)
    writer.close()
    assert [row["first_tried_at"] for row in rows] == [at, None]
