"""Incidents and maintenance by month: a page of all months, and one for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum, unique
from functools import partial
from typing import Final

from status_page.component import Component, Condition
from status_page.frame import frame, languages
from status_page.incident import Incident
from status_page.kept import Kept
from status_page.page import Page
from status_page.pages.figures import SLACK
from status_page.pages.kin import Work, linked, path_of, title_of, works_of
from status_page.pages.mold import around
from status_page.pages.told import EVER, phase_name, tone
from status_page.pages.view import Entry, Listed, Near, Past
from status_page.templates import template
from status_page.text import shorten, tidy
from status_page.tongue import Timed, Tongue
from status_page.verdicts import stage_name

_MOST_MONTHS: Final = 120
_AHEAD: Final = timedelta(days=366)
"""Months without anything in them are told up to work that is no further away."""
_MOST_OF_A_MONTH: Final = 8
"""On the page of all months."""
_MOST_NAMES: Final = 6
_PATH: Final = "history/index.html"


_Thing = Incident | Work


@unique
class _Watch(Enum):
    """How much of a month somebody watched."""

    WHOLLY = 1
    PARTLY = 2
    NOT = 3
    AHEAD = 4
    """Nobody can: it is still to come."""


@dataclass(frozen=True, slots=True)
class _Month:
    """All that is told of a month but for the language."""

    first: date
    things: tuple[_Thing, ...]
    """Newest first."""
    watch: _Watch
    present: bool
    """Whether it is not over."""
    cut: bool = False
    """Whether more happened in it than the page tells."""


@dataclass(frozen=True, slots=True)
class _Source:
    months: tuple[_Month, ...]
    newer: date | None
    older: date | None
    names: tuple[tuple[str, str], ...]
    frame: tuple[object, ...]


class History:
    """Each page is made again when something on it changed, and only then."""

    def __init__(self) -> None:
        self._months: Kept[tuple[object, ...], tuple[_Month, ...]] = Kept()
        self._pages: Kept[_Source, bytes] = Kept()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        works, today = works_of(page), page.made_at.date()
        known = (page.components, page.incidents, page.complete_since, works, today)
        months = self._months.get("", known, lambda _: _all_months(page, works, today))
        outside, names = around(page), {each.id: each.name for each in page.components}
        whole = _Source(months, None, None, _names(names, months), outside)
        yield _PATH, self._pages.get(("", tongue.code), whole, partial(_index, page, tongue))
        firsts = [None, *(month.first for month in months), None]
        for at, month in enumerate(months):
            one = (month,)
            source = _Source(one, firsts[at], firsts[at + 2], _names(names, one), outside)
            key = (month.first, tongue.code)
            yield _path(month.first), self._pages.get(key, source, partial(_one, page, tongue))
        places = {month.first for month in months} | {""}
        self._pages.only({(place, code) for place in places for code in languages(page)})


def _all_months(page: Page, works: Sequence[Work], today: date) -> tuple[_Month, ...]:
    """Newest first: all since the first evidence or event, as far as they go on without an end, and
    whatever else anything happened in.
    """
    everything: list[_Thing] = [*page.incidents, *works]
    things: dict[date, list[_Thing]] = {}
    for thing in sorted(everything, key=_began_at, reverse=True):
        things.setdefault(_began_at(thing).date().replace(day=1), []).append(thing)
    present, watches = today.replace(day=1), _watches(page.components)
    seen = [each.first_seen for each in page.components if each.first_seen is not None]
    earliest = min([present, *things, *(day.replace(day=1) for day in seen)])
    newest = max([present, *(first for first in things if first - present < _AHEAD)])
    return tuple(
        _Month(
            first,
            tuple(things.get(first, ())),
            watches.get(first, _Watch.NOT) if first <= present else _Watch.AHEAD,
            first == present,
            cut=page.complete_since is not None and first < page.complete_since,
        )
        for first in sorted({*things, *_back(newest, earliest)}, reverse=True)
    )


def _back(newest: date, earliest: date) -> Iterable[date]:
    """The months from one to the other, but not more than anybody would turn over."""
    for _ in range(_MOST_MONTHS):
        if newest < earliest:
            return
        yield newest
        newest = (newest - timedelta(days=1)).replace(day=1)


def _watches(components: Sequence[Component]) -> dict[date, _Watch]:
    """By month, of those that anybody watched in."""
    wholly: dict[date, int] = {}
    for component in components:
        for first, (whole, known, _, planned) in component.months:
            if known:
                all_of_it = whole - known - planned <= SLACK * max(whole.days, 1)
                wholly[first] = wholly.get(first, 0) + all_of_it
    watched = sum(each.condition is not Condition.UNWATCHED for each in components)
    return {
        first: _Watch.WHOLLY if number >= watched else _Watch.PARTLY
        for first, number in wholly.items()
    }


def _began_at(thing: _Thing) -> datetime:
    return thing.what.starts_at if isinstance(thing, Work) else thing.began_at


def _names(names: Mapping[str, str], months: Sequence[_Month]) -> tuple[tuple[str, str], ...]:
    """Of the components that anything concerns."""
    concerned = {id_: "" for month in months for thing in month.things for id_ in _ids(thing)}
    return tuple((id_, names[id_]) for id_ in concerned if id_ in names)


def _ids(thing: _Thing) -> tuple[str, ...]:
    return (thing.what if isinstance(thing, Work) else thing).components


def _index(page: Page, tongue: Tongue, source: _Source) -> bytes:
    names = dict(source.names)
    title = tongue.say("Incident history")
    months = tuple(_listed(each, names, tongue, _MOST_OF_A_MONTH) for each in source.months)
    outside = frame(page, tongue, path=_PATH, title=title, ld=linked(page, tongue, _PATH, title))
    past = Past(title, months, alone=False)
    return template("history.html", tongue).render(frame=outside, page=past).encode()


def _one(page: Page, tongue: Tongue, source: _Source) -> bytes:
    month = source.months[0]
    listed = _listed(month, dict(source.names), tongue, None)
    title = tongue.say("Incidents in {month}", month=tongue.month(month.first))
    path = _path(month.first)
    outside = frame(page, tongue, path=path, title=title, ld=linked(page, tongue, path, title))
    past = Past(
        title=tongue.month(month.first),
        months=(listed,),
        alone=True,
        newer=_neighbour(source.newer, tongue),
        older=_neighbour(source.older, tongue),
    )
    return template("history.html", tongue).render(frame=outside, page=past).encode()


def _neighbour(first: date | None, tongue: Tongue) -> Near | None:
    return Near(tongue.month(first), _path(first)) if first else None


def _path(first: date) -> str:
    return f"history/{first:%Y-%m}/index.html"


def _listed(month: _Month, names: dict[str, str], tongue: Tongue, most: int | None) -> Listed:
    shown = month.things[:most]
    return Listed(
        title=tongue.month(month.first),
        address=_path(month.first),
        entries=tuple(_entry(thing, names, tongue) for thing in shown),
        more=_more(len(month.things), tongue) if len(shown) < len(month.things) else "",
        quiet=_quiet(month, tongue) if month.cut or not shown else "",
    )


def _more(number: int, tongue: Tongue) -> str:
    return tongue.count("All {number} of this month", "All {number} of this month", number)


def _quiet(month: _Month, tongue: Tongue) -> str:
    if month.cut:
        return tongue.say("There were more incidents than this page can list.")
    if month.watch is _Watch.AHEAD:
        return tongue.say("Nothing is announced.")
    if month.watch is _Watch.NOT:
        return tongue.say("Nothing was watched.")
    if month.watch is _Watch.PARTLY:
        return tongue.say("No incidents in the time that we watched.")
    return tongue.say("No incidents so far.") if month.present else tongue.say("No incidents.")


def _entry(thing: _Thing, names: dict[str, str], tongue: Tongue) -> Entry:
    what = thing.what if isinstance(thing, Work) else thing
    known = [shorten(tidy(names[id_]), 60) for id_ in what.components if id_ in names]
    return Entry(
        title=title_of(what, tongue),
        address=path_of(what),
        tone=Condition.MAINTENANCE if isinstance(thing, Work) else tone(thing),
        state=_state(thing, tongue),
        when=_when(thing, tongue),
        components=tongue.listed(known) if len(known) <= _MOST_NAMES else _number(known, tongue),
    )


def _number(known: Sequence[str], tongue: Tongue) -> str:
    return tongue.count("{number} component", "{number} components", len(known))


def _state(thing: _Thing, tongue: Tongue) -> str:
    if isinstance(thing, Work):
        return phase_name(thing.phase, tongue)
    if thing.resolved_at is None:
        return stage_name(tongue, thing.stage)
    lasted = tongue.duration(thing.lasted(thing.resolved_at))
    return tongue.say("Resolved after {span}", span=lasted)


def _when(thing: _Thing, tongue: Tongue) -> Timed:
    began_at = _began_at(thing)
    ended_at = thing.what.ends_at if isinstance(thing, Work) else thing.resolved_at
    if ended_at is None:
        return tongue.timed("Since {time}", began_at, tongue.moment(began_at, EVER))
    return Timed("", began_at, tongue.between(began_at, ended_at, EVER), until=ended_at)
