"""How long it takes, as a page tells it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor.clock import to_us
from monitor.config.model import Component, PageSettings
from status_page.component import Point
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import DAY, HOUR, MINUTE, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

NOON = NIGHT.replace(hour=12, minute=40)
END = NOON.replace(minute=0)
MS = timedelta(milliseconds=1)
CLOSE = 0.06
"""Histograms are as exact as that."""


def a_component(**about: object) -> dict[str, object]:
    given = {"id": "web", "name": "web", "probes": ("web",)}
    return {"components": {"web": Component(**given | about)}}  # type: ignore[arg-type]  # a test's


def step_run(stored: Stored, at_us: int, steps: object, outcome: int = 1) -> None:
    stored.sql("INSERT OR IGNORE INTO location (id) VALUES ('here')")
    stored.sql(
        "INSERT INTO run (slot, probe, location, lag_us, outcome, took_us, tries, steps)"
        " VALUES (?, ?, (SELECT key FROM location), 0, ?, 1000000, 1, ?)",
        at_us,
        stored.keys["web"],
        outcome,
        steps if isinstance(steps, str) else json.dumps(steps),
    )


def test_percentiles_of_a_day_and_a_week_hold_their_own_runs(stored: Stored) -> None:
    stored.hours(END - 100 * HOUR, 1, took=[900 * MS] * 10)
    stored.hours(END - 24 * HOUR, 24, took=[100 * MS] * 95 + [400 * MS] * 5)
    speed = dict(stored.component(NOON).speed)
    assert speed["24h"].runs == 2400
    assert speed["24h"].p50 / MS == pytest.approx(100, rel=CLOSE)
    assert speed["24h"].p95 / MS == pytest.approx(100, rel=CLOSE)
    assert speed["24h"].p99 / MS == pytest.approx(400, rel=CLOSE)


def test_longer_windows_are_made_of_the_histograms_of_days(stored: Stored) -> None:
    for back, runs in ((1, 10), (6, 20), (7, 40), (29, 80), (30, 160), (89, 320), (90, 640)):
        stored.day((NIGHT - back * DAY).date())
        stored.sql(
            "UPDATE rollup_1d SET histogram = ? WHERE day = ?",
            json.dumps({"98000": runs}),
            (NIGHT - back * DAY).date().isoformat(),
        )
    stored.hours(NIGHT.replace(hour=1), 1, took=[100 * MS])
    speed = dict(stored.component(NOON).speed)
    assert {window: found.runs for window, found in speed.items()} == {
        "24h": 1,
        "7d": 31,
        "30d": 151,
        "90d": 631,
    }


def test_the_chart_is_a_week_by_the_hour_with_gaps(stored: Stored) -> None:
    stored.hours(END - 2 * HOUR, 1, took=[100 * MS] * 19 + [800 * MS])
    [series] = stored.component(NOON).chart
    assert (series.name, series.span, len(series.points)) == ("", HOUR, 168)
    assert series.points[0] == Point(END - 168 * HOUR, None, None)
    at, p50, p95 = series.points[-2]
    assert at == END - 2 * HOUR
    assert p50 is not None
    assert p95 is not None
    assert p50 / MS == pytest.approx(100, rel=CLOSE)
    assert p95 / MS == pytest.approx(100, rel=CLOSE)


def test_the_slowest_probe_is_what_people_wait_for(make: Make) -> None:
    about = a_component(probes=("web", "journey"))
    stored = make(probes=(a_probe("web"), a_probe("journey")), changes=about)
    stored.hours(END - 3 * HOUR, 3, took=[20 * MS] * 60)
    stored.hours(END - 3 * HOUR, 3, took=[4000 * MS] * 6, probe="journey")
    speed = dict(stored.component(NOON).speed)["24h"]
    assert speed.runs == 18
    assert speed.p50 / MS == pytest.approx(4000, rel=CLOSE)


def test_a_component_that_keeps_it_to_itself_tells_nothing(make: Make) -> None:
    stored = make(changes=a_component(speed=False, steps=True))
    stored.hours(END - 3 * HOUR, 3, took=[20 * MS])
    found = stored.component(NOON)
    assert (found.speed, found.chart) == ((), ())


def test_a_histogram_that_is_none_costs_its_hour_and_no_page(stored: Stored) -> None:
    stored.hours(END - 3 * HOUR, 3, took=[20 * MS])
    stored.sql(
        "UPDATE rollup_1h SET histogram = '{\"98' WHERE starts_at = ?", to_us(END - 2 * HOUR)
    )
    found = stored.component(NOON)
    assert dict(found.speed)["24h"].runs == 2
    assert [bool(point.p50) for point in found.chart[0].points[-3:]] == [True, False, True]


def test_steps_of_journeys_are_told_where_that_is_wanted(make: Make) -> None:
    stored = make(changes=a_component(steps=True))
    stored.hours(END - 3 * HOUR, 3, took=[20 * MS])
    last = to_us(END - HOUR)
    for number, took_us in enumerate((100_000, 300_000, 200_000)):
        step_run(stored, last + number * 60_000_000, {"open": took_us, "sign in": 2 * took_us})
    step_run(stored, last + 200_000_000, {"open": 9_000_000}, outcome=3)  # it failed
    step_run(stored, last + 220_000_000, '["open"]')
    step_run(stored, last + 240_000_000, "not JSON")
    whole, opening, sign_in = stored.component(NOON).chart
    assert [series.name for series in (whole, opening, sign_in)] == ["", "open", "sign in"]
    assert opening.points[-1] == Point(END - HOUR, 200 * MS, 300 * MS)
    assert sign_in.points[-1].p50 == 400 * MS
    assert len(opening.points) == len(whole.points)
    assert [point.at for point in opening.points] == [point.at for point in whole.points]


def test_steps_are_read_once_and_the_next_hour_adds_its_own(make: Make) -> None:
    stored = make(changes=a_component(steps=True))
    stored.hours(END - 3 * HOUR, 3, took=[20 * MS])
    step_run(stored, to_us(END - HOUR), {"open": 100_000})
    stored.component(NOON)
    stored.sql("DELETE FROM run")
    step_run(stored, to_us(END + MINUTE), {"open": 300_000})
    opening = stored.component(NOON + HOUR).chart[1]
    assert [point.p50 for point in opening.points[-2:]] == [100 * MS, 300 * MS]


def test_steps_are_told_on_internal_pages_without_being_asked_for(make: Make) -> None:
    stored = make(settings=PageSettings(internal=True))
    stored.hours(END - 3 * HOUR, 3, took=[20 * MS])
    step_run(stored, to_us(END - HOUR), {"open": 100_000})
    assert len(stored.component(NOON).chart) == 2
    public = make()
    assert len(public.component(NOON).chart) == 1
