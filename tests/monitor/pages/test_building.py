"""From what the store knows to what the public may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import pages
from monitor.config.model import Component, Config
from monitor.context import Context
from monitor.policy import For, InARow, Opening, OutOf, Policy
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import Writer, records
from probes import Outcome, Reason, Result
from probes.result import Step
from status_page import Condition, Page
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=50)
SECRET_TEXT = "https://internal.example.org/login answered 500 Traceback"
RESULTS = {
    "u": Result(outcome=Outcome.PASS, took=MINUTE / 60),
    "s": Result(outcome=Outcome.SLOW, reason=Reason.TOO_SLOW, took=MINUTE),
    "e": Result(outcome=Outcome.ERROR, reason=Reason.CRASHED, took=MINUTE),
    "d": Result(outcome=Outcome.FAIL, reason=Reason.STATUS, summary=SECRET_TEXT, took=MINUTE),
}


async def a_page(
    folder: Path,
    histories: dict[str, str],
    results: Mapping[str, Result] = RESULTS,
    *,
    later: timedelta = timedelta(),
    **config_: Any,
) -> Page:
    """The page after each probe's history, one letter a minute from 02:00, read *later*."""
    probes = [a_probe(name) for name in histories]
    config = a_config(*probes, says="People cannot do it.", **config_)
    clock, writer = HandClock(), Writer(folder / "t.db")
    rows = [records.ProbeRow(name, name, "toy") for name in histories]
    keys = await writer.do(lambda db: records.sync_probes(db, rows, NIGHT))
    recorder = Recorder(writer, clock, folder, Context(config, keys, "instance"))
    for minute in range(max(map(len, histories.values()), default=0)):
        for probe in probes:
            if minute < len(histories[probe.id]):
                result = results[histories[probe.id][minute]]
                at = clock.now()
                await recorder.record(
                    Run(probe=probe, slot=at, started_at=at, lasted=MOMENT, result=result)
                )
        clock.wind(MINUTE)
    clock.wind(later)
    page = await writer.do(lambda db: pages.build(db, config, clock.now()))
    writer.close()
    return page


async def test_only_the_broken_component_is_down_and_says_its_sentence(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"web": "uuuu", "signin": "uddd"})
    web, signin = page.components
    assert (web.condition, signin.condition) == (Condition.UP, Condition.DOWN)
    assert signin.since == NIGHT + MINUTE
    [incident] = page.incidents
    assert incident.sentence == "People cannot do it."
    assert (incident.began_at, incident.resolved_at) == (NIGHT + MINUTE, None)


async def test_the_steps_that_a_journey_recorded_are_lines_of_the_chart(tmp_path: Path) -> None:
    took = {"open": MINUTE / 60, "sign in": MINUTE / 30}
    steps = tuple(Step(name, each, Outcome.PASS) for name, each in took.items())
    result = Result(outcome=Outcome.PASS, took=MINUTE / 20, steps=steps)
    component = Component(id="tour", name="Tour", probes=("tour",), steps=True)
    page = await a_page(
        tmp_path,
        {"tour": "jjj"},
        {"j": result},
        later=HOUR + 5 * MINUTE,
        components={"tour": component},
    )
    chart = page.components[0].chart
    assert [line.name for line in chart] == ["", *took]
    assert [line.points[-1].p50 for line in chart[1:]] == list(took.values())


async def test_what_a_target_answered_is_nowhere_in_the_page(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"signin": "uddd"})
    assert "500" not in repr(page)
    assert "internal.example" not in repr(page)


async def test_a_past_incident_ended_when_it_worked_again(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"signin": "ddduuu"})
    [incident] = page.incidents
    assert incident.resolved_at == NIGHT + 3 * MINUTE
    [component] = page.components
    assert component.days[-1].down == 3 * MINUTE
    assert component.availability == 0.5


async def test_a_component_that_was_never_asked_is_unknown_with_gaps(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"signin": ""})
    [component] = page.components
    assert component.condition is Condition.UNKNOWN
    assert component.availability is None
    assert component.first_seen is None
    assert len(component.days) == 90
    assert not any(bar.known for bar in component.days)


async def test_time_that_was_ours_to_lose_is_unknown_not_down(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"signin": "ueeeeu"})
    [component] = page.components
    assert (component.days[-1].known, component.days[-1].down) == (2 * MINUTE, timedelta())


async def test_a_daemon_that_slept_leaves_a_verdict_that_nobody_may_trust(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"signin": "uuu"}, later=timedelta(hours=1))
    [component] = page.components
    assert component.condition is Condition.UNKNOWN
    assert component.days[-1].day == date(2026, 3, 14)
    assert component.days[-1].known == 3 * MINUTE


async def test_an_outage_nobody_watches_any_more_is_not_called_down_for_ever(
    tmp_path: Path,
) -> None:
    page = await a_page(tmp_path, {"signin": "ddd"}, later=timedelta(hours=9))
    [component] = page.components
    assert component.condition is Condition.UNKNOWN
    assert component.days[-1].down == 3 * MINUTE
    assert page.incidents[0].resolved_at is None


async def test_one_slow_run_colours_no_day(tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    calm = await a_page(tmp_path / "calm", {"web": "u" * 40 + "s"})
    assert not calm.components[0].days[-1].degraded
    assert calm.components[0].condition is Condition.UP
    slow = await a_page(tmp_path, {"web": "uusss"})
    assert slow.components[0].days[-1].degraded
    assert slow.components[0].condition is Condition.DEGRADED


async def test_a_component_is_down_when_one_of_its_probes_is(tmp_path: Path) -> None:
    both = Component(id="web", name="Website", probes=("home", "tour"))
    page = await a_page(tmp_path, {"home": "uuu", "tour": "udd"}, components={"web": both})
    [component] = page.components
    assert component.condition is Condition.DOWN
    assert page.incidents[0].sentence == ""


async def test_an_incident_of_a_probe_behind_no_component_is_not_public(tmp_path: Path) -> None:
    page = await a_page(tmp_path, {"inner": "ddd"}, components={})
    assert page.incidents == ()


def test_the_time_to_a_notice_counts_every_wait() -> None:
    probe = a_probe(confirm=(timedelta(seconds=2), timedelta(seconds=8)))
    assert pages.worst_to_notice(probe) == timedelta(seconds=60 + 40 + 40)


@pytest.mark.parametrize(
    ("opening", "recheck", "seconds"),
    [
        (InARow(1), None, 60 + 10),
        (InARow(3), None, 60 + 2 * 30 + 10),
        (InARow(3), 15, 60 + 2 * 15 + 10),
        (InARow(3), 1, 60 + 2 * 10 + 10),
        (OutOf(3, 5), None, 60 + 2 * 30 + 10),
        (For(timedelta(minutes=5)), None, 60 + 300 + 10),
        (For(timedelta(seconds=70)), None, 60 + 90 + 10),
    ],
)
def test_the_time_to_a_notice_follows_what_it_takes_to_open(
    opening: Opening, recheck: int | None, seconds: int
) -> None:
    again = timedelta(seconds=recheck) if recheck else None
    probe = a_probe(policy=Policy(opening), recheck=again)
    assert pages.worst_to_notice(probe) == timedelta(seconds=seconds)


def test_the_environment_and_the_moment_are_on_the_page(tmp_path: Path) -> None:
    config: Config = a_config(a_probe(), environment="staging")
    writer = Writer(tmp_path / "t.db")
    at: datetime = NIGHT
    page = writer.submit(lambda db: pages.build(db, config, at)).result()
    writer.close()
    assert (page.environment, page.made_at) == ("staging", NIGHT)
