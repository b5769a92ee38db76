"""What is spent of a budget: the same time that the page calls down, whatever window it is in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor import objectives
from monitor.clock import to_us
from monitor.config.changes import Changes, Objective, Span
from monitor.config.model import Component
from monitor.objectives import Standing
from monitor.windows import Once, Window
from tests.monitor.pages.stored import DAY, HOUR, MINUTE, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

SECOND = timedelta(seconds=1)
PROMISE = Objective(
    id="web",
    component="web",
    share=0.001,
    window=30 * DAY,
    zone=ZoneInfo("UTC"),
    written="99.9 %",
)
FIFTEEN = replace(
    PROMISE,
    share=15 * MINUTE / (365 * DAY),
    allows=15 * MINUTE,
    window=Span.YEAR,
    zone=ZoneInfo("Europe/Berlin"),
    written="15m per year",
)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    made = Stored(tmp_path)
    yield made
    made.writer.close()


def stands(stored: Stored, promise: Objective = PROMISE, at: datetime = NIGHT) -> Standing:
    work = partial(objectives.standing, config=stored.config, objective=promise, at=at)
    found: Standing = stored.work(work)
    return found


def watched(stored: Stored, days: int, **changes: Any) -> None:
    """Every day up to NIGHT, of which two hours are over."""
    for back in range(1, days):
        stored.day((NIGHT - back * DAY).date(), **changes)
    stored.day(NIGHT.date(), known=2 * HOUR, **changes)


def test_an_outage_costs_what_it_lasted_and_the_rest_is_left(stored: Stored) -> None:
    watched(stored, 40)
    stored.outage(NIGHT - 5 * DAY, NIGHT - 5 * DAY + 10 * MINUTE)
    stored.day((NIGHT - 5 * DAY).date(), down=10 * MINUTE)
    found = stands(stored)
    assert found.spent == 10 * MINUTE
    assert found.allowed == timedelta(minutes=43, seconds=12)
    assert found.left == timedelta(minutes=33, seconds=12)
    assert found.known == 30 * DAY
    [worst] = found.worst
    assert (worst.spent, worst.incidents) == (10 * MINUTE, (1,))


def test_notices_pages_and_terminals_round_what_is_left_once(stored: Stored) -> None:
    watched(stored, 3)
    stored.outage(NIGHT - HOUR, NIGHT - HOUR + 14.2 * SECOND)
    stored.day(NIGHT.date(), known=2 * HOUR, down=14.2 * SECOND)
    left = 15 * MINUTE - 14 * SECOND
    assert stands(stored, FIFTEEN).left == left
    work = partial(objectives.left, config=stored.config, objective=FIFTEEN, at=NIGHT)
    assert stored.work(work).left == left


def test_what_is_known_is_said_and_the_budget_is_that_of_the_whole_window(stored: Stored) -> None:
    watched(stored, 12)
    found = stands(stored)
    assert found.known == 11 * DAY + 2 * HOUR
    assert found.allowed == 30 * DAY * 0.001
    assert found.budget.passed == 30 * DAY


def test_an_outage_over_the_beginning_of_the_window_counts_from_there(stored: Stored) -> None:
    watched(stored, 40)
    began_at = NIGHT - 30 * DAY - HOUR
    stored.outage(began_at, began_at + 90 * MINUTE)
    stored.day(began_at.date(), down=90 * MINUTE)
    found = stands(stored)
    assert found.spent == 30 * MINUTE
    assert found.worst[0].spent == 30 * MINUTE


def test_one_that_goes_on_counts_up_to_now(stored: Stored) -> None:
    watched(stored, 3)
    stored.outage(NIGHT - 20 * MINUTE)
    stored.day(NIGHT.date(), known=2 * HOUR, down=21 * MINUTE)  # its last run speaks for a minute
    found = stands(stored)
    assert found.spent == 20 * MINUTE
    assert found.worst[0].ended_at is None


def test_announced_work_costs_nothing_and_is_no_time_in_which_nobody_watched(
    tmp_path: Path,
) -> None:
    began_at = NIGHT - 5 * DAY
    work = Window("move", "Moving", spans=Once(began_at, began_at + HOUR))
    stored = Stored(tmp_path, changes={"windows": (work,)})
    watched(stored, 40)
    stored.outage(began_at + 30 * MINUTE, began_at + 70 * MINUTE)
    stored.day(began_at.date(), down=40 * MINUTE)
    found = stands(stored)
    assert found.spent == 10 * MINUTE
    assert found.known == 30 * DAY
    assert found.worst[0].spent == 10 * MINUTE
    assert stored.work(lambda db: left(db, stored)) == found.left
    stored.writer.close()


def left(db: Any, stored: Stored, at: datetime = NIGHT) -> timedelta:
    config = replace(stored.config, changes=Changes(objectives={"web": PROMISE}))
    [found] = objectives.left_for(db, config, "web", at)
    return found.left


def test_probes_that_were_down_at_the_same_time_cost_it_once(tmp_path: Path) -> None:
    both = Component(id="web", name="Web", probes=("web", "api"))
    stored = Stored(
        tmp_path, (a_probe("web"), a_probe("api")), changes={"components": {"web": both}}
    )
    began_at = NIGHT - 5 * DAY
    for probe in ("web", "api"):
        watched(stored, 40, probe=probe)
        stored.day(began_at.date(), down=20 * MINUTE, probe=probe)
    stored.outage(began_at, began_at + 20 * MINUTE)
    stored.outage(began_at + 10 * MINUTE, began_at + 30 * MINUTE, probe="api")
    found = stands(stored)
    assert found.spent == 30 * MINUTE
    [worst] = found.worst
    assert (worst.spent, worst.incidents) == (30 * MINUTE, (1, 2))
    stored.writer.close()


def test_the_year_begins_at_midnight_in_berlin(stored: Stored) -> None:
    watched(stored, 80)
    new_year = datetime(2025, 12, 31, 23, tzinfo=UTC)
    stored.outage(new_year - 10 * MINUTE, new_year + 5 * MINUTE)
    stored.day(new_year.date(), down=15 * MINUTE)
    found = stands(stored, FIFTEEN)
    assert (found.spent, found.left) == (5 * MINUTE, 10 * MINUTE)
    assert found.window.since_at == new_year


@pytest.mark.parametrize("month", [3, 10])
def test_a_month_in_which_clocks_change_is_known_altogether(stored: Stored, month: int) -> None:
    first = datetime(2025, month, 1, tzinfo=UTC)
    for number in range(-1, 32):
        stored.day((first + number * DAY).date())
    promise = replace(PROMISE, window=Span.MONTH, zone=ZoneInfo("Europe/Berlin"))
    last = datetime(2025, month, 31, 21, 59, 59, tzinfo=UTC)
    found = stands(stored, promise, last)
    assert found.known == found.budget.passed
    hour = -HOUR if month == 3 else HOUR
    assert found.window.length == 31 * DAY + hour
    assert found.allowed == round((31 * DAY + hour) * 0.001 / SECOND) * SECOND


def test_a_window_longer_than_the_data_is_no_trouble(stored: Stored) -> None:
    found = stands(stored, FIFTEEN)
    assert (found.known, found.left) == (timedelta(), 15 * MINUTE)
    assert found.budget.projected is None


def test_what_was_spent_a_year_ago_is_spent_no_more(stored: Stored) -> None:
    began_at = NIGHT - 365 * DAY - HOUR
    stored.outage(began_at, began_at + 10 * MINUTE)
    stored.day(began_at.date(), down=10 * MINUTE)
    rolling = replace(FIFTEEN, window=365 * DAY)
    assert stands(stored, rolling).spent == timedelta()
    assert stands(stored, rolling, NIGHT - 2 * HOUR).spent == 10 * MINUTE


def test_slow_is_not_down(stored: Stored) -> None:
    watched(stored, 3)
    number = stored.outage(NIGHT - HOUR, NIGHT - HOUR / 2, reason="too_slow")
    stored.sql("UPDATE incident SET severity = 'warning' WHERE id = ?", number)
    found = stands(stored)
    assert (found.spent, found.worst) == (timedelta(), ())


def a_year(db: Any, key: int) -> None:
    """With an outage every week, all of it in one transaction."""
    for back in range(366):
        at, bad = NIGHT - back * DAY, back % 7 == 0
        db.execute(
            "INSERT INTO rollup_1d (day, probe, location, known_us, down_us)"
            " VALUES (?, ?, 'here', 86400000000, ?)",
            (at.date().isoformat(), key, 60_000_000 if bad else 0),
        )
        if bad:
            db.execute(
                "INSERT INTO incident (probe, location, dedup_key, began_at, opened_at,"
                " recovered_at, resolved_at, reason, summary, failures)"
                " VALUES (?, 'here', ?, ?, 0, ?, ?, 'status', '', 2)",
                (key, str(back), to_us(at - HOUR), to_us(at - 59 * MINUTE), to_us(at)),
            )


def test_what_is_left_is_known_in_a_few_milliseconds_after_a_year(stored: Stored) -> None:
    stored.work(lambda db: a_year(db, stored.keys["web"]))
    config = replace(stored.config, changes=Changes(objectives={"web": FIFTEEN}))

    def took(db: Any) -> float:
        began = time.perf_counter()
        objectives.left_for(db, config, "web", NIGHT)
        return time.perf_counter() - began

    assert min(stored.work(took) for _ in range(20)) < 0.005


def test_it_reads_the_very_same_as_the_page(stored: Stored) -> None:
    watched(stored, 40)
    for back, length in ((3, 7), (11, 25), (25, 3)):
        began_at = NIGHT - back * DAY
        stored.outage(began_at, began_at + length * MINUTE)
        stored.day(began_at.date(), down=length * MINUTE)
    stored.sql("UPDATE probe SET first_run_at = ?", to_us(NIGHT - 39 * DAY))
    stored.hours(NIGHT - 2 * HOUR, 2)
    since = (NIGHT - 29 * DAY).replace(hour=0)
    found = stands(stored, replace(PROMISE, window=NIGHT - since))
    uptime = dict(stored.component(NIGHT).uptime)["30d"]
    assert found.spent == timedelta(seconds=round(uptime.down.total_seconds()))
