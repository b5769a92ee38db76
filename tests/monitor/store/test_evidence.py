"""What runs saw: which of it is kept, for how long, and how much of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.clock import to_us
from monitor.store import artefacts, evidence, records
from monitor.store import kept as shown
from monitor.store.evidence import FAILING, OTHERS, Sighting
from monitor.store.records import RunRow
from monitor.store.schema import MIGRATIONS
from probes import Artefact
from tests.monitor.store.history import Store, a_store
from tests.support.clock import NIGHT

MINUTE = timedelta(minutes=1)
MIB = 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with a_store(tmp_path / "t.db") as made:
        yield made


def saw(
    store: Store,
    at: datetime,
    outcome: str = "FAIL",
    *,
    probe: str = "a",
    size: int = 100,
    decided: bool = False,
    most: int = 10**9,
) -> list[str]:
    """One more run with one file; gives the paths that went for it."""
    row = RunRow(
        probe=store.keys[probe],
        location="here",
        slot=at,
        started_at=at,
        outcome=outcome,
        reason=None,
        took=MINUTE,
        tries=1,
        phases={},
        note="",
    )
    name = f"{probe}/{artefacts.stamp(at)}/screenshot.png"
    file = artefacts.Kept("screenshot.png", "image/png", name, size)
    seen = Sighting("{}", [file], decided)
    return store.do(lambda db: evidence.keep(db, row, seen, at=at, most=most))


def kept(store: Store, probe: str = "a") -> list[int]:
    """The minutes of the night of which there is something."""
    sql = "SELECT started_at FROM evidence WHERE probe = ? ORDER BY started_at"
    began_us = int(NIGHT.timestamp()) * 1_000_000
    return [(us - began_us) // 60_000_000 for (us,) in store.ask(sql, store.keys[probe])]


def test_the_newest_failing_runs_are_kept_and_passing_ones_crowd_none_of_them_out(
    store: Store,
) -> None:
    for minute in range(30):
        saw(store, NIGHT + minute * MINUTE)
    for minute in range(30, 70):
        saw(store, NIGHT + minute * MINUTE, "PASS")
    assert kept(store) == [*range(30 - FAILING, 30), *range(70 - OTHERS, 70)]
    assert len(store.ask("SELECT 1 FROM artefact")) == FAILING + OTHERS


def test_how_an_incident_began_and_what_decided_it_is_kept_however_long_it_lasts(
    store: Store,
) -> None:
    for minute in range(4):
        saw(store, NIGHT + minute * MINUTE, decided=minute == 3)
    number = store.opens()
    for minute in range(4, 60):
        saw(store, NIGHT + minute * MINUTE)
    assert kept(store) == [0, 1, 3, *range(60 - FAILING, 60)]
    store.resolves(number, NIGHT + 60 * MINUTE)
    saw(store, NIGHT + 61 * MINUTE)
    assert kept(store)[:3] == [0, 1, 3]


def test_evidence_of_an_open_incident_does_not_expire(store: Store) -> None:
    saw(store, NIGHT)
    saw(store, NIGHT, probe="b")
    number = store.opens("a")
    late = NIGHT + timedelta(days=30)
    gone = store.do(lambda db: evidence.expire(db, late))
    assert gone == ["b/20260314T020000Z/screenshot.png"]
    store.resolves(number)
    assert store.do(lambda db: evidence.expire(db, late)) == ["a/20260314T020000Z/screenshot.png"]
    assert store.ask("SELECT * FROM artefact") == []


def test_all_together_it_takes_so_much_of_the_disk_and_open_incidents_lose_theirs_last(
    store: Store,
) -> None:
    saw(store, NIGHT, size=40)
    store.opens("a")
    for minute in range(1, 6):
        saw(store, NIGHT + minute * MINUTE, probe="b", size=40, most=200)
    assert (kept(store), kept(store, "b")) == ([0], [2, 3, 4, 5])
    gone = store.do(lambda db: evidence.shrink(db, 39))
    assert len(gone) == 5


def test_the_same_run_recorded_twice_is_kept_once(store: Store) -> None:
    saw(store, NIGHT)
    assert saw(store, NIGHT) == []
    assert len(store.ask("SELECT 1 FROM artefact")) == 1


def shot(name: str = "screenshot.png", size: int = 10) -> Artefact:
    return Artefact(name, "image/png", b"x" * size)


def test_files_are_for_nobody_else_to_read(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        [file] = artefacts.write(tmp_path / "state" / "artefacts", "a", NIGHT, [shot()])
    finally:
        os.umask(old)
    path = tmp_path / "state" / "artefacts" / file.path
    assert file.path == "a/20260314T020000Z/screenshot.png"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in list(path.parents)[:3]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_too_large_is_left_out_and_what_is_small_has_room_first(tmp_path: Path) -> None:
    found = [
        shot("huge.zip", artefacts.FILE_MAX + 1),
        shot("trace.zip", 9 * MIB),
        shot("large.png", 4 * MIB),
        shot("page.json"),
    ]
    kept_files = artefacts.write(tmp_path, "a", NIGHT, found)
    assert [file.name for file in kept_files] == ["large.png", "page.json"]
    many = artefacts.write(tmp_path, "b", NIGHT, [shot("one.png")] * 100)
    assert len({file.path for file in many}) == artefacts.FILES_MAX


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("/absolute", "absolute"),
        (".hidden", "hidden"),
        ("a\nb\x1b[2J.png", "a-b-2J.png"),
        ("Wörter und so.png", "W-rter-und-so.png"),
        ("", "evidence"),
        ("..", "evidence"),
        ("x" * 300 + ".png", "x" * 76 + ".png"),
    ],
)
def test_no_name_leads_out_of_its_folder(tmp_path: Path, name: str, plain: str) -> None:
    [file] = artefacts.write(tmp_path / "artefacts", "a", NIGHT, [shot(name)])
    assert file.name == plain
    assert [path.name for path in tmp_path.iterdir()] == ["artefacts"]


def test_a_link_that_somebody_put_there_is_not_followed(tmp_path: Path) -> None:
    there = tmp_path / "artefacts" / "a" / artefacts.stamp(NIGHT)
    there.mkdir(parents=True)
    (there / "screenshot.png").symlink_to(tmp_path / "elsewhere")
    assert artefacts.write(tmp_path / "artefacts", "a", NIGHT, [shot()]) == []
    assert not (tmp_path / "elsewhere").exists()


def test_files_that_nothing_is_known_of_go_after_a_day_and_empty_folders_with_them(
    tmp_path: Path,
) -> None:
    [known] = artefacts.write(tmp_path, "a", NIGHT, [shot()])
    [old] = artefacts.write(tmp_path, "b", NIGHT, [shot()])
    [new] = artefacts.write(tmp_path, "c", NIGHT, [shot()])
    for file in (known, old):
        os.utime(tmp_path / file.path, (1000, 1000))
    assert artefacts.sweep(tmp_path, {known.path}, 2000) == 1
    assert (tmp_path / known.path).exists()
    assert (tmp_path / new.path).exists()
    assert not (tmp_path / "b").exists()


def test_a_folder_goes_with_its_last_file(tmp_path: Path) -> None:
    files = artefacts.write(tmp_path, "a", NIGHT, [shot("one.png"), shot("two.png")])
    artefacts.remove(tmp_path, [files[0].path])
    assert (tmp_path / "a" / "20260314T020000Z").is_dir()
    artefacts.remove(tmp_path, [files[1].path])
    assert list((tmp_path / "a").iterdir()) == []


def test_what_an_earlier_version_kept_is_known_and_goes_by_the_same_rules(tmp_path: Path) -> None:
    old = Database(tmp_path / "t.db")
    MIGRATIONS.apply(old, stop_before="what_runs_saw")
    with old.atomic():
        records.sync_probes(old, [records.ProbeRow("a", "a", "toy")], NIGHT)
        for number, name in enumerate(("one.png", "two.png")):
            old.execute(
                "INSERT INTO artefact (probe, slot, name, media_type, path, bytes, kept_at)"
                " VALUES (1, ?, ?, 'image/png', ?, 7, ?)",
                (to_us(NIGHT), name, f"a/{name}", to_us(NIGHT) + number),
            )
    old.close()
    with a_store(tmp_path / "t.db", fresh=False) as store:
        assert kept(store) == [0]
        assert store.ask("SELECT bytes FROM evidence") == [(14,)]
        [run] = store.do(lambda db: shown.of_probe(db, "a"))
        assert [file.name for file in run.files] == ["one.png", "two.png"]
        late = NIGHT + timedelta(days=8)
        assert store.do(lambda db: evidence.expire(db, late)) == ["a/one.png", "a/two.png"]
