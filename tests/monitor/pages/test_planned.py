"""Announced work: neither up nor down, and no excuse for anything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config.model import Component
from monitor.store import acts
from monitor.store.acts import Kind, Span
from monitor.windows import Ahead, Cron, Once, Window
from status_page import Condition
from status_page.component import DayBar, Uptime
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import DAY, HOUR, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

NO_TIME = timedelta()
TODAY = NIGHT.date()
MIDNIGHT = NIGHT.replace(hour=0)
NOON = NIGHT.replace(hour=12, minute=40)
YESTERDAY = MIDNIGHT - DAY


def nightly(hour: int, **about: frozenset[str]) -> Window:
    spans = Ahead(Cron(f"0 {hour} * * *", ZoneInfo("UTC"), 2 * HOUR))
    return Window("nightly", "Nightly work", spans=spans, **about)


def announce(stored: Stored, starts_at: datetime, ends_at: datetime, **about: object) -> None:
    span = Span(
        id=0,
        probes=frozenset(),
        tags=frozenset(),
        words="New disks",
        by="kim",
        starts_at=starts_at,
        ends_at=ends_at,
        **about,  # type: ignore[arg-type]  # what a test says
    )
    made = NIGHT - 30 * DAY
    stored.work(lambda db: acts.add_span(db, Kind.MAINTENANCE, span, created_at=made))


def test_an_outage_in_announced_work_is_not_down_and_what_outlasts_it_is(make: Make) -> None:
    stored = make(changes={"windows": (nightly(3),)})
    stored.outage(YESTERDAY + 4 * HOUR, YESTERDAY + 7 * HOUR)  # an hour of it was announced
    stored.day(TODAY - DAY, down=3 * HOUR)
    stored.outage(YESTERDAY - DAY + 3 * HOUR, YESTERDAY - DAY + 4 * HOUR)
    stored.day(TODAY - 2 * DAY, down=HOUR)
    stored.day(TODAY - 3 * DAY)
    page = stored.page(NOON)
    days = page.components[0].days
    assert days[-2] == DayBar(TODAY - DAY, 22 * HOUR, 2 * HOUR, planned=2 * HOUR)
    assert days[-3] == DayBar(TODAY - 2 * DAY, 22 * HOUR, NO_TIME, planned=2 * HOUR)
    assert days[-4] == DayBar(TODAY - 3 * DAY, 22 * HOUR, NO_TIME, planned=2 * HOUR)
    [incident] = page.incidents  # the other one was announced altogether
    assert (incident.began_at, incident.lasted(NOON)) == (YESTERDAY + 5 * HOUR, 2 * HOUR)


def test_windows_hold_what_was_announced_apart(make: Make) -> None:
    stored = make(changes={"windows": (nightly(3),)})
    stored.hours(NOON.replace(minute=0) - DAY, 24)
    stored.hours(MIDNIGHT + 3 * HOUR, 1, down=HOUR)
    stored.hours(MIDNIGHT + 9 * HOUR, 1, down=HOUR / 2)
    stored.outage(MIDNIGHT + 3 * HOUR, MIDNIGHT + 4 * HOUR)
    stored.outage(MIDNIGHT + 9 * HOUR, MIDNIGHT + 9 * HOUR + HOUR / 2)
    found = dict(stored.component(NOON).uptime)["24h"]
    assert found == Uptime(DAY, 22 * HOUR, HOUR / 2, 2 * HOUR)
    assert found.unknown == NO_TIME


def test_a_component_under_work_is_in_maintenance_whether_it_fails_or_not(make: Make) -> None:
    for health in ("down", "up"):
        stored = make(changes={"windows": (nightly(12),)})
        stored.stands(health, NOON)
        found = stored.component(NOON)
        assert (found.condition, found.since) == (
            Condition.MAINTENANCE,
            NOON.replace(minute=0),
        )


def test_what_broke_in_announced_work_is_down_since_its_end_once_that_is_over(make: Make) -> None:
    stored = make(changes={"windows": (nightly(10),)})
    stored.stands("down", NOON.replace(hour=11))
    stored.sql("UPDATE health SET evidence_at = last_run_at + 3600000000")
    stored.outage(NOON.replace(hour=11))
    page = stored.page(NOON)
    assert page.components[0].condition is Condition.DOWN
    assert page.components[0].since == page.incidents[0].began_at == NOON.replace(minute=0)


def test_work_on_one_probe_does_not_hide_that_another_is_down(make: Make) -> None:
    both = Component(id="both", name="Both", probes=("home", "tour"))
    window = nightly(12, probes=frozenset({"home"}))
    changes = {"components": {"both": both}, "windows": (window,)}
    stored = make(probes=(a_probe("home"), a_probe("tour")), changes=changes)
    for probe in ("home", "tour"):
        stored.stands("down", NOON, probe)
        stored.day(TODAY - DAY, down=HOUR, probe=probe)
        stored.outage(YESTERDAY + 12 * HOUR, YESTERDAY + 13 * HOUR, probe=probe)
    found = stored.component(NOON)
    assert found.condition is Condition.DOWN
    assert found.days[-2] == DayBar(TODAY - DAY, 23 * HOUR, HOUR, planned=HOUR)
    stored.stands("up", NOON, "tour")
    assert stored.component(NOON).condition is Condition.MAINTENANCE


def test_written_work_of_the_past_counts_and_is_listed_with_its_words(stored: Stored) -> None:
    announce(stored, YESTERDAY, YESTERDAY + 6 * HOUR, description="Reads *work*.")
    stored.day(TODAY - DAY, known=20 * HOUR, down=HOUR)
    stored.outage(YESTERDAY + HOUR, YESTERDAY + 2 * HOUR)
    page = stored.page(NOON)
    assert page.components[0].days[-2] == DayBar(TODAY - DAY, 14 * HOUR, NO_TIME, planned=6 * HOUR)
    [work] = page.maintenance
    assert (work.id, work.title, work.words) == ("work-1", "New disks", "Reads *work*.")
    assert work.announced_at == NIGHT - 30 * DAY
    assert page.incidents == ()


def test_work_that_is_announced_for_days_ago_changes_those_days_on_the_next_page(
    stored: Stored,
) -> None:
    stored.day(TODAY - 5 * DAY)
    assert stored.component(NOON).days[-6].planned == NO_TIME
    announce(stored, MIDNIGHT - 5 * DAY, MIDNIGHT - 5 * DAY + 3 * HOUR)
    bar = stored.component(NOON).days[-6]
    assert (bar.known, bar.planned) == (21 * HOUR, 3 * HOUR)


def test_a_day_that_nobody_watched_but_for_work_is_planned_and_unknown(make: Make) -> None:
    once = Window("move", "The move", spans=Once(YESTERDAY, YESTERDAY + 10 * HOUR))
    stored = make(changes={"windows": (once,)})
    assert stored.component(NOON).days[-2] == DayBar(
        TODAY - DAY, NO_TIME, NO_TIME, planned=10 * HOUR
    )


def test_repeated_work_is_listed_by_its_times_and_only_the_next_ones(make: Make) -> None:
    stored = make(changes={"windows": (nightly(3),)})
    found = stored.page(NOON).maintenance
    coming = [work for work in found if work.starts_at > NOON]
    assert [work.starts_at for work in coming] == [
        MIDNIGHT + number * DAY + 3 * HOUR for number in range(1, 6)
    ]
    assert coming[0].id == "work-nightly-20260315T0300Z"
    assert len({work.id for work in found}) == len(found) == 25


def test_looking_at_the_past_of_a_window_leaves_what_it_knows_of_the_future(make: Make) -> None:
    window = nightly(3)
    ahead = window.spans(NOON)
    stored = make(changes={"windows": (window,)})
    stored.page(NOON)
    assert isinstance(window.spans, Ahead)
    assert window.spans._known[-1].since == NOON
    assert window.spans(NOON) == ahead


def test_a_calendar_that_breaks_takes_no_page_with_it(make: Make) -> None:
    def breaks(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        raise ValueError(f"{since} {until}")

    broken = Window("broken", "Broken", spans=Ahead(breaks))
    stored = make(changes={"windows": (broken,)})
    stored.stands("up", NOON)
    assert stored.component(NOON).condition is Condition.UP


def test_a_window_over_the_change_of_clocks_is_as_long_as_it_lasts(make: Make) -> None:
    berlin = Ahead(Cron("30 1 29 3 *", ZoneInfo("Europe/Berlin"), 2 * HOUR))
    stored = make(changes={"windows": (Window("n", "N", spans=berlin),)})
    stored.day(datetime(2026, 3, 29, tzinfo=UTC).date())
    bar = stored.component(datetime(2026, 3, 30, 12, tzinfo=UTC)).days[-2]
    assert bar.planned == 2 * HOUR
    assert bar.known == 22 * HOUR
    assert bar.known + bar.planned == DAY
