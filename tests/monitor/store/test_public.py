"""What is told in public outlives upgrades and lost databases."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import from_us, to_us
from monitor.store import Writer, acts, public, records, speaking, tail
from monitor.store.acts import Kind, Span
from monitor.store.public import Told
from monitor.store.schema import MIGRATIONS
from monitor.store.speaking import Whose
from tests.monitor.store.history import Store, a_store
from tests.support.clock import NIGHT

HOUR = timedelta(hours=1)


def told(store: Store) -> list[Told]:
    return store.do(lambda db: public.told(db, since=NIGHT - 90 * 24 * HOUR))


def test_words_from_before_an_upgrade_are_told_as_they_were(tmp_path: Path) -> None:
    old = Database(tmp_path / "t.db")
    MIGRATIONS.apply(old, stop_before="what_is_told_in_public")
    with old.atomic():
        records.sync_probes(old, [records.ProbeRow("a", "a", "toy")], NIGHT)
        old.execute(
            "INSERT INTO incident (id, probe, location, dedup_key, began_at, opened_at, reason,"
            " summary, failures) VALUES (1, 1, 'here', ?, ?, ?, '', '', 2)",
            ("ab" * 32, to_us(NIGHT), to_us(NIGHT)),
        )
        row = (7, 1, to_us(NIGHT), "identified", "A disk.", "ana")
        old.execute("INSERT INTO public_update VALUES (?, ?, ?, ?, ?, ?)", row)
        old.execute("INSERT INTO maintenance VALUES (1, '[]', '[]', 'New disks', 'ana', 0, 9, 0)")
    old.close()
    with a_store(tmp_path / "t.db") as store:
        [one] = told(store)
        assert (one.key, one.name, one.title) == ("abababababab", "1", "")
        [words] = one.updates
        assert (words.number, words.words, words.edited_at) == (7, "A disk.", None)
        [span] = store.do(lambda db: acts.spans(db, Kind.MAINTENANCE, from_us(0)))
        assert (span.words, span.description) == ("New disks", "")


def test_the_whole_of_it_is_two_questions(tmp_path: Path) -> None:
    asked: list[str] = []
    with a_store(tmp_path / "t.db") as store:
        for _ in range(3):
            number = store.opens()
            store.do(partial(_says, whose=Whose(incident=number)))
            store.resolves(number)

        def ask(db: Database) -> int:
            db.conn.set_trace_callback(asked.append)
            try:
                return len(public.told(db, since=NIGHT - HOUR))
            finally:
                db.conn.set_trace_callback(None)

        assert store.do(ask) == 3
    assert len([each for each in asked if each.startswith("SELECT")]) == 2


def test_what_was_told_outlives_a_database_that_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        over, still = store.opens("a"), store.opens("b")
        store.resolves(over, NIGHT - 30 * 24 * HOUR)

        def speak(db: Database) -> None:
            at = NIGHT + HOUR
            entry = speaking.make(db, over, by="ana", at=at)
            speaking.change(db, entry, {"title": "A cable", "components": ("a",)}, at=at)
            _says(db, Whose(incident=over), at_hours=1)  # its postmortem, a month later
            _says(db, Whose(incident=still), at_hours=1)
            written = speaking.add_by_hand(
                db, began_at=NIGHT - HOUR, ended_at=NIGHT, by="ana", at=at
            )
            _says(db, Whose(entry=written), at_hours=1)

        store.do(speak)
        before = told(store)
        assert [len(each.updates) for each in before] == [1, 1, 1]
        assert "A cable" in {each.title for each in before}
    path.write_bytes(b"no database at all")
    with a_store(path, fresh=False) as store:
        assert told(store) == before
        assert store.writer.recoveries


def test_what_an_earlier_version_left_open_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    with a_store(path) as store:
        store.opens()
    left = (tmp_path / tail.NAME).read_text()
    older = left.replace('"public_incident":[],', "")
    assert older != left
    (tmp_path / tail.NAME).write_text(older)
    path.unlink()
    with a_store(path, fresh=False) as store:
        assert len(told(store)) == 1


def test_announced_work_is_found_again_when_it_is_over(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "t.db")

    def work(db: Database) -> list[Span]:
        for hours, words in ((-50, "long ago"), (-5, "last night"), (1, "taken back")):
            span = Span(
                id=0,
                probes=frozenset(),
                tags=frozenset(),
                words=words,
                by="ana",
                starts_at=NIGHT + hours * HOUR,
                ends_at=NIGHT + (hours + 2) * HOUR,
                description="- more",
            )
            number = acts.add_span(db, Kind.MAINTENANCE, span, created_at=NIGHT - 60 * HOUR)
        acts.end_span(db, Kind.MAINTENANCE, number, NIGHT)
        assert acts.spans(db, Kind.MAINTENANCE, NIGHT) == []
        return acts.spans(db, Kind.MAINTENANCE, NIGHT, since=NIGHT - 24 * HOUR)

    [span] = writer.submit(work).result(30)
    assert (span.words, span.description) == ("last night", "- more")
    assert span.created_at == NIGHT - 60 * HOUR
    writer.close()


def _says(db: Database, whose: Whose, *, at_hours: int = 0) -> int:
    at = NIGHT + at_hours * HOUR
    return speaking.add_words(db, whose, at=at, status="identified", words="x", by="ana")
