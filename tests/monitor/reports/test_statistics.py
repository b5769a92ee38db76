"""How often, how long and how soon, by the month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from monitor.reports import statistics
from monitor.reports.statistics import Counted
from tests.monitor.reports.offices import Office
from tests.monitor.reports.replayed import BROKE

MINUTE = timedelta(minutes=1)
MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
IN_OCTOBER = datetime(2026, 10, 20, tzinfo=UTC)


def an_incident(at: datetime, minutes: int = 10, **about: object) -> Counted:
    given: dict[str, object] = {
        "probe": "web",
        "began_at": at,
        "last_good_at": at - MINUTE,
        "opened_at": at + MINUTE,
        "told_at": at + 2 * MINUTE,
        "ended_at": at + minutes * MINUTE,
    }
    return Counted(**given | about)  # type: ignore[arg-type]  # any of its fields


def test_months_without_any_incident_are_shown_too() -> None:
    found = statistics.months([an_incident(MAY)], date(2026, 3, 1), MAY + timedelta(days=40))

    assert [(each.first.month, each.incidents) for each in found] == [
        (3, 0),
        (4, 0),
        (5, 1),
        (6, 0),
    ]
    assert found[0].detect is None


def test_the_median_and_the_worst_of_what_is_known() -> None:
    counted = [
        an_incident(MAY, 10),
        an_incident(MAY + timedelta(days=1), 20, follows_deploy=True),
        an_incident(MAY + timedelta(days=2), 90, told_at=None),
    ]
    found = statistics.month(counted, date(2026, 5, 1), MAY + timedelta(days=9))

    assert found.recover == statistics.Took(3, 20 * MINUTE, 90 * MINUTE)
    assert found.tell == statistics.Took(2, 2 * MINUTE, 2 * MINUTE)
    assert (found.detect, found.detect_most) == (
        statistics.Took(3, MINUTE, MINUTE),
        statistics.Took(3, 2 * MINUTE, 2 * MINUTE),
    )
    assert found.after_deploy == 1
    assert found.down == 120 * MINUTE


def test_what_is_down_at_the_same_time_counts_once_and_what_is_slow_does_not() -> None:
    counted = [
        an_incident(MAY, 10),
        an_incident(MAY + 5 * MINUTE, 10),
        an_incident(MAY, 600, down=False),
    ]

    assert statistics.month(counted, date(2026, 5, 1), IN_OCTOBER).down == 15 * MINUTE


def test_an_outage_over_midnight_belongs_to_the_month_it_began_in_and_is_down_in_both() -> None:
    eve = datetime(2026, 5, 31, 23, 50, tzinfo=UTC)
    may, june = statistics.months([an_incident(eve, 30)], date(2026, 5, 1), eve + timedelta(days=9))

    assert (may.incidents, june.incidents) == (1, 0)
    assert (may.down, june.down) == (10 * MINUTE, 20 * MINUTE)


def test_one_that_goes_on_is_down_until_now() -> None:
    [may] = statistics.months([an_incident(MAY, ended_at=None)], date(2026, 5, 1), MAY + 7 * MINUTE)

    assert (may.still_open, may.down, may.recover) == (1, 7 * MINUTE, None)


def test_the_command_shows_them_to_people(office: Office) -> None:
    done = office.trueup("incidents", "--stats", "--months", "3", at=IN_OCTOBER)

    assert done.exit_code == 0
    said = [line.split() for line in done.stdout.splitlines() if line.startswith("2026-")]
    assert [line[:2] for line in said] == [
        ["2026-10", "none"],
        ["2026-09", "none"],
        ["2026-08", "1"],
    ]
    assert "30s–1m / 30s–1m" in done.stdout
    assert "1 of 1" in done.stdout
    assert done.stdout.startswith(
        "1 incident in 3 months, down for 23 minutes. It began within 30 minutes of a deploy.\n"
    )


def test_the_command_gives_programs_seconds(office: Office) -> None:
    [*_, newest] = office.json("incidents", "--stats", "--component", "links", at=IN_OCTOBER)
    august = office.json("incidents", "--stats", "--component", "links", at=IN_OCTOBER)[-3]

    assert newest == {
        "month": "2026-10",
        "incidents": 0,
        "open": 0,
        "down_s": 0.0,
        "after_deploy": 0,
        "detect": None,
        "detect_at_most": None,
        "tell": None,
        "acknowledge": None,
        "recover": None,
    }
    assert august["acknowledge"] == {"incidents": 1, "median_s": 720.0, "worst_s": 720.0}
    assert august["detect_at_most"]["worst_s"] == 60.0


def test_another_component_has_no_part_in_it(office: Office) -> None:
    found = office.json("incidents", "--stats", "--component", "home", at=IN_OCTOBER)

    assert {each["incidents"] for each in found} == {0}


def test_a_component_that_does_not_exist_is_named_with_those_that_do(office: Office) -> None:
    done = office.trueup("incidents", "--stats", "--component", "lnks", at=IN_OCTOBER)

    assert done.exit_code == 2
    assert "links, home" in done.stderr


def test_one_incident_is_told_whole_instant_by_instant(office: Office) -> None:
    done = office.trueup("incidents", "1", at=BROKE + timedelta(hours=2))

    assert done.exit_code == 0
    assert done.stdout.startswith(
        "Incident 1: Links cannot be shortened; began 2026-08-03 21:03:30"
    )
    assert "21:03:00   −0:30  The last good run." in done.stdout
    assert "trueup postmortem 1" in done.stdout


def test_one_incident_that_does_not_exist_is_said_to(office: Office) -> None:
    assert office.trueup("incidents", "7", at=IN_OCTOBER).exit_code == 1


def test_one_and_the_sum_of_all_are_two_questions(office: Office) -> None:
    assert office.trueup("incidents", "1", "--stats", at=IN_OCTOBER).exit_code == 2
    assert office.trueup("incidents", "--component", "links", at=IN_OCTOBER).exit_code == 2
