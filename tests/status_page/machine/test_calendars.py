"""People who subscribe to the calendar see announced work beside their own appointments."""

from __future__ import annotations

from dataclasses import replace

from icalendar import Calendar

from status_page import Page
from status_page.machine.calendars import Calendars
from tests.status_page.examples import DAY, MINUTE, NOW, empty
from tests.status_page.machine.worlds import MOVING, REBUILDING, eventful, files


def made(page: Page) -> dict[str, bytes]:
    return files(page, Calendars())


def calendar(page: Page) -> Calendar:
    found = Calendar.from_ical(made(page)["maintenance.ics"])
    assert isinstance(found, Calendar)
    return found


def test_work_that_is_over_under_way_and_to_come_is_told_with_its_span() -> None:
    events = calendar(eventful()).events

    assert [(str(each["summary"]), each.start, each.end) for each in events] == [
        ("The walls are painted", NOW - 3 * DAY, NOW - 3 * DAY + 60 * MINUTE),
        ("Short links move", NOW - 30 * MINUTE, NOW + 90 * MINUTE),
        ("The network is rebuilt", NOW + 2 * DAY, NOW + 2 * DAY + 120 * MINUTE),
    ]


def test_an_event_says_what_it_concerns_and_blocks_nobodys_calendar() -> None:
    event = calendar(eventful()).events[1]

    assert str(event["description"]) == "They may be slow.\n\nConcerns: Short links"
    assert (str(event["transp"]), str(event["status"])) == ("TRANSPARENT", "CONFIRMED")
    assert str(event["url"]) == "https://status.example.org/maintenance/work-1/"
    assert event.DTSTAMP == NOW - 2 * DAY


def test_an_event_that_moves_stays_the_same_event() -> None:
    moved = replace(REBUILDING, starts_at=NOW + 3 * DAY, ends_at=NOW + 4 * DAY)
    before, after = (
        calendar(eventful(maintenance=(work,))).events[0] for work in (REBUILDING, moved)
    )

    assert before["uid"] == after["uid"]
    assert before.start != after.start


def test_the_bytes_are_the_same_as_long_as_nothing_is_announced() -> None:
    first, later = (
        made(eventful(made_at=at))["maintenance.ics"] for at in (NOW, NOW + 95 * MINUTE)
    )

    assert first == later
    assert first.startswith(b"BEGIN:VCALENDAR\r\n")
    assert max(map(len, first.split(b"\r\n"))) <= 75


def test_work_of_long_ago_is_not_told_and_none_at_all_is_a_calendar_too() -> None:
    old = replace(MOVING, starts_at=NOW - 100 * DAY, ends_at=NOW - 99 * DAY)

    assert calendar(eventful(maintenance=(old,))).events == []
    assert calendar(empty()).events == []
