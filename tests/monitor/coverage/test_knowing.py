"""What the history and the learned shapes say of targets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - the store's own tables are looked at

from monitor.coverage import known_of
from monitor.store import fingerprints
from monitor.store.fingerprints import Pinned
from monitor.store.schema import MIGRATIONS
from tests.monitor.coverage.configured import SITE, configured, http, journey

AT = datetime(2026, 11, 2, tzinfo=UTC)


def learned(*known: tuple[str, str, str]) -> Database:
    db = Database(memory=True)
    MIGRATIONS.apply(db)
    for target, name, value in known:
        pinned = Pinned(
            target=target, name=name, state="pinned", since_at=AT, runs=3, values=("old", value)
        )
        fingerprints.pin(db, pinned)
    return db


def test_what_targets_were_seen_to_be_is_known_by_probe(tmp_path: Path) -> None:
    config = configured(tmp_path, http("api", "/api") + http("home"))
    db = learned(
        (SITE, "environment", "staging"),
        ("api", "json_keys", "account, account.name, items, items[].id, items[].tags[]"),
        ("home", "title", "Welcome"),
    )
    known = known_of(config, db)
    assert known.environments == {"api": "staging", "home": "staging"}
    assert known.documents == {"api"}
    assert known.lists == {"api": ("$.items[*]",)}


def test_a_learned_shape_says_where_lists_are(tmp_path: Path) -> None:
    (tmp_path / "pins").mkdir()
    shape = '{"$": "object", "$.items": "array", "$.items[*].tags": "array", "$.more?": "array"}'
    (tmp_path / "pins" / "api.json").write_text(f'{{"shape": {shape}, "varies": []}}')
    config = configured(tmp_path, http("api", "/api", 'expect.shape = "learn"'))
    assert known_of(config, None).lists == {"api": ("$.items[*]",)}


def test_files_of_journeys_are_read_for_what_they_fill_in(tmp_path: Path) -> None:
    begin = "async def journey(visit):\n    await visit.page."
    (tmp_path / "reads.py").write_text(f'{begin}goto("/")\n')
    (tmp_path / "fills.py").write_text(f'{begin}fill("x", "y")\n')
    text = journey("reads", 'journey = "reads.py"') + journey("fills", 'journey = "fills.py"')
    assert known_of(configured(tmp_path, text), None).types_in == {"fills"}
