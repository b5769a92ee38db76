"""A database that an earlier version wrote: its history is kept, and takes less room."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.store import Writer, compact, export, fives, opening, records
from monitor.store.schema import MIGRATIONS
from tests.monitor.store.history import a_store
from tests.support.clock import NIGHT

MINUTE_US = 60_000_000
PHASES = {"resolve": 300, "connect": 1200, "tls": 20_000, "send": 90, "wait": 30_000, "receive": 9}


def an_old_one(path: Path, runs: int = 500) -> None:
    """Runs of two probes from two places, as they were written before: a row each minute."""
    old = Database(path)
    MIGRATIONS.apply(old, stop_before=compact.MIGRATION)
    with old.atomic():
        records.sync_probes(old, [records.ProbeRow(p, p, "toy") for p in "ab"], NIGHT)
        for n in range(runs):
            old.execute(
                "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (1 + n % 2, "far" if n % 50 == 9 else "here", *_row(n)),
            )
        old.execute(
            "INSERT INTO rollup_1d (probe, location, day, pass, histogram) VALUES"
            " (1, 'here', '2026-03-14', 250, '{\"412098\":3}'), (2, 'here', '2026-03-13', 9, '{}')"
        )
        old.execute(
            "INSERT INTO rollup_5m (probe, location, starts_at, pass) VALUES (1, 'x', 0, 1)"
        )
    old.close()


def _row(n: int) -> tuple[object, ...]:
    slot = to_us(NIGHT) + n * MINUTE_US
    if n == 7:
        return (slot, slot + 5, "FAIL", "of_before", 9, 2, '{"sign in":9}', "not in")
    if n == 8:
        return (slot, slot - 3, "PASS", None, 9, 2, None, "passed on try 2")
    phases = json.dumps(PHASES, separators=(",", ":"))
    return (slot, slot + 1700, "PASS", None, 51_599, 1, phases, "200 OK")


def test_every_run_of_an_earlier_version_is_there_with_all_that_it_said(tmp_path: Path) -> None:
    an_old_one(tmp_path / "t.db")
    with a_store(tmp_path / "t.db", fresh=False) as store:
        rows = store.do(lambda db: list(export.runs(db, "", NIGHT)))
        assert len(rows) == 500
        assert rows[0] == {
            "probe": "a",
            "location": "here",
            "slot": NIGHT,
            "started_at": NIGHT + timedelta(microseconds=1700),
            "outcome": "PASS",
            "reason": None,
            "took_ms": 51.599,
            "tries": 1,
            "phases_ms": {name: us / 1000 for name, us in PHASES.items()},
            "summary": "",
        }
        failed, again, far = rows[7:10]
        assert (failed["outcome"], failed["reason"], failed["summary"]) == (
            "FAIL",
            "of_before",
            "not in",
        )
        assert failed["phases_ms"] == {"sign in": 0.009}
        assert (again["summary"], again["phases_ms"]) == ("passed on try 2", {})
        assert again["started_at"] == again["slot"] - timedelta(microseconds=3)
        assert far["location"] == "far"
        assert store.ask("SELECT probe, pass, histogram FROM rollup_1d") == [
            (2, 9, "{}"),
            (1, 250, '{"412098":3}'),
        ]


def test_odd_rows_cost_no_upgrade_and_no_other_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(compact, "log", _Log(said))
    an_old_one(tmp_path / "t.db", runs=6)
    old = Database(tmp_path / "t.db")
    for number, (column, value) in enumerate(
        [("phases", '{"connect":1'), ("phases", "[1, 2]"), ("outcome", "MAYBE"), ("probe", 77)]
    ):
        slot = to_us(NIGHT) + number * MINUTE_US
        old.execute("PRAGMA foreign_keys = OFF")
        old.execute(f"UPDATE run SET {column} = ? WHERE slot = ?", (value, slot))
    old.execute("INSERT INTO rollup_1d (probe, location, day) VALUES (77, 'here', '2026-03-14')")
    old.conn.commit()
    old.close()
    with a_store(tmp_path / "t.db", fresh=False) as store:
        rows = store.do(lambda db: list(export.runs(db, "", NIGHT)))
    well = {name: us / 1000 for name, us in PHASES.items()}
    assert [row["phases_ms"] for row in rows] == [{}, {}, well, well, well]
    assert [row["outcome"] for row in rows] == ["PASS", "PASS", "ERROR", "PASS", "PASS"]
    assert said == ["runs of probes that the database does not know are left behind: 1"]


def test_what_was_counted_before_is_not_counted_again(tmp_path: Path) -> None:
    an_old_one(tmp_path / "t.db")
    with a_store(tmp_path / "t.db", fresh=False) as store:
        until = NIGHT + timedelta(days=2)
        store.runs(NIGHT + timedelta(minutes=500))
        while store.do(lambda db: fives.fold(db, until=until, most=100)):
            pass
        assert store.ask("SELECT sum(pass) FROM rollup_5m") == [(2,)]


def test_many_runs_are_brought_over_quickly_in_slices_and_the_log_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(opening, "log", _Log(said))
    an_old_one(tmp_path / "t.db", runs=5000)
    Writer(tmp_path / "t.db").close()
    assert said == [
        "the history is brought into a smaller form",
        "the history is in its smaller form",
    ]
    Writer(tmp_path / "t.db").close()
    assert len(said) == 2


class _Log:
    def __init__(self, said: list[str]) -> None:
        self._said = said

    def info(self, line: str, **_: object) -> None:
        self._said.append(line)

    def warning(self, line: str, *, runs: int) -> None:
        self._said.append(f"{line}: {runs}")


def test_a_person_reads_names_and_times(tmp_path: Path) -> None:
    an_old_one(tmp_path / "t.db", runs=10)
    with a_store(tmp_path / "t.db", fresh=False) as store:
        [row] = store.do(lambda db: list(db.query("SELECT * FROM runs WHERE outcome = 'FAIL'")))
    assert (row["probe"], row["location"], row["reason"]) == ("b", "here", "of_before")
    assert row["slot"] == "2026-03-14T02:07:00.000Z"
    assert row["took_ms"] == 0.009


def test_a_place_and_a_reason_that_are_new_get_a_code(tmp_path: Path) -> None:
    with a_store(tmp_path / "t.db") as store:
        store.runs(NIGHT)
        assert store.ask("SELECT * FROM location") == [(1, "here")]
        [(code,)] = store.ask("SELECT max(code) FROM reason")
        store.ask("INSERT OR IGNORE INTO reason (name) VALUES ('of_tomorrow')")
        assert store.ask("SELECT code FROM reason WHERE name = 'of_tomorrow'") == [(code + 1,)]
