"""Which letters another channel gets, and which it has no use for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.notices import EventKind
from monitor.store import Writer, falling_back, incidents, outbox, records
from tests.support.clock import NIGHT
from tests.support.notices import opened

LATER = NIGHT + timedelta(minutes=6)
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


def _letters(db: Database, *letters: tuple[EventKind, str]) -> None:
    records.sync_probes(db, [records.ProbeRow("p", "p", "toy")], NIGHT)
    incidents.open_incident(db, NEW, instance="here")
    for sequence, (event, channel) in enumerate(letters, start=1):
        notice = opened(incident=1, event=event, sequence=sequence, at=NIGHT)
        incidents.add_event(db, notice, why="", channels=[channel])


def _of(db: Database, channel: str) -> list[tuple[Any, ...]]:
    rows = db.execute(
        "SELECT kind, outbox.why FROM outbox JOIN event ON event.id = outbox.event"
        " WHERE channel = ? ORDER BY outbox.id",
        (channel,),
    )
    return [tuple(row) for row in rows.fetchall()]


def _stored(path: Path, work: Callable[[Database], Any]) -> Any:
    writer = Writer(path / "t.db")
    try:
        return writer.submit(work).result(20)
    finally:
        writer.close()


def test_a_letter_falls_back_once_with_its_reason_and_all_that_follows(tmp_path: Path) -> None:
    def work(db: Database) -> Any:
        _letters(db, (EventKind.OPENED, "a"), (EventKind.RESOLVED, "a"))
        handed = [falling_back.hand_over(db, 1, to="b", at=LATER) for _ in range(2)]
        return handed, _of(db, "b")

    told = [("opened", "fell_back"), ("resolved", "fell_back")]
    assert _stored(tmp_path, work) == ([2, 0], told)


def test_old_news_are_not_handed_to_a_channel_that_has_newer(tmp_path: Path) -> None:
    def work(db: Database) -> Any:
        _letters(db, (EventKind.OPENED, "a"), (EventKind.REMINDED, "b"))
        handed = falling_back.hand_over(db, 1, to="b", at=LATER)
        return handed, _of(db, "b")

    assert _stored(tmp_path, work) == (0, [("reminded", "")])


def test_only_what_was_tried_for_long_enough_is_handed_over(tmp_path: Path) -> None:
    def work(db: Database) -> Any:
        _letters(db, (EventKind.OPENED, "a"))
        outbox.mark_retry(db, 1, at=NIGHT, next_at=LATER, why="503")
        hand_over = partial(falling_back.hand_over_untaken, db, "a", to="b", at=LATER)
        before = NIGHT - timedelta(seconds=1)
        return [
            falling_back.any_untaken(db, "a", tried_before=before),
            hand_over(tried_before=before),
            falling_back.any_untaken(db, "a", tried_before=NIGHT),
            hand_over(tried_before=NIGHT),
            falling_back.any_untaken(db, "a", tried_before=None),
        ]

    assert _stored(tmp_path, work) == [False, 0, True, 1, False]


def test_the_end_of_something_that_fell_back_follows_it(tmp_path: Path) -> None:
    def work(db: Database) -> Any:
        _letters(db, (EventKind.OPENED, "a"))
        falling_back.hand_over(db, 1, to="b", at=LATER)
        over = opened(incident=1, event=EventKind.RESOLVED, sequence=2, at=LATER)
        incidents.add_event(db, over, why="", channels=["a"])
        noted = outbox.mark_delivered(db, 3, at=LATER, fallback="b")
        return noted.fell_back, [kind for kind, _ in _of(db, "b")]

    assert _stored(tmp_path, work) == (1, ["opened", "resolved"])


def test_what_was_put_away_after_its_delivery_is_handed_to_nobody(tmp_path: Path) -> None:
    def work(db: Database) -> Any:
        _letters(db, (EventKind.OPENED, "a"))
        db.execute("UPDATE outbox SET body = '', delivered_at = ?", (to_us(NIGHT),))
        return falling_back.hand_over(db, 1, to="b", at=LATER)

    assert _stored(tmp_path, work) == 0
