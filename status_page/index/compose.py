"""From the data of a Page to the words of a Sheet."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby

from status_page import words
from status_page.component import Component, Condition
from status_page.incident import Incident
from status_page.index import days, said
from status_page.index.headline import MARKS, bare, headline
from status_page.index.view import Band, Group, Headline, Links, PastDay, Row, Sheet, Story
from status_page.page import Page

PRODUCTION = "production"
# The style sheet shows so many of the newest days on a wide, a middling and a narrow screen.
WIDTHS = (("wide", None), ("middling", 60), ("narrow", 30))
MOST_PAST = 200


def sheet(page: Page, links: Mapping[Condition, Links]) -> Sheet:
    """Everything that the template says, decided. *links* are given for each tone."""
    top = headline(page)
    title = words.shorten(words.tidy(page.title), 120)
    band = _band(words.shorten(words.tidy(page.environment), 60))
    tab = " ".join(filter(None, (f"[{words.shorten(band.name, 20)}]" if band else "", "{}")))
    name = words.shorten(title, 60)
    made_at = page.made_at
    return Sheet(
        title=title,
        tab=tab.format(f"{MARKS[top.tone]} {words.shorten(top.words, 80)} · {name}"),
        stale_tab=tab.format(f"? Not updated · {name}"),
        headline=top,
        band=band,
        made=words.Timed("Data from ", made_at, words.stamp(made_at)),
        since=words.Timed("", made_at, words.clock(made_at)),
        fresh_for=words.duration(page.fresh_for),
        fresh_for_ms=page.fresh_for // timedelta(milliseconds=1),
        window=words.count(_window(page), "day"),
        open=_open(page, top),
        work=said.work(page),
        groups=_groups(page),
        past=_past(page),
        past_note=_past_note(page),
        links=links[top.tone],
    )


def _band(environment: str) -> Band | None:
    if environment in {"", PRODUCTION}:
        return None
    return Band(environment, zlib.crc32(environment.encode()) % 6)


def _window(page: Page) -> int:
    return max((len(component.days) for component in page.components), default=0)


def _groups(page: Page) -> tuple[Group, ...]:
    told = {incident.sentence for incident in page.incidents if incident.resolved_at is None}
    rows: dict[str, list[Row]] = {}
    for component in page.components:
        row = _row(component, page.made_at, told)
        rows.setdefault(words.tidy(component.group), []).append(row)
    return tuple(Group(heading, tuple(found)) for heading, found in rows.items())


def _row(component: Component, now: datetime, told: set[str]) -> Row:
    read = days.read(component, now)
    untold = component.condition is Condition.DOWN and component.says not in told
    return Row(
        anchor=words.anchor(component.id),
        name=words.tidy(component.name),
        condition=component.condition,
        verdict=words.verdict(component.condition, component.since, now),
        says=words.tidy(component.says) if untold else "",
        share=_share(component, now),
        days=tuple(day.day for day in read),
        starts=_starts(component),
        stretches=days.stretches(read),
        rest=days.rest(read),
    )


def _share(component: Component, now: datetime) -> str:
    known = sum((bar.known for bar in component.days), timedelta())
    down = sum((bar.down for bar in component.days), timedelta())
    if not known:
        return "Nothing to count yet"
    share = f"{words.share(known, down)} of the time we watched"
    first = component.first_seen
    if first is None or first <= component.days[0].day:
        return share
    return f"{share}, since {words.plain_day(first, now)}"


def _starts(component: Component) -> tuple[tuple[str, str], ...]:
    if not component.days:
        return ()
    shown = ((width, component.days[-(most or 0) :][0].day) for width, most in WIDTHS)
    return tuple((width, words.short_day(day)) for width, day in shown)


def _open(page: Page, top: Headline) -> tuple[Story, ...]:
    still_open = [incident for incident in page.incidents if incident.resolved_at is None]
    return tuple(
        Story(
            anchor=words.anchor(incident.id),
            sentence=words.tidy(incident.sentence) or "Something is down.",
            components=_concerned(incident, page),
            when=words.lasting("Since ", incident.began_at, page.made_at),
            span="",
            echo=bare(incident.sentence) == top.words,
            said=said.updates(incident, page.made_at),
            said_count=said.count(incident),
        )
        for incident in still_open
    )


def _concerned(incident: Incident, page: Page) -> str:
    names = {component.id: component.name for component in page.components}
    return words.listed(tuple(words.tidy(names.get(id_, id_)) for id_ in incident.components))


def _past(page: Page) -> tuple[PastDay, ...]:
    resolved = [found for found in page.incidents if found.resolved_at is not None][:MOST_PAST]
    return tuple(
        PastDay(
            words.long_day(day),
            day.isoformat(),
            tuple(_resolved(found, page) for found in that_day),
        )
        for day, that_day in groupby(resolved, lambda found: found.began_at.astimezone(UTC).date())
    )


def _resolved(incident: Incident, page: Page) -> Story:
    resolved_at = incident.resolved_at or incident.began_at
    return Story(
        anchor=words.anchor(incident.id),
        sentence=words.tidy(incident.sentence) or "Something was down.",
        components=_concerned(incident, page),
        when=words.Timed(f"Resolved after {words.duration(resolved_at - incident.began_at)}"),
        span=_span(incident.began_at, resolved_at),
        said=said.updates(incident, incident.began_at),
        said_count=said.count(incident),
    )


def _span(began_at: datetime, resolved_at: datetime) -> str:
    return f"{began_at.astimezone(UTC):%H:%M} to {words.moment(resolved_at, began_at)}"


def _past_note(page: Page) -> str:
    resolved = sum(incident.resolved_at is not None for incident in page.incidents)
    if resolved > MOST_PAST:
        return f"{words.count(resolved - MOST_PAST, 'earlier incident')} not shown."
    if resolved:
        return ""
    none = "No other incidents" if page.incidents else "No incidents"
    return _quiet(page, none)


def _quiet(page: Page, none: str) -> str:
    """That there were none: said of the window only if the window was watched."""
    read = [days.read(component, page.made_at) for component in page.components]
    if read and all(days.wholly_watched(found) for found in read):
        return f"{none} in the last {words.count(_window(page), 'day')}."
    if not any(bar.known for component in page.components for bar in component.days):
        return "Nothing to tell yet: nothing was watched so far."
    if all(days.watched_since_begun(found) for found in read):
        return f"{none} since we began to watch."
    return f"{none} in the time we watched. The gaps in the bars are time that we did not."
