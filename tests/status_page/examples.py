"""Pages as a visitor would meet them: one invented service, on good days and on bad ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from status_page import (
    Component,
    Condition,
    DayBar,
    Incident,
    Maintenance,
    Page,
    Stage,
    Update,
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


def _gap(day: date) -> DayBar:
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
        *(_gap(ago(back)) for back in (41, 40, 39)),
        DayBar(ago(38), timedelta(hours=9), timedelta()),
    ),
}
PAST = (
    incident(2, "People cannot upload.", "Uploads", back=12, minutes=23),
    incident(3, "Short links do not open.", "Short links", back=19, minutes=23),
    incident(4, "People cannot sign in.", "Signing in", back=33, minutes=4),
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
                *((_gap(ago(back)) for back in range(25, WINDOW)) if key == "library" else ()),
                *_today(conditions.get(key.replace("-", "_"), Condition.UP)),
            ),
        )
        for key, name, group, says in THINGS
    )
    return page(*components, incidents=PAST)


def all_up() -> Page:
    return lived_in()


def one_down() -> Page:
    found = lived_in(uploads=Condition.DOWN)
    still_open = incident(1, "People cannot upload.", "Uploads", back=0, minutes=None)
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
    names = tuple(name for _, name, *_ in THINGS)
    work = (
        Maintenance(
            id="work-1",
            title="Short links move to a new machine",
            components=("Short links",),
            starts_at=NOW - 30 * MINUTE,
            ends_at=NOW + 90 * MINUTE,
        ),
        Maintenance(
            id="work-2",
            title="The network is rebuilt",
            components=names,
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
        incident(1, "People cannot upload.", "Uploads", back=0, minutes=None),
        incident(5, "People cannot sign in.", "Signing in", back=0, minutes=None),
    )
    return replace(found, environment="staging", incidents=still_open + found.incidents)


def unknown() -> Page:
    found = lived_in(**{key.replace("-", "_"): Condition.UNKNOWN for key, *_ in THINGS})
    return replace(found, incidents=())


def empty() -> Page:
    return page()


def newborn() -> Page:
    """Watched for the first time an hour ago."""
    days = tuple(_gap(ago(back)) for back in reversed(range(1, WINDOW)))
    today = DayBar(TODAY, timedelta(hours=1), timedelta())
    fresh = replace(component("Uploads"), days=(*days, today), first_seen=TODAY)
    never = replace(
        component("Messages", Condition.UNKNOWN),
        days=(*days, _gap(TODAY)),
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
                _gap(ago(30 + at)),
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
