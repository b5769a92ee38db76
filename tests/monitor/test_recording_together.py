"""Many runs in one transaction: the same comes of them as of one after the other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import happening
from monitor.clock import to_us
from monitor.context import Context
from monitor.incidents import Opened
from monitor.policy import OutOf, Policy
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import StoreTrouble, Writer, plain, records
from probes import Outcome, Reason, Result, Step
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)
PROBES = [
    a_probe("web", channels=("oncall",)),
    a_probe("shop", policy=Policy(OutOf(2, 30), slow_counts=True), channels=("oncall",)),
    a_probe("mail", every=timedelta(minutes=10)),
]
TABLES = {
    "run": "SELECT * FROM run ORDER BY slot, probe",
    "health": "SELECT * FROM health ORDER BY probe",
    "rollup_1d": "SELECT * FROM rollup_1d ORDER BY probe",
    "incident": "SELECT probe, began_at, resolved_at, failures FROM incident ORDER BY 1, 2",
    "outbox": "SELECT count(*) FROM outbox",
}


class Story:
    """A store of its own, and a recorder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.writer = Writer(folder / "t.db")
        rows = [records.ProbeRow(p.id, p.name, "toy") for p in PROBES]
        keys = self.writer.submit(lambda db: records.sync_probes(db, rows, NIGHT)).result(20)
        context = Context(a_config(*PROBES), keys, "one")
        self.recorder = Recorder(self.writer, HandClock(NIGHT), folder / "artefacts", context)

    def rows(self, sql: str) -> list[Any]:
        return self.writer.submit(lambda db: db.execute(sql).fetchall()).result(20)

    def close(self) -> None:
        self.writer.close()


def a_run(probe: int, minute: float, outcome: Outcome = Outcome.PASS, **changes: Any) -> Run:
    at = NIGHT + minute * MINUTE
    bad = outcome in (Outcome.FAIL, Outcome.ERROR)
    result = Result(
        outcome=outcome,
        took=timedelta(milliseconds=80),
        reason=Reason.STATUS if bad else None,
        summary="status 503" if bad else "200",
        phases={"wait": timedelta(milliseconds=70)},
    )
    started_at = at + timedelta(milliseconds=3)
    result = replace(result, **changes)
    return Run(probe=PROBES[probe], slot=at, started_at=started_at, lasted=MINUTE, result=result)


def a_history(dice: random.Random) -> list[Run]:
    """Mostly well, now and then not; some runs late, some twice, some after a long pause."""
    runs, minute = list[Run](), 0.0
    for _ in range(150):
        minute += dice.choice((0, 1, 1, 1, 30))
        outcome = dice.choice([*[Outcome.PASS] * 12, *Outcome])
        probe, due = dice.randrange(3), max(0.0, minute - dice.choice((0, 0, 0, 0, 5)))
        run = a_run(probe, due, outcome, tries=dice.choice((1, 1, 1, 2)))
        if dice.random() < 0.1:
            steps = (Step("sign in", MINUTE, Outcome.PASS),)
            run = replace(run, result=replace(run.result, phases={}, steps=steps))
        runs.append(replace(run, between=dice.random() < 0.1))
    return runs


async def in_handfuls(recorder: Recorder, runs: Sequence[Run], dice: random.Random) -> None:
    while runs:
        size = dice.randrange(1, 25)
        followed = await recorder.record_all(runs[:size])
        assert not any(isinstance(each, Exception) for each in followed)
        runs = runs[size:]


@pytest.mark.parametrize("seed", range(6))
async def test_together_and_in_few_steps_comes_to_the_same_as_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)
    runs = a_history(dice)
    with closing(Story(tmp_path / "a")) as together, closing(Story(tmp_path / "b")) as alone:
        await in_handfuls(together.recorder, runs, dice)
        monkeypatch.setattr(plain, "take", lambda *_, runs, **__: [False] * len(runs))
        for run in runs:
            await alone.recorder.record(run)
        for table, question in TABLES.items():
            assert together.rows(question) == alone.rows(question), table
        assert together.recorder.undecided == alone.recorder.undecided
        assert together.recorder.unsettled == alone.recorder.unsettled


async def test_what_is_as_it_should_be_is_taken_in_few_steps_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[list[bool]]()

    def noted(*given: Any, **named: Any) -> list[bool]:
        asked.append(taken := take(*given, **named))
        return taken

    take = plain.take
    monkeypatch.setattr(plain, "take", noted)
    with closing(Story(tmp_path)) as story:
        await story.recorder.record_all([a_run(p, 0) for p in range(3)])
        await story.recorder.record_all(
            [a_run(0, 1), a_run(0, 2, tries=2), a_run(0, 1), a_run(0, 3)]
        )
        await story.recorder.record_all([a_run(1, 1, Outcome.FAIL), a_run(1, 2), a_run(2, 9000)])
        await story.recorder.record_all([a_run(1, 3), a_run(2, 9010)])
    new, twice, pause, soft = asked
    assert new == [False] * 3, "of these nothing is known"
    assert twice == [True, True, False, False], "none after one that was there"
    assert pause == [False], "what was known of it is stale; and a failure stands before the other"
    assert soft == [False, True]


