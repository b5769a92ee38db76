"""Pages as a visitor would meet them: one invented service, on good days and on bad ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from status_page import Condition, DayBar, Maintenance, Page, Stage, Update
from tests.status_page.service import (
    DAY,
    LIVED_IN,
    MINUTE,
    NOW,
    PAST,
    SO_FAR,
    THINGS,
    TODAY,
    WINDOW,
    ago,
    component,
    full_day,
    gap,
    history,
    incident,
    lived_in,
    page,
)

__all__ = [
    "DAY",
    "EXAMPLES",
    "LIVED_IN",
    "MINUTE",
    "NOW",
    "PAST",
    "SO_FAR",
    "THINGS",
    "TODAY",
    "WINDOW",
    "ago",
    "component",
    "full_day",
    "gap",
    "history",
    "incident",
    "lived_in",
    "page",
]


def all_up() -> Page:
    return lived_in()


def one_down() -> Page:
    found = lived_in(uploads=Condition.DOWN)
    still_open = incident(1, "People cannot upload.", "uploads", back=0, minutes=None)
    return replace(found, incidents=(still_open, *found.incidents))


def explained() -> Page:
    """Somebody says what is going on, and work is under way and to come."""
    found = one_down()
    newest, *past = found.incidents
    told = (
        Update(NOW - 9 * MINUTE, Stage.INVESTIGATING, "We see it too, and are looking for why."),
        Update(
            NOW - 3 * MINUTE,
            Stage.IDENTIFIED,
            "The disks of one machine are full.\nWe are moving files off it; what you uploaded is"
            " safe.",
        ),
    )
    over = (
        Update(past[0].began_at + 4 * MINUTE, Stage.INVESTIGATING, "We are looking into it."),
        Update(past[0].began_at + 20 * MINUTE, Stage.RESOLVED, "A wrong setting was taken back."),
    )
    everything = tuple(key for key, *_ in THINGS)
    work = (
        Maintenance(
            id="work-1",
            title="Short links move to a new machine",
            components=("short-links",),
            starts_at=NOW - 30 * MINUTE,
            ends_at=NOW + 90 * MINUTE,
        ),
        Maintenance(
            id="work-2",
            title="The network is rebuilt",
            components=everything,
            starts_at=NOW + 2 * DAY,
            ends_at=NOW + 2 * DAY + 120 * MINUTE,
        ),
    )
    return replace(
        found,
        incidents=(replace(newest, updates=told), replace(past[0], updates=over), *past[1:]),
        maintenance=work,
    )


def troubled() -> Page:
    found = lived_in(
        signing_in=Condition.DOWN,
        uploads=Condition.DOWN,
        messages=Condition.DEGRADED,
        api=Condition.UNKNOWN,
    )
    still_open = (
        incident(1, "People cannot upload.", "uploads", back=0, minutes=None),
        incident(5, "People cannot sign in.", "signing-in", back=0, minutes=None),
    )
    return replace(found, environment="staging", incidents=still_open + found.incidents)


def unknown() -> Page:
    found = lived_in(**{key.replace("-", "_"): Condition.UNKNOWN for key, *_ in THINGS})
    return replace(found, incidents=())


def empty() -> Page:
    return page()


def newborn() -> Page:
    """Watched for the first time an hour ago."""
    days = tuple(gap(ago(back)) for back in reversed(range(1, WINDOW)))
    today = DayBar(TODAY, timedelta(hours=1), timedelta())
    fresh = replace(component("Uploads"), days=(*days, today), first_seen=TODAY)
    never = replace(
        component("Messages", Condition.UNKNOWN),
        days=(*days, gap(TODAY)),
        first_seen=None,
        since=None,
    )
    return page(fresh, never)


def many(number: int = 30) -> Page:
    """Thirty components with a mixed history."""
    conditions = (Condition.UP,) * 8 + (Condition.DEGRADED, Condition.DOWN)
    rows = tuple(
        replace(
            component(
                f"Service number {at + 1}",
                conditions[at % 10],
                *(DayBar(ago(3 * back + at % 7), DAY, back * MINUTE) for back in range(1, 9)),
                gap(ago(30 + at)),
                DayBar(ago(31 + at), DAY / 3, timedelta(), True),
                group=("Front", "Back", "Elsewhere")[at * 3 // number],
                says="",
            ),
            first_seen=ago(80 - at) if at % 5 == 0 else ago(WINDOW),
        )
        for at in range(number)
    )
    return page(*rows, incidents=PAST)


def under_maintenance() -> Page:
    """Announced work is under way, and nothing else is the matter."""
    found, work = lived_in(short_links=Condition.MAINTENANCE), explained().maintenance
    planned = DayBar(TODAY, SO_FAR - 30 * MINUTE, timedelta(), planned=30 * MINUTE)
    components = tuple(
        replace(each, days=(*each.days[:-1], planned)) if each.id == "short-links" else each
        for each in found.components
    )
    return replace(found, components=components, maintenance=work)


def two_hundred() -> Page:
    """In three long groups, of which two are well."""
    found = many(200)
    components = tuple(
        each if each.group == "Back" else replace(each, condition=Condition.UP)
        for each in found.components
    )
    return replace(found, components=components)


def long_names() -> Page:
    found = one_down()
    more = " for everybody who has ever signed up for anything, and for all of their friends"
    described = "What it is, in a line that is also rather long, as descriptions tend to be"
    components = tuple(
        replace(each, name=each.name + more, description=described) for each in found.components
    )
    return replace(found, components=components)


def right_to_left() -> Page:
    return replace(explained(), language="ar", languages=("ar",), title="حالة الخدمة")


EXAMPLES = {
    "all-up": all_up,
    "one-down": one_down,
    "explained": explained,
    "troubled": troubled,
    "unknown": unknown,
    "empty": empty,
    "newborn": newborn,
    "many": many,
    "maintenance": under_maintenance,
    "two-hundred": two_hundred,
    "long-names": long_names,
    "right-to-left": right_to_left,
}
