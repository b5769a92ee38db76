"""The kill harness says what it promises, its judge finds what is wrong, and nothing is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect  # noqa: TID251 - a database made up for the judge
from typing import Any

import pytest

from benchmarks._judging import Told, Verdict, judge
from benchmarks._oracle import Outage, Seen, recount
from tests.support.checkout import ROOT
from tests.support.pagerduty import Event

LOOPS = 4
PATIENCE = 110.0  # seconds; a bound for a machine under load, not a wait
PATIENCE_US = 4_000_000
KEYS = {"search": "R1"}
PROMISED = [
    "loops",
    "incidents",
    "lost_pages",
    "lost_resolves",
    "duplicate_sends",
    "max_duplicates_per_kill",
    "wrong_order",
]
NOTHING = dict.fromkeys(PROMISED[2:4] + PROMISED[6:], 0)


def chaos(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "chaos.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | environ,
        check=False,
    )


@pytest.mark.timeout(120)
def test_killed_again_and_again_it_loses_nothing_and_says_so(tmp_path: Path) -> None:
    done = chaos("--loops", str(LOOPS), "--briefly", "--seed", "1", TMPDIR=str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    assert list(document)[:7] == PROMISED
    assert document["loops"] == document["kills"] == LOOPS
    assert document["incidents"] >= 1
    assert {name: document[name] for name in NOTHING} == NOTHING
    assert document["max_duplicates_per_kill"] <= 1
    assert document["anomalies"] == []
    assert f"kill 1 of {LOOPS}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def runs(letters: str, every_us: int = 1_000_000) -> list[Seen]:
    """One run a second: `u` up, `d` down, `e` an error of ours, a space for none."""
    outcomes = {"u": "PASS", "d": "FAIL", "e": "ERROR"}
    return [
        Seen(n * every_us, n * every_us, outcomes[letter])
        for n, letter in enumerate(letters)
        if letter in outcomes
    ]


def at(began: int, recovered: int | None) -> Outage:
    """In seconds."""
    return Outage(began * 1_000_000, None if recovered is None else recovered * 1_000_000)


@pytest.mark.parametrize(
    ("letters", "outages"),
    [
        ("uudu", []),
        ("uudduu", [at(2, 4)]),
        ("uudeduu", [at(2, 5)]),
        ("ddududuu", [at(0, 6)]),
        ("dd", [at(0, None)]),
        ("dduudduu", [at(0, 2), at(4, 6)]),
        ("d     d", []),
        ("d     dd", [at(6, None)]),
        ("d   d", [at(0, None)]),
        ("dd        uu", [at(0, 10)]),
    ],
)
def test_two_in_a_row_open_and_two_close_and_a_lone_one_is_forgotten(
    letters: str, outages: list[Outage]
) -> None:
    assert recount(runs(letters), patience_us=PATIENCE_US) == outages
    assert recount(reversed(runs(letters)), patience_us=PATIENCE_US) == outages


def event(action: str, at_s: float, key: str = "K1", routing_key: str = "R1") -> Event:
    return Event(action, routing_key, key, "opened", at_s, {})


TOLD = (event("trigger", 1), event("resolve", 4))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """As the daemon leaves it after one outage, as far as the judge reads it."""
    path = tmp_path / "t.db"
    with closing(connect(path)) as db:
        db.executescript(
            "CREATE TABLE probe (key, id); CREATE TABLE run (probe, slot, lag_us, outcome);"
            "CREATE TABLE outcome (code, name);"
            "INSERT INTO outcome VALUES (1, 'PASS'), (3, 'FAIL');"
            "CREATE TABLE incident (id, probe, dedup_key, began_at, recovered_at);"
            "CREATE TABLE event (id, kind); CREATE TABLE outbox (incident, event, why, gave_up_at);"
            "INSERT INTO probe VALUES (1, 'search'), (2, 'trueup/storage');"
            "INSERT INTO incident VALUES (1, 1, 'K1', 2000000, 4000000), (2, 2, 'K2', 0, 1);"
            "INSERT INTO event VALUES (1, 'opened'); INSERT INTO outbox VALUES (1, 1, '', NULL);"
        )
        codes = {"PASS": 1, "FAIL": 3}
        rows = [
            (run.slot_us, run.at_us - run.slot_us, codes[run.outcome]) for run in runs("uudduu")
        ]
        db.executemany("INSERT INTO run VALUES (1, ?, ?, ?)", rows)
        db.commit()
    return path


def change(database: Path, sql: str) -> None:
    with closing(connect(database)) as db:
        db.execute(sql)
        db.commit()


def found(database: Path, *events: Event, kills_s: Sequence[float] = ()) -> dict[str, int]:
    """What is not zero."""
    verdict = judge(database, Told(events, kills_s), KEYS, patience_us=PATIENCE_US)
    counts = {name: getattr(verdict, name) for name in Verdict.__slots__ if name != "anomalies"}
    return {name: count for name, count in counts.items() if count}


def test_an_outage_that_was_told_is_all_right(database: Path) -> None:
    assert found(database, *TOLD) == {"incidents": 1}


def test_the_judge_misses_what_was_not_told(database: Path) -> None:
    assert found(database) == {"incidents": 1, "lost_pages": 1, "lost_resolves": 1}
    assert found(database, TOLD[0]) == {"incidents": 1, "lost_resolves": 1}
    assert found(database, TOLD[1]) == {"incidents": 1, "lost_pages": 1}


def test_an_opening_that_was_over_before_it_could_be_told_is_not_lost(database: Path) -> None:
    change(database, "UPDATE outbox SET why = 'over_before_told', gave_up_at = 5")
    assert found(database, TOLD[1]) == {"incidents": 1, "collapsed": 1}


def test_the_judge_sees_an_opening_after_the_end(database: Path) -> None:
    told = (*TOLD, event("trigger", 5))
    assert found(database, *told, kills_s=[4.5]) == {
        "incidents": 1,
        "wrong_order": 1,
        "duplicate_sends": 1,
        "max_duplicates_per_kill": 1,
        "max_duplicates_per_kill_on_all_channels": 1,
    }


def test_a_duplicate_belongs_to_the_kill_before_it_or_to_none(database: Path) -> None:
    again = event("trigger", 2)
    told = (TOLD[0], again, replace(again, at_s=3), TOLD[1])
    both = {
        "incidents": 1,
        "duplicate_sends": 2,
        "max_duplicates_per_kill": 1,
        "max_duplicates_per_kill_on_all_channels": 1,
    }
    assert found(database, *told, kills_s=[0.5, 1.5, 2.5]) == both
    assert found(database, *told, kills_s=[1.5]) == both | {"duplicates_without_kill": 1}


def test_what_was_on_its_way_when_the_daemon_was_killed_was_sent_before(database: Path) -> None:
    told = (event("trigger", 1), event("trigger", 3), TOLD[1])
    assert found(database, *told, kills_s=[0.9])["max_duplicates_per_kill"] == 1


def test_two_duplicates_of_one_kill_are_too_many_on_one_channel(database: Path) -> None:
    told = (*TOLD, event("trigger", 6), event("resolve", 7))
    assert found(database, *told, kills_s=[5])["max_duplicates_per_kill"] == 2
    elsewhere = replace(told[3], routing_key="R2")
    counts = found(database, *told[:3], elsewhere, kills_s=[5])
    assert counts["max_duplicates_per_kill"] == 1
    assert counts["max_duplicates_per_kill_on_all_channels"] == 2


def test_the_judge_sees_a_key_of_nobody_and_a_page_at_the_wrong_place(database: Path) -> None:
    told = (*TOLD, event("trigger", 1, key="K9"))
    assert found(database, *told) == {"incidents": 1, "changed_keys": 1}
    strayed = replace(TOLD[0], routing_key="R2")
    assert found(database, strayed, TOLD[1]) == {"incidents": 1, "misdirected": 1}


def test_the_judge_recounts_by_itself_what_was_an_outage(database: Path) -> None:
    change(database, "UPDATE incident SET recovered_at = 5000000 WHERE id = 1")
    assert found(database, *TOLD) == {
        "incidents": 1,
        "lost_pages": 1,
        "unexpected_incidents": 1,
    }