async def test_a_pass_with_a_reason_keeps_it_among_others(tmp_path: Path) -> None:
    with closing(Story(tmp_path)) as story:
        await story.recorder.record_all([a_run(0, 0), a_run(0, 1, reason=Reason.STATUS)])
        await story.recorder.record_all([a_run(0, 2, reason=Reason.STATUS), a_run(0, 3)])
        reasons = story.rows("SELECT reason.name FROM run LEFT JOIN reason ON code = reason")
        assert [row[0] for row in reasons] == [None, "status", "status", None]


async def test_a_run_of_a_clock_that_was_ahead_is_counted_when_it_began(tmp_path: Path) -> None:
    with closing(Story(tmp_path)) as story:
        ahead = [replace(a_run(0, m), slot=NIGHT + (9000 + m) * MINUTE) for m in range(3)]
        await story.recorder.record_all([ahead[0]])
        await story.recorder.record_all(ahead[1:])
        assert story.rows("SELECT starts_at, pass FROM rollup_5m") == [(to_us(NIGHT), 3)]


async def test_one_that_fails_in_the_middle_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: object) -> None:
        raise ZeroDivisionError

    with closing(Story(tmp_path)) as story:
        await story.recorder.record_all([a_run(1, 0), a_run(0, 0, Outcome.FAIL)])
        monkeypatch.setattr(happening, "happened", stumbles)
        runs = [a_run(1, 1), a_run(0, 1, Outcome.FAIL), a_run(1, 2), a_run(2, 2, Outcome.FAIL)]
        first, broken, *others = await story.recorder.record_all(runs)
        assert isinstance(broken, ZeroDivisionError)
        assert [first, *others] == [()] * 3
        assert story.rows("SELECT count(*) FROM run WHERE probe = 1") == [(1,)]
        assert story.rows("SELECT count(*) FROM run") == [(5,)]
        with pytest.raises(ZeroDivisionError):
            await story.recorder.record(runs[1])


async def test_none_of_a_probe_overtakes_one_that_the_database_did_not_take(
    tmp_path: Path,
) -> None:
    with closing(Story(tmp_path)) as story:
        known = story.recorder.context
        story.recorder.context = replace(known, keys={**known.keys, "web": 99})
        runs = [a_run(0, 0), a_run(1, 0), a_run(0, 1), a_run(1, 1, Outcome.FAIL)]
        followed = await story.recorder.record_all(runs)
        assert [type(each) for each in followed] == [StoreTrouble, tuple, StoreTrouble, tuple]
        story.recorder.context = known
        assert await story.recorder.record_all(runs) == [()] * 4
        assert story.rows("SELECT probe, count(*) FROM run GROUP BY 1") == [(1, 2), (2, 2)]


async def test_the_same_run_twice_in_one_handful_changes_nothing(tmp_path: Path) -> None:
    with closing(Story(tmp_path)) as story:
        await story.recorder.record(a_run(0, 0))
        await story.recorder.record_all([a_run(0, 1), a_run(0, 1), a_run(0, 1)])
        assert story.rows("SELECT pass FROM rollup_1d") == [(2,)]


async def test_a_health_that_was_lost_counts_no_run_again(tmp_path: Path) -> None:
    """As when a backup took the place of the database, and the newest verdicts are older."""
    with closing(Story(tmp_path)) as story:
        for minute in range(3):
            await story.recorder.record(a_run(0, minute))
        earlier = "UPDATE health SET slot = slot - 100000000"
        story.rows(earlier)
        runs = [a_run(0, 2), a_run(0, 3), a_run(1, 0)]
        assert await story.recorder.record_all(runs) == [()] * 3
        assert story.rows("SELECT pass FROM rollup_1d ORDER BY probe") == [(4,), (1,)]
        assert story.rows("SELECT count(*) FROM run") == [(5,)]


async def test_the_events_come_back_in_the_places_of_their_runs(tmp_path: Path) -> None:
    with closing(Story(tmp_path)) as story:
        runs = [a_run(p, m, Outcome.FAIL) for m in range(2) for p in (2, 0)]
        *nothing, mail, web = await story.recorder.record_all(runs)
        assert nothing == [(), ()]
        for events in (mail, web):
            assert isinstance(events, tuple)
            assert [type(event) for event in events] == [Opened]
        assert story.recorder.unsettled == {"mail", "web"}
