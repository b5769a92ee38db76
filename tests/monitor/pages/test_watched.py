"""What is watched, and how, as pages for those who run it are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - the store's own tables are looked at

from monitor.config import load
from monitor.config.model import PageSettings
from monitor.pages.watched import Watched
from monitor.store.schema import MIGRATIONS

AT = datetime(2026, 11, 2, tzinfo=UTC)
TEXT = '[probe.{0}]\nkind = "http"\nurl = "https://example.org/"\n'
COMPONENT = '[component.home]\nname = "Home"\nprobes = ["home"]\n'


def watched(folder: Path, settings: PageSettings) -> tuple[Watched, Database]:
    path = folder / "probes.toml"
    path.write_text(TEXT.format("home") + COMPONENT)
    db = Database(memory=True)
    MIGRATIONS.apply(db)
    return Watched(load(path), settings), db


def test_an_internal_page_is_told_and_again_after_ten_minutes(tmp_path: Path) -> None:
    found, db = watched(tmp_path, PageSettings(internal=True))
    found.read(db, AT)
    first = found.coverage
    assert first is not None
    assert first.components[0].watched_by == "home page only"
    assert [hole.kind for hole in first.holes[:2]] == [
        "Watched only from outside",
        "Nobody is told",
    ]
    assert first.said == f"Score {first.score} of 100, {len(first.holes)} holes."
    assert any("certificate" in hole.toml for hole in first.holes)
    found.read(db, AT + timedelta(minutes=20))
    assert found.coverage is first  # nothing is made again of what is the same


def test_a_page_for_everybody_is_told_nothing(tmp_path: Path) -> None:
    found, db = watched(tmp_path, PageSettings())
    found.read(db, AT)
    assert found.coverage is None


def test_a_page_of_some_components_is_not_told_of_holes_in_others(tmp_path: Path) -> None:
    found, db = watched(tmp_path, PageSettings(internal=True, components=("home",)))
    found.read(db, AT)
    assert found.coverage is not None
    assert found.coverage.holes == ()
    assert found.coverage.said == ""
