"""A page of a service with a year behind it: outages, slow days, gaps, maintenance and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Final

from status_page import Component, Condition, DayBar, Incident, Maintenance, Page, Stage, Update
from status_page.component import WINDOWS, Month, Point, Series, Speed, Uptime, together

DAY: Final = timedelta(days=1)
YEAR: Final = 366
"""Days of history, the present one included."""
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
POINTS: Final = 7 * 24
STEPS: Final = ("open", "sign in", "upload")
JOURNEY_EVERY: Final = 4
"""So many components to one that a journey with steps watches."""
IN_A_GROUP: Final = 8
COMPONENTS_PER_INCIDENT: Final = 4
_SPAN_OF: Final = {"24h": 1, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
_WORDS: Final = (
    "We are looking into **slow uploads**.",
    "The cause is known: a disk was full. See <https://example.org/>.",
    "Everything works again.",
)


def paper(components: int, at: datetime, languages: Sequence[str] = ("en",)) -> Page:
    """The same for the same arguments. Two components are in trouble, if there are as many."""
    dice = Random(components)
    made = tuple(_component(number, at, dice) for number in range(components))
    return Page(
        title="Example status",
        url="https://status.example.org/",
        environment="production",
        language=languages[0],
        languages=tuple(languages),
        made_at=at,
        fresh_for=5 * MINUTE,
        components=made,
        incidents=tuple(_incidents(made, at)),
        maintenance=tuple(_maintenance(made, at)),
    )


def changed(page: Page, number: int) -> Page:
    """A minute later: one component went down, or came back. All others are the same objects."""
    old = page.components[number]
    down = old.condition is not Condition.DOWN
    today = old.days[-1]._replace(down=old.days[-1].down + MINUTE)
    new = replace(
        old,
        condition=Condition.DOWN if down else Condition.UP,
        since=page.made_at,
        days=(*old.days[:-1], today),
    )
    components = (*page.components[:number], new, *page.components[number + 1 :])
    return replace(page, components=components, made_at=page.made_at + MINUTE)


def _component(number: int, at: datetime, dice: Random) -> Component:
    days = tuple(_days(at, dice))
    return Component(
        id=f"component-{number}",
        name=f"Component {number}",
        group=f"Group {number // IN_A_GROUP}",
        description="What people do with it.",
        condition=(Condition.DOWN, Condition.DEGRADED)[number] if number < 2 else Condition.UP,
        since=at - 12 * MINUTE if number < 2 else at - 20 * DAY,
        says=f"People cannot use component {number}.",
        days=days,
        first_seen=days[0].day,
        uptime=tuple((window, _window(window, days)) for window in WINDOWS),
        months=tuple(_months(days)),
        speed=tuple((window, _speed(dice)) for window in WINDOWS),
        chart=tuple(_series(name, at, dice) for name in _lines(number)),
    )


def _days(at: datetime, dice: Random) -> list[DayBar]:
    """One day in thirty had an outage, one in thirty was slow, one in sixty is a gap."""
    made = []
    for back in reversed(range(YEAR)):
        day = (at - back * DAY).date()
        whole = at - datetime.combine(day, time(), UTC) if not back else DAY
        fate = dice.random()
        down = dice.randrange(1, 90) * MINUTE if fate < 1 / 30 else timedelta()
        gap = fate > 1 - 1 / 60
        known = timedelta() if gap else whole
        made.append(DayBar(day, known, min(down, known), 1 / 30 < fate < 2 / 30))
    return made


def _window(name: str, days: tuple[DayBar, ...]) -> Uptime:
    return together(days[-_SPAN_OF[name] :])


def _months(days: tuple[DayBar, ...]) -> list[Month]:
    firsts = sorted({bar.day.replace(day=1) for bar in days}, reverse=True)
    return [
        Month(first, together(bar for bar in days if bar.day.replace(day=1) == first))
        for first in firsts
    ]


def _speed(dice: Random) -> Speed:
    p50 = _took(dice)
    return Speed(dice.randrange(1000, 500_000), p50, 2 * p50, 4 * p50)


def _took(dice: Random) -> timedelta:
    """One of few hundred, as the steps of a histogram are."""
    return timedelta(milliseconds=round(80 * 1.05 ** dice.randrange(40)))


def _lines(number: int) -> tuple[str, ...]:
    return ("",) if number % JOURNEY_EVERY else ("", *STEPS)


def _series(name: str, at: datetime, dice: Random) -> Series:
    """A week by the hour; one hour in sixty has no good run."""
    last = at.replace(minute=0, second=0, microsecond=0)
    points = []
    for back in reversed(range(POINTS)):
        p50 = _took(dice) if dice.random() > 1 / 60 else None
        points.append(Point(last - back * HOUR, p50, p50 and 2 * p50))
    return Series(name, HOUR, tuple(points))


def _incidents(components: tuple[Component, ...], at: datetime) -> list[Incident]:
    """The first is open; the others are over, two days apart."""
    made = []
    for number in range(max(1, len(components) // COMPONENTS_PER_INCIDENT) if components else 0):
        concerned = components[number * COMPONENTS_PER_INCIDENT % len(components)]
        began = at - 12 * MINUTE - number * 2 * DAY % (YEAR * DAY)
        over = [began + 40 * MINUTE] if number else []
        told = list(zip(Stage, _WORDS[: 3 if over else 2], strict=False))
        updates = [
            Update(began + 5 * (step + 1) * MINUTE, stage, words, f"{number}-{step}")
            for step, (stage, words) in enumerate(told)
        ]
        made.append(
            Incident(
                id=f"incident-{number}",
                sentence=concerned.says,
                components=(concerned.id,),
                began_at=began,
                resolved_at=over[0] if over else None,
                updates=tuple(updates),
                audience="everyone who uploads",
                user_minutes=40_000,
            )
        )
    return made


def _maintenance(components: tuple[Component, ...], at: datetime) -> list[Maintenance]:
    """Over, under way and to come."""
    ids = tuple(component.id for component in components[-2:])
    return [
        Maintenance(
            id=f"maintenance-{number}",
            title="A larger database",
            components=ids,
            starts_at=at + days * DAY - 30 * MINUTE,
            ends_at=at + days * DAY + 30 * MINUTE,
            words="Uploads may be *slow* meanwhile.",
        )
        for number, days in enumerate((-7, 0, 3))
    ]
