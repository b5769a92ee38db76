"""Announced work in the file: once, by a rule, by cron or from a calendar; never for ever."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.config import Config
from monitor.windows import Span
from tests.monitor.config.toys import A_PROBE, TODAY, problems, read, refused, warned

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//EN\r\n"
TAIL = "END:VCALENDAR\r\n"


def event(*lines: str, uid: str = "1") -> str:
    return "\r\n".join(("BEGIN:VEVENT", f"UID:{uid}@example.org", *lines, "END:VEVENT", ""))


MOVE = event("SUMMARY:Move", "DTSTART:20261201T020000Z", "DTEND:20261201T040000Z")


def table(lines: str) -> str:
    return f"[maintenance.big-move]\n{lines}\n"


def loaded(folder: Path, lines: str) -> Config:
    tagged = f"{A_PROBE}tags = ['edge']\nchannels = []\n"
    return read(folder, table(lines) + tagged)


def spans(folder: Path, lines: str, at: datetime = TODAY, *, count: int = 1) -> list[Span]:
    """The next ones."""
    (window,) = loaded(folder, lines).windows
    found = []
    for _ in range(count):
        span = window.spans(at)
        if span is None:
            break
        found.append(span)
        at = span[1]
    return found


def calendar(folder: Path, *events: str, zone: str = "") -> list[Span]:
    (folder / "work.ics").write_text(HEAD + "".join(events) + TAIL)
    lines = f'ical = "work.ics"\n{zone}'
    return spans(folder, lines, count=3)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # a tuple of parts


def test_a_window_has_a_title_and_those_it_is_about(tmp_path: Path) -> None:
    (window,) = loaded(
        tmp_path, 'starts = "2026-12-01T02:00"\nlasts = "2h"\nprobes = ["web"]\ntags = ["edge"]'
    ).windows

    assert (window.id, window.title) == ("big-move", "Big move")
    assert set(window.probes) == {"web"}
    assert set(window.tags) == {"edge"}


def test_once_on_the_wall_of_a_zone(tmp_path: Path) -> None:
    lines = 'starts = "2026-12-01 02:00"\ntimezone = "Europe/Berlin"\nlasts = "2h"'
    assert spans(tmp_path, lines, count=2) == [(utc(2026, 12, 1, 1), utc(2026, 12, 1, 3))]


def test_again_and_again_by_a_rule_until_it_ends(tmp_path: Path) -> None:
    lines = (
        'starts = "2026-12-01T02:00"\nlasts = "2h"\ntimezone = "Europe/Berlin"\n'
        'repeat = "FREQ=WEEKLY;BYDAY=SU;UNTIL=20261213T010000Z"'
    )
    assert spans(tmp_path, lines, count=5) == [
        (utc(2026, 12, 6, 1), utc(2026, 12, 6, 3)),
        (utc(2026, 12, 13, 1), utc(2026, 12, 13, 3)),
    ]


def test_again_and_again_by_cron(tmp_path: Path) -> None:
    lines = 'cron = "0 3 * * 0"\nlasts = "1h"\ntimezone = "America/New_York"'
    assert spans(tmp_path, lines) == [(utc(2026, 11, 22, 8), utc(2026, 11, 22, 9))]


def test_a_calendar_has_every_event_but_the_cancelled_ones(tmp_path: Path) -> None:
    weekly = ("DTSTART;TZID=Europe/Berlin:20200105T020000", "DURATION:PT1H")
    found = calendar(
        tmp_path,
        MOVE,
        event(*weekly, "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20261129T020000", uid="2"),
        event("DTSTART:20261123T000000Z", "DTEND:20261124T000000Z", "STATUS:CANCELLED", uid="3"),
        event("RECURRENCE-ID;TZID=Europe/Berlin:20261206T020000", *weekly, uid="4"),
    )
    assert found == [
        (utc(2026, 11, 22, 1), utc(2026, 11, 22, 2)),
        (utc(2026, 12, 1, 2), utc(2026, 12, 1, 4)),
        (utc(2026, 12, 6, 1), utc(2026, 12, 6, 2)),
    ]


def test_a_whole_day_is_one_on_the_wall_of_the_tables_zone(tmp_path: Path) -> None:
    day = event("DTSTART;VALUE=DATE:20261201")
    assert calendar(tmp_path, day, zone='timezone = "Europe/Berlin"') == [
        (utc(2026, 11, 30, 23), utc(2026, 12, 1, 23))
    ]


def test_an_occurrence_that_was_moved_is_when_it_was_moved_to(tmp_path: Path) -> None:
    daily = event("DTSTART:20261120T020000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
    moved = event("RECURRENCE-ID:20261122T020000Z", "DTSTART:20261122T120000Z", "DURATION:PT2H")
    assert calendar(tmp_path, daily, moved) == [(utc(2026, 11, 22, 12), utc(2026, 11, 22, 14))]


def test_a_calendar_belongs_to_the_configuration_also_when_it_is_broken(tmp_path: Path) -> None:
    assert calendar(tmp_path, MOVE)
    config = loaded(tmp_path, 'ical = "work.ics"')
    assert config.files == (tmp_path / "probes.toml", tmp_path / "work.ics")
    assert config == loaded(tmp_path, 'ical = "work.ics"')
    (tmp_path / "work.ics").write_text(HEAD + MOVE.replace("0400", "0500") + TAIL)
    assert config != loaded(tmp_path, 'ical = "work.ics"')


def test_an_empty_calendar_is_no_doubt_but_work_that_is_over_is(tmp_path: Path) -> None:
    (tmp_path / "work.ics").write_text(HEAD + TAIL)
    assert loaded(tmp_path, 'ical = "work.ics"').warnings == ()
    over = loaded(tmp_path, 'starts = "2026-11-20T02:00"\nlasts = "2h"')
    assert warned(over, tmp_path) == [
        ("probes.toml:1: maintenance.big-move: is over already; leave it out, or correct its time")
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", 'starts is missing; write starts = "2026-12-01T02:00"'),
        ("starts = '2026-12-01T02:00'", 'lasts is missing; write lasts = "2h"'),
        ("cron = '0 3 * * 0'", 'lasts is missing; write lasts = "2h"'),
        (
            "starts = '2026-12-01T02:00'\nlasts = '1h'\ncron = '0 3 * * 0'",
            "cron: does not go with starts; keep one of the two",
        ),
        ("cron = '0 3 * * 0'\nlasts = '1h'\nrepeat = 'x'", "repeat: does not go with cron; leave"),
        ("ical = 'x.ics'\nlasts = '1h'", "lasts: does not go with ical; leave it out"),
        ("starts = '2026-12-01'\nlasts = '1h'", "starts: is not a day and a time; write day and"),
        ("starts = '2026-02-30T02:00'\nlasts = '1h'", "starts: there is no '2026-02-30T02:00'"),
        ("starts = '2026-12-01T02:00'\nlasts = '1s'", "lasts: 1s is out of range; write 1m or m"),
        ("cron = '0 3 * *'\nlasts = '1h'", "cron: is not what cron understands; write five field"),
        ("cron = '0 25 * * *'\nlasts = '1h'", "cron: is not what cron understands (Bad hour); w"),
        ("cron = '0 0 30 2 *'\nlasts = '1h'", "cron: is not what cron understands (Bad day-of-mo"),
        (
            "cron = '0 * * * *'\nlasts = '2h'",
            "lasts: 2h is longer than the 1h to the next time (cron); write a shorter one",
        ),
        (
            "starts = '2026-12-01T02:00'\nlasts = '25h'\nrepeat = 'FREQ=DAILY'",
            "lasts: 1d1h is longer than the 1d to the next time (repeat); write a shorter one",
        ),
        ("ical = 'absent.ics'", "absent.ics cannot be used: there is no such file; correct its"),
        ("ical = 'probes.toml'", "probes.toml cannot be used: it is no calendar; export one in"),
        ("probes = ['wbe']", "probes[0]: there is no probe 'wbe'; did you mean 'web'?"),
        ("tags = ['egde']", "tags[0]: there is no tag 'egde'; did you mean 'edge'?"),
        ("title = ''", 'title: is empty; write title = "…"'),
        ("start = '2026-12-01T02:00'", "start: unknown key 'start'; did you mean 'starts'?"),
    ],
)
def test_work_that_makes_no_sense_is_refused(lines: str, told: str, tmp_path: Path) -> None:
    whole = "starts = '2026-12-01T02:00'\nlasts = '1h'\n"
    wrong_names = lines.startswith(("probes", "tags", "title"))
    text = table(whole + lines if wrong_names else lines) + A_PROBE + "tags = ['edge']"
    (only,) = refused(tmp_path, text)

    place, _, problem = only.partition(": maintenance.big-move")
    assert place.startswith("probes.toml:")
    assert told in problem


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=SECONDLY", "FREQ=SECONDLY repeats too often; write FREQ=HOURLY or rarer"),
        ("FREQ=MINUTELY", "FREQ=MINUTELY repeats too often; write FREQ=HOURLY or rarer"),
        ("every sunday", 'is no rule of iCalendar; write it as "FREQ=WEEKLY;BYDAY=SU"'),
        ("BYDAY=SU", 'says no FREQ that is known; write it as "FREQ=WEEKLY;BYDAY=SU"'),
        ("FREQ=WEEKLY;BYDAY=XX", "is no rule of iCalendar"),
        ("FREQ=WEEKLY;BYDAY=", "is no rule of iCalendar"),
        ("FREQ=WEEKLY;COLOUR=RED", "is no rule of iCalendar"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=0 is out of range; write 1 to 1000"),
        ("FREQ=DAILY;COUNT=100000", "COUNT=100000 is out of range; write 1 to 1000"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "is never, as the rule is written; correct it"),
        ("FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "is never, as the rule is written; correct it"),
        ("FREQ=WEEKLY;UNTIL=19991231", "is never, as the rule is written; correct it"),
        ("FREQ=WEEKLY;UNTIL=soon", "UNTIL is no day; write it as UNTIL=20271231"),
        ("FREQ=HOURLY;COUNT=3", "COUNT does not go with UNTIL or with FREQ=HOURLY; write only U"),
        (
            "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,5,10,15,20,25,30,35,40",
            "repeats more than 24 times a day; name fewer times",
        ),
    ],
)
def test_a_rule_that_could_take_for_ever_is_refused_at_once(
    rule: str, told: str, tmp_path: Path
) -> None:
    began = time.monotonic()
    lines = f"starts = '2000-01-01T02:00'\nlasts = '1h'\nrepeat = '{rule}'"
    (only,) = refused(tmp_path, table(lines) + A_PROBE)

    assert f"maintenance.big-move.repeat: {told}" in only
    assert time.monotonic() - began < 5


WHOLE_DAY = ("DTSTART:19700101T000000Z", "DURATION:P1D")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "it is no calendar; export one in the form of iCalendar (.ics)"),
        (HEAD, "it is cut off, or not well formed; export it again"),
        (HEAD + event("SUMMARY:Move") + TAIL, "the DTSTART of its event 'Move' cannot be read"),
        (HEAD + event("DTSTART:soon") + TAIL, "the DTSTART of its event '1@example.org' cannot be"),
        (
            HEAD + event(*WHOLE_DAY, "RRULE:FREQ=SECONDLY") + TAIL,
            "the rule in its line 8 FREQ=SECONDLY repeats too often; write FREQ=HOURLY or rarer",
        ),
        (
            HEAD + event(*WHOLE_DAY, "RRULE:FR\r\n EQ=SECONDLY") + TAIL,
            "the rule in its line 8 FREQ=SECONDLY repeats too often",
        ),
        (
            HEAD + event(*WHOLE_DAY, "RRULE;X-A=B:FREQ=HOURLY") + TAIL,
            "the rule in its line 8 repeats too often; make it rarer",
        ),
        (
            HEAD + event(*WHOLE_DAY, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") + TAIL,
            "the rule of its event '1@example.org' is never, as the rule is written; correct it",
        ),
        (
            HEAD
            + "BEGIN:VTIMEZONE\r\nTZID:Odd\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
            + "RRULE:FREQ=DAILY\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
            + "END:VTIMEZONE\r\n"
            + MOVE
            + TAIL,
            "the rule in its line 8 repeats too often; make it rarer",
        ),
        (HEAD + "".join(event(*WHOLE_DAY) for _ in range(501)) + TAIL, "more than 500 events"),
        (HEAD + event("DTSTART:20261201T000000Z", "DURATION:P99999999999D") + TAIL, "cannot be r"),
        ("x" * 300_000, "it is larger than 256 KiB; make it smaller"),
        ("\ud800".encode("utf-16", "surrogatepass").decode("latin-1"), "is"),
    ],
)
def test_a_hostile_calendar_is_a_problem_and_never_a_traceback(
    content: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "work.ics").write_bytes(content.encode("latin-1"))
    began = time.monotonic()
    (only,) = problems(tmp_path, table('ical = "work.ics"') + A_PROBE)

    assert str(only).startswith(f"{tmp_path}/probes.toml:2: maintenance.big-move.ical: the file ")
    assert told in only.text
    assert time.monotonic() - began < 5


def test_a_calendar_of_many_years_is_worked_out_in_a_moment(tmp_path: Path) -> None:
    many = [event(*WHOLE_DAY, "RRULE:FREQ=WEEKLY", uid=str(n)) for n in range(20)]
    began = time.monotonic()
    assert calendar(tmp_path, *many)[0][0] == utc(2026, 11, 26)
    assert time.monotonic() - began < 5


def test_a_reference_in_maintenance_is_refused(tmp_path: Path) -> None:
    lines = "starts = '2026-12-01T02:00'\nlasts = '1h'\ntitle = '${env:HOME}'"
    assert any(
        "maintenance.big-move.title: references work" in t
        for t in refused(tmp_path, table(lines) + A_PROBE)
    )


def test_a_span_that_is_under_way_holds(tmp_path: Path) -> None:
    (window,) = loaded(tmp_path, 'starts = "2026-11-21T11:00"\nlasts = "2h"').windows
    assert window.holds(TODAY) == (TODAY - timedelta(hours=1), TODAY + timedelta(hours=1))
