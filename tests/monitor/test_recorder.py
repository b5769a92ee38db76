"""One run in; history, health, incident, event and outbox out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from monitor import seen
from monitor.context import Context
from monitor.incidents import Opened, Resolved
from monitor.policy import Policy
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.slots import slot_at
from monitor.store import Writer, records
from probes import Artefact, Kind, Outcome, Reason, Result, Settings, Step
from probes.result import View
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)
MOMENT = timedelta(milliseconds=50)
LETTERS = {
    "u": Result(outcome=Outcome.PASS, took=timedelta(milliseconds=80)),
    "d": Result(
        outcome=Outcome.FAIL,
        reason=Reason.STATUS,
        summary="status 500, expected 2xx",
        took=timedelta(milliseconds=50),
        steps=(Step("sign in", timedelta(milliseconds=40), Outcome.FAIL),),
    ),
    "s": Result(outcome=Outcome.SLOW, reason=Reason.TOO_SLOW, took=timedelta(seconds=3)),
    "e": Result(outcome=Outcome.ERROR, reason=Reason.CRASHED, took=timedelta()),
}
SIGNIN = a_probe("signin", channels=("oncall", "mail"))


@dataclass(frozen=True)
class World:
    """A recorder over a real database, and questions to it."""

    recorder: Recorder
    writer: Writer
    clock: HandClock
    folder: Path

    async def replay(self, history: str) -> dict[int, Any]:
        """One letter a minute from 02:00; the events by minute."""
        told = {}
        for letter in history:
            at = self.clock.now()
            run = Run(probe=SIGNIN, slot=at, started_at=at, lasted=MOMENT, result=LETTERS[letter])
            for event in await self.recorder.record(run):
                told[(at - NIGHT) // MINUTE] = event
            self.clock.wind(MINUTE)
        return told

    async def rows(self, sql: str) -> list[dict[str, Any]]:
        return await self.writer.do(lambda db: list(db.query(sql)))


@asynccontextmanager
async def a_world(folder: Path) -> AsyncIterator[World]:
    clock, writer = HandClock(), Writer(folder / "t.db")
    config = a_config(SIGNIN, says="People cannot sign in.")
    rows = [records.ProbeRow("signin", "Sign in", "toy")]
    keys: Mapping[str, int] = await writer.do(lambda db: records.sync_probes(db, rows, clock.now()))
    recorder = Recorder(writer, clock, folder / "artefacts", Context(config, keys, "instance"))
    yield World(recorder, writer, clock, folder)
    writer.close()


async def test_an_outage_is_one_incident_and_one_letter_for_each_channel_and_event(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        told = await world.replay("udddduu")
        assert {minute: type(event) for minute, event in told.items()} == {2: Opened, 6: Resolved}
        letters = await world.rows("SELECT channel, body FROM outbox ORDER BY id")
        assert [(letter["channel"], json.loads(letter["body"])["event"]) for letter in letters] == [
            ("oncall", "opened"),
            ("mail", "opened"),
            ("oncall", "resolved"),
            ("mail", "resolved"),
        ]


async def test_the_notice_says_what_whom_and_since_when(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("udd")
        [letter, _] = await world.rows("SELECT body FROM outbox ORDER BY id")
        body = json.loads(letter["body"])
        assert body["says"] == ["People cannot sign in."]
        assert body["began_at"] == "2026-03-14T02:01:00.000Z"
        assert body["last_good_at"] == "2026-03-14T02:00:00.000Z"
        assert (body["reason"], body["failed_step"]) == ("status", "sign in")
        assert (body["failures"], body["sequence"]) == (2, 1)


async def test_every_event_of_an_incident_has_the_same_key(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("dduudd")
        bodies = [json.loads(row["body"]) for row in await world.rows("SELECT body FROM outbox")]
        keys = {(body["incident"], body["dedup_key"]) for body in bodies}
        assert len(keys) == 2
        assert all(len(key) == 64 for _, key in keys)


async def test_the_ending_remembers_what_it_had_been(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("dduu")
        *_, last = await world.rows("SELECT body FROM outbox ORDER BY id")
        body = json.loads(last["body"])
        assert (body["event"], body["reason"], body["lasted_s"]) == ("resolved", "status", 120.0)


async def test_recording_the_same_run_twice_changes_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        for _ in range(3):
            run = Run(
                probe=SIGNIN, slot=NIGHT, started_at=NIGHT, lasted=MOMENT, result=LETTERS["d"]
            )
            assert await world.recorder.record(run) == ()
        [day] = await world.rows("SELECT fail, known_us FROM rollup_1d")
        assert (day["fail"], day["known_us"]) == (1, 60_000_000)
        assert await world.rows("SELECT * FROM outbox") == []


async def test_a_late_run_fills_in_history_and_opens_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("uuud")
        late = NIGHT - MINUTE
        run = Run(probe=SIGNIN, slot=late, started_at=late, lasted=MOMENT, result=LETTERS["d"])
        assert await world.recorder.record(run) == ()
        assert len(await world.rows("SELECT * FROM run")) == 5
        [health] = await world.rows("SELECT last_run_at, failures FROM health")
        assert health["failures"] == 1


async def test_down_time_counts_from_the_first_failing_run_and_unknown_time_is_neither(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("uddeduus")
        [day] = await world.rows("SELECT * FROM rollup_1d")
        assert (day["pass"], day["slow"], day["fail"], day["error"]) == (3, 1, 3, 1)
        assert (day["known_us"], day["down_us"]) == (7 * 60_000_000, 3 * 60_000_000)


async def test_a_blip_that_was_no_incident_costs_no_availability(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("uduudu")
        [day] = await world.rows("SELECT fail, down_us FROM rollup_1d")
        assert (day["fail"], day["down_us"]) == (2, 0)


async def test_evidence_is_kept_on_disk_but_not_without_end(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        shot = Artefact("screenshot.png", "image/png", b"\x89PNG")
        for n in range(25):
            at = NIGHT + n * MINUTE
            result = replace(LETTERS["d"], artefacts=(shot,))
            await world.recorder.record(
                Run(probe=SIGNIN, slot=at, started_at=at, lasted=MOMENT, result=result)
            )
        rows = await world.rows("SELECT path FROM artefact ORDER BY slot")
        files = sorted(str(p.relative_to(tmp_path / "artefacts")) for p in _files(tmp_path))
        assert len(rows) == 22, "the newest twenty, and how the incident began"
        assert files == sorted(row["path"] for row in rows)


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "artefacts").rglob("*") if path.is_file()]


async def test_history_outlives_the_configuration_and_follows_a_new_name(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("uuu")
        at = world.clock.now()
        gone: list[records.ProbeRow] = []
        await world.writer.do(lambda db: records.sync_probes(db, gone, at))
        [row] = await world.rows("SELECT id, tombstoned_at FROM probe")
        assert row["tombstoned_at"] is not None
        renamed = [records.ProbeRow("login", "Log in", "toy", renamed_from="signin")]
        await world.writer.do(lambda db: records.sync_probes(db, renamed, at))
        [row] = await world.rows("SELECT id, tombstoned_at FROM probe")
        assert row == {"id": "login", "tombstoned_at": None}
        assert len(await world.rows("SELECT * FROM run")) == 3


def test_the_toy_settings_are_settings() -> None:
    assert isinstance(SIGNIN.kind, Kind)
    assert isinstance(SIGNIN.settings, Settings)
    assert SIGNIN.policy == Policy()


async def test_a_run_between_two_slots_counts_no_minute_twice(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        start = slot_at("signin", MINUTE, NIGHT) + MINUTE
        for seconds in (0, 30, 60):
            at = start + timedelta(seconds=seconds)
            run = Run(
                probe=SIGNIN,
                slot=at,
                started_at=at,
                lasted=MOMENT,
                result=LETTERS["d"],
                between=seconds == 30,
            )
            await world.recorder.record(run)
        [day] = await world.rows("SELECT fail, known_us, down_us FROM rollup_1d")
        assert day == {"fail": 3, "known_us": 120_000_000, "down_us": 120_000_000}


async def test_a_probe_is_undecided_from_its_first_failure_to_the_decision(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        for letter, undecided in zip("uddudu", [0, 1, 0, 0, 0, 0], strict=True):
            await world.replay(letter)
            assert ("signin" in world.recorder.undecided) == bool(undecided)


def travelled(letter: str, **changes: Any) -> Result:
    """A journey of one step that saw one page."""
    view = View(address="https://example.org/login", step="sign in", lcp=timedelta(seconds=1))
    steps = (Step("sign in", timedelta(seconds=1), LETTERS[letter].outcome),)
    return replace(LETTERS[letter], **{"steps": steps, "views": (view,), **changes})


async def record(world: World, *results: Result) -> None:
    for result in results:
        at = world.clock.now()
        run = Run(probe=SIGNIN, slot=at, started_at=at, lasted=MOMENT, result=result)
        await world.recorder.record(run)
        world.clock.wind(MINUTE)


async def test_what_a_failing_journey_saw_is_kept_and_the_vitals_of_every_one(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.replay("uu")
        await record(world, travelled("u"), travelled("d", trace_id="4bf9", excerpt="Sorry"))
        [kept] = await world.rows("SELECT failed, document FROM evidence")
        known = seen.from_json(kept["document"])
        assert known is not None
        assert (known.failed_step, known.trace_id, known.excerpt) == ("sign in", "4bf9", "Sorry")
        assert known.views[0].lcp == timedelta(seconds=1)
        views = await world.rows("SELECT step, address, lcp_ms FROM page_views")
        page = {"step": "sign in", "address": "https://example.org/login", "lcp_ms": 1000.0}
        assert views == [page, page]


async def test_a_run_that_passes_and_warns_is_up_and_says_so_until_one_warns_no_more(
    tmp_path: Path,
) -> None:
    warns = travelled("u", warnings=("the file could not\nbe removed", "x" * 5000))
    async with a_world(tmp_path) as world:
        await world.replay("uu")
        with capture_logs() as logs:
            await record(world, warns, warns, warns)
        [health] = await world.rows("SELECT health, last_warnings FROM health")
        assert health["health"] == "up"
        assert health["last_warnings"].startswith("the file could not be removed\nxxx")
        assert [entry["event"] for entry in logs] == ["a run warns"] * 2
        [note, *_] = await world.rows("SELECT note FROM run WHERE note IS NOT NULL")
        assert note["note"].startswith("warning: the file could not be removed; warning: x")
        assert len(note["note"]) <= 1000
        with capture_logs() as logs:
            await record(world, travelled("u"), travelled("u"))
        assert [entry["event"] for entry in logs] == ["a run warns no more"]
        [health] = await world.rows("SELECT last_warnings FROM health")
        assert health["last_warnings"] == ""
        assert await world.rows("SELECT 1 FROM outbox") == []
        [day] = await world.rows("SELECT pass, fail FROM rollup_1d")
        assert day == {"pass": 7, "fail": 0}


async def test_the_notice_leads_to_the_trace_of_the_target(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await record(world, travelled("d", trace_id="a1"), travelled("d", trace_id="b2"))
        [letter, _] = await world.rows("SELECT body FROM outbox")
        assert json.loads(letter["body"])["trace_id"] == "b2"


async def test_a_reason_that_the_database_never_heard_of_is_added_to_it(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        forget = "DELETE FROM reason WHERE name = 'page_crashed'"
        await world.writer.do(lambda db: db.execute(forget))
        await record(world, travelled("d", reason=Reason.PAGE_CRASHED))
        assert await world.rows("SELECT reason FROM runs") == [{"reason": "page_crashed"}]
