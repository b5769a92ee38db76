"""One invented service: what people do with it, and what happened to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from status_page import (
    Component,
    Condition,
    DayBar,
    Incident,
    Page,
)

NOW = datetime(2026, 11, 21, 14, 3, 22, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
SO_FAR = NOW - datetime.combine(TODAY, time(), UTC)
MINUTE = timedelta(minutes=1)
WINDOW = 90

THINGS = (
    ("signing-in", "Signing in", "Your account", "People cannot sign in."),
    ("library", "Your library", "Your account", "People cannot see what they saved."),
    ("uploads", "Uploads", "Sharing", "People cannot upload."),
    ("short-links", "Short links", "Sharing", "Short links do not open."),
    ("messages", "Messages", "Sharing", ""),
    ("api", "The API", "For developers", "Programs get no answer from the API."),
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def full_day(day: date) -> DayBar:
    return DayBar(day, known=SO_FAR if day == TODAY else DAY, down=timedelta())


def history(*bars: DayBar, length: int = WINDOW) -> tuple[DayBar, ...]:
    """A window of good days, but for *bars*."""
    special = {bar.day: bar for bar in bars}
    days = [ago(back) for back in reversed(range(length))]
    return tuple(special.get(day) or full_day(day) for day in days)


def component(
    name: str = "Uploads",
    condition: Condition = Condition.UP,
    *bars: DayBar,
    says: str = "",
    group: str = "",
) -> Component:
    return Component(
        id=name.lower().replace(" ", "-"),
        name=name,
        group=group,
        condition=condition,
        since=NOW - 12 * MINUTE,
        says=says,
        days=history(*bars),
        first_seen=ago(WINDOW),
    )


def page(*components: Component, incidents: tuple[Incident, ...] = ()) -> Page:
    return Page(
        title="Example status",
        environment="production",
        made_at=NOW,
        fresh_for=5 * MINUTE,
        components=components,
        incidents=incidents,
    )


def incident(number: int, sentence: str, *names: str, back: int, minutes: int | None) -> Incident:
    began_at = datetime(2026, 11, 21, 9, 41, tzinfo=UTC) - timedelta(days=back)
    return Incident(
        id=f"i{number}",
        sentence=sentence,
        components=names,
        began_at=began_at if minutes else NOW - 12 * MINUTE,
        resolved_at=began_at + minutes * MINUTE if minutes else None,
    )


def gap(day: date) -> DayBar:
    return DayBar(day, timedelta(), timedelta())


def _today(condition: Condition) -> tuple[DayBar, ...]:
    match condition:
        case Condition.DOWN:
            return (DayBar(TODAY, SO_FAR, 12 * MINUTE),)
        case Condition.DEGRADED:
            return (DayBar(TODAY, SO_FAR, timedelta(), degraded=True),)
        case Condition.UNKNOWN:
            return (DayBar(TODAY, SO_FAR - 20 * MINUTE, timedelta()),)
        case _:
            return ()


LIVED_IN = {
    "signing-in": (DayBar(ago(33), DAY, 4 * MINUTE), DayBar(ago(9), DAY, timedelta(), True)),
    "uploads": (
        DayBar(ago(61), DAY, 190 * MINUTE),
        DayBar(ago(60), DAY, 958 * MINUTE),
        DayBar(ago(12), DAY, 23 * MINUTE),
    ),
    "short-links": (DayBar(ago(19), DAY, 23 * MINUTE, True),),
    "messages": tuple(DayBar(ago(back), DAY, timedelta(), True) for back in (47, 46, 5)),
    "api": (
        *(gap(ago(back)) for back in (41, 40, 39)),
        DayBar(ago(38), timedelta(hours=9), timedelta()),
    ),
}
PAST = (
    incident(2, "People cannot upload.", "uploads", back=12, minutes=23),
    incident(3, "Short links do not open.", "short-links", back=19, minutes=23),
    incident(4, "People cannot sign in.", "signing-in", back=33, minutes=4),
)


def lived_in(**conditions: Condition) -> Page:
    """The sample service with a history, and whatever *conditions* say of today."""
    components = tuple(
        replace(
            component(name, Condition.UP, *LIVED_IN.get(key, ()), says=says, group=group),
            id=key,
            condition=conditions.get(key.replace("-", "_"), Condition.UP),
            first_seen=ago(24) if key == "library" else ago(WINDOW),
            days=history(
                *LIVED_IN.get(key, ()),
                *((gap(ago(back)) for back in range(25, WINDOW)) if key == "library" else ()),
                *_today(conditions.get(key.replace("-", "_"), Condition.UP)),
            ),
        )
        for key, name, group, says in THINGS
    )
    return page(*components, incidents=PAST)
