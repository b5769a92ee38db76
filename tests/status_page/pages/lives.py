"""Components with a year behind them, incidents that people wrote about, and announced work."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from status_page import (
    WINDOWS,
    Component,
    Condition,
    DayBar,
    Impact,
    Incident,
    Maintenance,
    Month,
    Note,
    Page,
    Point,
    Series,
    Speed,
    Stage,
    Update,
    together,
)

NOW = datetime(2026, 11, 21, 14, 3, 22, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MS = timedelta(milliseconds=1)
SO_FAR = NOW - datetime.combine(TODAY, time(), UTC)
SPANS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def bar(day: date, **facts: Any) -> DayBar:
    return DayBar(day, SO_FAR if day == TODAY else DAY, timedelta())._replace(**facts)


def year(*special: DayBar, length: int = 366) -> tuple[DayBar, ...]:
    """Good days, but for *special*."""
    found = {each.day: each for each in special}
    days = [ago(back) for back in reversed(range(length))]
    return tuple(found.get(day) or bar(day) for day in days)


TROUBLED = (
    bar(ago(0), down=12 * MINUTE),
    bar(ago(9), degraded=True),
    bar(ago(12), down=23 * MINUTE),
    bar(ago(20), known=20 * HOUR, planned=4 * HOUR),
    bar(ago(39), known=timedelta()),
    bar(ago(40), known=timedelta()),
    bar(ago(41), known=9 * HOUR),
    bar(ago(60), down=958 * MINUTE),
    bar(ago(61), down=190 * MINUTE, degraded=True),
    bar(ago(200), down=3 * MINUTE),
)


def chart(name: str = "", base: int = 200, number: int = 168) -> Series:
    """A week of hours with a rhythm, an hour that was slow, and two gaps."""
    return Series(name, HOUR, tuple(_points(base, number)))


def _points(base: int, number: int) -> Iterable[Point]:
    first = NOW.replace(minute=0, second=0) - (number - 1) * HOUR
    for at in range(number):
        if at in {50, 52} or 60 < at < 66:
            yield Point(first + at * HOUR, None, None)
            continue
        median = base * (1 + 0.25 * math.sin(at / 4) + 0.05 * (at * 7 % 5)) * MS
        slow = median * (3.4 if at == 120 else 1.3 + 0.1 * (at * 5 % 4))
        yield Point(first + at * HOUR, median, slow)


def component(name: str = "Uploads", *special: DayBar, **facts: object) -> Component:
    days = year(*(special or TROUBLED))
    uptime = tuple((window, together(days[-number:])) for window, number in SPANS.items())
    made = Component(
        id=name.lower().replace(" ", "-"),
        name=name,
        group="Sharing",
        description="Pictures, films and other files, up to 2 GB.",
        condition=Condition.UP,
        since=NOW - 3 * DAY,
        says="People cannot upload.",
        days=days,
        first_seen=days[0].day,
        uptime=uptime,
        months=tuple(_months(days)),
        speed=tuple(
            (window, Speed(1440 * SPANS[window], 240 * MS, 610 * MS, 1730 * MS))
            for window in WINDOWS
        ),
        chart=(chart(), chart("Sign in", 60), chart("Choose a file", 25), chart("Upload", 1400)),
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # any of its fields


def _months(days: tuple[DayBar, ...]) -> Iterable[Month]:
    firsts = sorted({each.day.replace(day=1) for each in days}, reverse=True)
    for first in firsts:
        mine = [each for each in days if each.day.replace(day=1) == first]
        yield Month(first, together(mine))


def incident(
    number: int = 1, *, back: int = 12, minutes: int | None = 23, **facts: object
) -> Incident:
    began_at = datetime(2026, 11, 21, 9, 41, tzinfo=UTC) - back * DAY
    made = Incident(
        id=f"i{number}",
        sentence="People cannot upload.",
        components=("uploads",),
        began_at=began_at if minutes else NOW - 12 * MINUTE,
        resolved_at=began_at + minutes * MINUTE if minutes else None,
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # any of its fields


def told(began_at: datetime) -> tuple[Update, ...]:
    """What people say from the beginning to the post-mortem."""
    return (
        Update(began_at + 3 * MINUTE, Stage.INVESTIGATING, "We see it too.", "u1"),
        Update(
            began_at + 9 * MINUTE,
            Stage.IDENTIFIED,
            "The disks of **one machine** are full.\n\nWe move files off it.",
            "u2",
            edited_at=began_at + 30 * MINUTE,
        ),
        Update(began_at + 20 * MINUTE, Stage.RESOLVED, "A wrong setting was taken back.", "u3"),
        Update(
            began_at + 2 * DAY,
            Stage.POSTMORTEM,
            "## What happened\n\nThe nightly clean-up had been off for a week.\n\n"
            "## What we learned\n\n- Watch the disks.\n- Say so *sooner*.",
            "u4",
        ),
    )


def work(number: int = 1, *, starts: timedelta = 2 * DAY, **facts: object) -> Maintenance:
    made = Maintenance(
        id=f"w{number}",
        title="The network is rebuilt",
        components=("uploads", "messages"),
        starts_at=NOW.replace(second=0) + starts,
        ends_at=NOW.replace(second=0) + starts + 2 * HOUR,
        words="Uploads **stop** for some minutes.",
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # any of its fields


NOTE = Note(
    probe="uploads",
    name="Upload journey",
    condition=Condition.DOWN,
    since=NOW - 12 * MINUTE,
    last_run_at=NOW - MINUTE,
    took=1340 * MS,
    summary="upload: the answer was 507 from 192.0.2.7",
)


def page(*components: Component, **facts: object) -> Page:
    made = Page(
        title="Example status",
        url="https://status.example.org/",
        environment="production",
        made_at=NOW,
        fresh_for=5 * MINUTE,
        components=components or (component(), component("Messages", bar(ago(3)))),
        incidents=(),
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # any of its fields


def lived_in(**facts: object) -> Page:
    """Everything that can be told."""
    over = incident(2)
    return page(
        component(condition=Condition.DOWN, since=NOW - 12 * MINUTE),
        component("Messages", bar(ago(3), degraded=True), says="", chart=(chart(),)),
        component("Old links", condition=Condition.UNWATCHED, since=None, uptime=(), months=()),
        incidents=(
            incident(1, minutes=None, impact=Impact.MAJOR, audience="everyone who uploads"),
            replace(
                over,
                updates=told(over.began_at),
                user_minutes=12_437,
                audience="everyone who uploads",
            ),
            incident(3, back=61, minutes=1148, backfilled=True),
        ),
        maintenance=(work(1, starts=-20 * DAY), work(2, starts=-30 * MINUTE), work(3)),
        **facts,
    )
