"""The history for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import formats
from monitor.cli.formats import Format
from monitor.store import deploys, export, export_changes, fingerprints, speaking
from monitor.store.fingerprints import Change, Stands
from tests.monitor.store.history import Store, a_store, fold
from tests.support.clock import NIGHT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        for minute in range(3):
            made.runs(NIGHT + timedelta(minutes=minute), took=timedelta(milliseconds=120))
        made.runs(NIGHT, "FAIL", probe="b")
        yield made


def rows_of(store: Store, table: str, probe: str = "", since: datetime = NIGHT) -> list[Any]:
    return store.do(lambda db: list(export.TABLES[table][1](db, probe, since)))


def exported(store: Store, table: str, written_as: Format) -> bytes:
    file = io.BytesIO()
    columns = export.TABLES[table][0]
    *_, count = formats.write(rows_of(store, table), columns, written_as, file)
    assert count == len(rows_of(store, table))
    return file.getvalue()


def test_runs_come_with_their_units_oldest_first(store: Store) -> None:
    first, failed, *_, last = rows_of(store, "runs")
    assert list(first) == list(export.RUNS)
    assert (first["probe"], first["slot"], first["took_ms"]) == ("a", NIGHT, 120.0)
    assert first["phases_ms"] == {"wait": 120.0}
    assert (first["location"], first["outcome"], first["reason"]) == ("here", "PASS", None)
    assert (failed["probe"], failed["outcome"], failed["slot"]) == ("b", "FAIL", NIGHT)
    assert (last["probe"], last["slot"]) == ("a", NIGHT + timedelta(minutes=2))
    assert len(rows_of(store, "runs", since=NIGHT + timedelta(minutes=2))) == 1
    assert [row["probe"] for row in rows_of(store, "runs", "b")] == ["b"]


def test_incidents_and_days_say_how_long(store: Store) -> None:
    number = store.opens()
    store.resolves(number, NIGHT + timedelta(minutes=5))
    still = store.opens("b")
    found = rows_of(store, "incidents")
    assert [(row["incident"], row["probe"], row["lasted_s"]) for row in found] == [
        (number, "a", 300.0),
        (still, "b", None),
    ]
    fold(store)
    day, _ = rows_of(store, "days")
    assert (day["pass"], day["known_s"], day["availability"]) == (3, 180.0, 1.0)
    assert abs(day["took_p50_ms"] / 120 - 1) < 0.05


def test_a_cell_that_a_spreadsheet_would_run_is_only_text(store: Store) -> None:
    for number, note in enumerate(('=HYPERLINK("http://example.org")', "+1", "-1", "@x", 'a,\n"b')):
        store.runs(NIGHT + timedelta(hours=1 + number))
        store.ask("UPDATE run SET note = ? WHERE slot = (SELECT max(slot) FROM run)", note)
    read = list(csv.DictReader(io.StringIO(exported(store, "runs", Format.CSV).decode())))
    said = [row["summary"] for row in read if row["summary"]]
    assert said == ['\'=HYPERLINK("http://example.org")', "'+1", "'-1", "'@x", 'a,\n"b']
    assert read[0]["slot"] == "2026-03-14T02:00:00.000Z"


def test_json_lines_hold_a_document_each(store: Store) -> None:
    lines = exported(store, "runs", Format.JSONL).decode().splitlines()
    assert json.loads(lines[0])["phases_ms"] == {"wait": 120.0}
    assert len(lines) == 4


def test_parquet_has_types(store: Store) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(exported(store, "runs", Format.PARQUET)))
    assert table.column("slot").to_pylist()[0] == NIGHT.astimezone(UTC)
    assert table.column("phases_ms").to_pylist()[0] == [("wait", 120.0)]
    days = parquet.read_table(io.BytesIO(exported(store, "days", Format.PARQUET)))
    assert days.column("day").to_pylist() == [NIGHT.date()] * 2


def altered(store: Store, became: str, minutes: int) -> int:
    """The number of a change of the runtime that was seen so many minutes into the night."""
    at = NIGHT + timedelta(minutes=minutes)
    site = "https://web.example.org"
    change = Change(
        target=site, origin=site, name="runtime", probe="a", was="Quill/5.6.40", became=became,
        seen_at=at, before_at=at - timedelta(minutes=1), found_at=at,
    )  # fmt: skip
    return store.do(lambda db: fingerprints.add(db, change))


def test_changes_say_who_announced_them_and_are_not_sorted_first(store: Store) -> None:
    later, told = altered(store, "Quill/8.0.2", 9), altered(store, "=1+1", 3)
    one = deploys.Deploy(
        service="web", version="1.5.0", source="cli", key="k", at=NIGHT, recorded_at=NIGHT
    )
    deploy = store.do(lambda db: deploys.add(db, one))[0].id
    store.do(lambda db: fingerprints.settle(db, later, Stands.ANNOUNCED, NIGHT, deploy=deploy))

    first, second = rows_of(store, "changes")
    assert (first["change"], first["state"], first["settled_at"]) == (told, "open", None)
    assert (second["what"], second["was"], second["became"]) == (
        "runtime", "Quill/5.6.40", "Quill/8.0.2",
    )  # fmt: skip
    assert (second["service"], second["version"], second["deployed_at"]) == ("web", "1.5.0", NIGHT)
    assert b"'=1+1" in exported(store, "changes", Format.CSV)
    assert rows_of(store, "changes", "b") == []
    assert [row["change"] for row in rows_of(store, "changes", since=second["seen_at"])] == [later]
    asked = {"since": 0, "probe": ""}
    plan = store.do(
        lambda db: db.execute(f"EXPLAIN QUERY PLAN {export_changes.QUERY}", asked).fetchall()
    )
    assert "change_seen" in str(plan)
    assert "B-TREE" not in str(plan)


def test_incidents_by_hand_come_with_what_was_said_last(store: Store) -> None:
    def write(db: Any) -> None:
        open_ = speaking.add_by_hand(db, began_at=NIGHT, ended_at=None, by="ops", at=NIGHT)
        speaking.change(db, open_, {"components": ("uploads", "api"), "hidden": True}, at=NIGHT)
        over = NIGHT + timedelta(minutes=5)
        entry = speaking.add_by_hand(db, began_at=NIGHT, ended_at=over, by="ops", at=NIGHT)
        whose = speaking.Whose(entry=entry)
        for minutes, (status, words) in enumerate((("identified", "Why."), ("resolved", "Over."))):
            at = NIGHT + timedelta(minutes=minutes)
            speaking.add_words(db, whose, at=at, status=status, words=words, by="ops")

    store.do(write)
    hidden, over = rows_of(store, "by-hand")
    assert (hidden["name"], hidden["components"], hidden["hidden"]) == ("n1", "uploads, api", True)
    assert (hidden["ended_at"], hidden["updates"], hidden["summary"]) == (None, 0, None)
    assert (over["lasted_s"], over["updates"], over["status"], over["summary"]) == (
        300.0, 2, "resolved", "Over.",
    )  # fmt: skip
    assert b",true," in exported(store, "by-hand", Format.CSV)
    assert len(rows_of(store, "by-hand", since=NIGHT + timedelta(minutes=6))) == 1


def test_rows_are_never_all_in_memory() -> None:
    taken = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal taken
        while True:
            taken += 1
            yield dict.fromkeys(export.DAYS, None)

    counts = formats.write(endless(), export.DAYS, Format.CSV, io.BytesIO())
    assert [next(counts), next(counts)] == [formats.BATCH, 2 * formats.BATCH]
    assert taken == 2 * formats.BATCH
