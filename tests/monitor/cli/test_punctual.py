"""How punctual the daemon is, in words, and what to do when it is not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app, punctual
from monitor.clock import to_us
from monitor.store import records
from tests.monitor.cli.past import Past, configure, now, past

SINCE_AT = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "since_us": to_us(SINCE_AT),
    "late": 0,
    "missed": 0,
    "crowded": 0,
    "overdue_us": 0,
    "lately": {
        "span_us": 600_000_000,
        "runs": 600,
        "within_us": 5000,
        "late": 0,
        "missed": 0,
        "crowded": 0,
    },
}


def read(changes: dict[str, Any] | None = None, lately: dict[str, Any] | None = None) -> Any:
    found = GOOD | (changes or {}) | {"lately": GOOD["lately"] | (lately or {})}
    return punctual.read({"at": 1, "pid": 1, "on_time": found})


def test_a_daemon_that_is_on_time_says_so_in_one_line() -> None:
    assert read().troubles() == []
    assert read().says() == (
        "On time: runs begin within 5 ms of their slot (99 %); 0 slots missed, 0 late since"
        " 2026-03-14 09:00 UTC."
    )
    assert "within 2.5 ms" in read(lately={"within_us": 2500}).says()
    assert "1 slot missed, 3 late since" in read({"crowded": 1, "late": 3}).says()
    assert "nothing was due lately" in read(lately={"runs": 0, "within_us": None}).says()


@pytest.mark.parametrize(
    ("changes", "lately", "said"),
    [
        ({"overdue_us": 12_000_000}, {}, "what should run now is 12 seconds late. This machine"),
        ({}, {"late": 37}, "of the last 600 runs 37 began a second after their slot or later."),
        ({}, {"crowded": 12}, "12 slots had no run in the last 10 minutes, for as many were"),
        ({}, {"missed": 1}, "1 slot had no run in the last 10 minutes, for the run before was"),
    ],
)
def test_each_trouble_has_a_sentence_with_what_to_do(
    changes: dict[str, Any], lately: dict[str, Any], said: str
) -> None:
    (sentence,) = read(changes, lately).troubles()
    assert said in sentence
    assert not read(changes, lately).document()["on_time"]


@pytest.mark.parametrize(
    "row",
    [
        None,
        {"at": 1, "pid": 1},
        {"at": 1, "on_time": {}},
        {"at": 1, "on_time": GOOD | {"lately": {}}},
        {"at": 1, "on_time": GOOD | {"late": "many"}},
    ],
    ids=str,
)
def test_a_sign_of_life_of_another_version_says_nothing(row: Any) -> None:
    assert punctual.read(row) is None


def test_the_command_says_it_to_people_and_to_programs(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        story.runs("web")
        assert _document(config)["daemon"]["punctuality"] is None
        assert "On time" not in _status(config)
        _alive(story, GOOD)
        assert "On time: runs begin within 5 ms of their slot" in _status(config)
        found = _document(config)["daemon"]["punctuality"]
        assert (found["on_time"], found["lately"]["within_ms"]) == (True, 5.0)
        assert found["since"] == "2026-03-14T09:00:00.000Z"
        _alive(story, GOOD | {"overdue_us": 9_000_000})
        assert "Behind: what should run now is 9 seconds late." in _status(config)


def test_a_daemon_that_is_gone_is_not_on_time(tmp_path: Path) -> None:
    config = configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        _alive(story, GOOD, at=now() - timedelta(hours=1))
        assert "On time" not in _status(config)


def _alive(story: Past, found: dict[str, Any], at: datetime | None = None) -> None:
    row = {"at": to_us(at or now()), "pid": 1, "on_time": found}
    story.writer.submit(lambda db: records.set_meta(db, "alive", row)).result()


def _status(config: Path, *options: str) -> str:
    return CliRunner().invoke(app, ("status", *options, "--config", str(config))).stdout


def _document(config: Path) -> Any:
    return json.loads(_status(config, "--json"))
