"""What a changed configuration does to what is stored: it deletes nothing and strands nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor import pages
from monitor.context import Context
from monitor.incidents import Quiet
from monitor.notices import EventKind, from_json, subject, text
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import Writer, sync, verdicts
from monitor.store.records import ProbeRow
from probes import Outcome, Reason, Result
from status_page import Condition
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)
FAIL = Result(outcome=Outcome.FAIL, reason=Reason.STATUS, summary="500", took=MINUTE)
PASS = Result(outcome=Outcome.PASS, took=MINUTE)
SIGNIN = a_probe("signin", channels=("oncall",))


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path / "t.db")
    yield writer
    writer.close()


async def watched(
    writer: Writer, clock: HandClock, results: list[Result], *, location: str = "here"
) -> None:
    """The probe `signin`, every minute, as a daemon at *location* would."""
    known = await writer.do(
        lambda db: sync.sync(db, [ProbeRow("signin", "signin", "toy")], location, clock.now())
    )
    config = a_config(SIGNIN, location=location)
    recorder = Recorder(writer, clock, Path(), Context(config, known.keys, "instance"))
    for result in results:
        at = clock.now()
        run = Run(probe=SIGNIN, slot=at, started_at=at, lasted=MINUTE, result=result)
        await recorder.record(run)
        clock.wind(MINUTE)


async def rows(writer: Writer, sql: str) -> list[dict[str, Any]]:
    return await writer.do(lambda db: list(db.query(sql)))


async def test_an_incident_of_a_probe_that_was_taken_out_ends_and_says_what_that_means(
    writer: Writer,
) -> None:
    clock = HandClock()
    await watched(writer, clock, [FAIL, FAIL])
    await writer.do(lambda db: sync.sync(db, [], "here", clock.now()))
    [incident] = await rows(writer, "SELECT resolved_at FROM incident")
    assert incident["resolved_at"] is not None
    opened, ended = [json.loads(r["body"]) for r in await rows(writer, "SELECT body FROM outbox")]
    assert (opened["event"], ended["event"]) == ("opened", "resolved")
    assert ended["dedup_key"] == opened["dedup_key"]
    assert ended["sequence"] == 2
    notice = from_json(json.dumps(ended))
    assert notice.event is EventKind.RESOLVED
    assert "No longer watched" in subject(notice)
    assert "UP again" not in subject(notice)
    assert "nobody knows whether it works" in text(notice)


async def test_a_probe_that_comes_back_starts_afresh_with_its_history(writer: Writer) -> None:
    clock = HandClock()
    await watched(writer, clock, [PASS, FAIL, FAIL])
    await writer.do(lambda db: sync.sync(db, [], "here", clock.now()))
    await watched(writer, clock, [PASS])
    [row] = await rows(writer, "SELECT key FROM probe")
    health = await writer.do(lambda db: verdicts.load_health(db, row["key"], "here"))
    assert isinstance(health.track.state, Quiet)
    assert health.incident is None
    assert len(await rows(writer, "SELECT * FROM run")) == 4


async def test_a_daemon_that_moved_is_not_blind_and_leaves_no_pager_open(writer: Writer) -> None:
    clock = HandClock()
    await watched(writer, clock, [PASS, FAIL, FAIL])
    await watched(writer, clock, [PASS, PASS], location="frankfurt")
    assert await rows(writer, "SELECT * FROM incident WHERE resolved_at IS NULL") == []
    config = a_config(SIGNIN, location="frankfurt")
    page = await writer.do(lambda db: pages.build(db, config, clock.now()))
    assert page.components[0].condition is Condition.UP


async def test_the_newest_slots_are_known_after_a_restart(writer: Writer) -> None:
    clock = HandClock()
    await watched(writer, clock, [PASS, PASS])
    probes = [ProbeRow("signin", "signin", "toy"), ProbeRow("new", "new", "toy")]
    known = await writer.do(lambda db: sync.sync(db, probes, "here", clock.now()))
    assert known.newest == {"signin": NIGHT + MINUTE}
    assert set(known.keys) == {"signin", "new"}


async def test_what_a_clock_that_ran_ahead_left_behind_is_no_evidence(writer: Writer) -> None:
    clock = HandClock()
    clock.step(timedelta(days=1))
    await watched(writer, clock, [PASS])
    clock.step(timedelta(days=-1))
    config = a_config(SIGNIN)

    def build(db: Database) -> Condition:
        return pages.build(db, config, clock.now()).components[0].condition

    assert await writer.do(build) is Condition.UNKNOWN
