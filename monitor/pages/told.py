"""Incidents as a page tells them: of its own components, in their own words, each once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import status_page
from monitor import uptime
from monitor.announced import Plan
from monitor.clock import from_us, to_us
from monitor.config.model import Component, PageSettings
from monitor.context import SUMMARY
from monitor.store.public import Told, Words
from status_page import Impact, Stage

UPDATE_ID: Final = 10  # characters
_FOREVER: Final = 2**62
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page's incidents are told by."""

    settings: PageSettings
    components: Mapping[str, Component]
    """Those of the page, as it names them."""
    behind: Mapping[str, tuple[Component, ...]]
    """By probe, those that it is behind."""
    plans: Callable[[str], Plan]
    """The announced work on a probe."""
    slow: frozenset[int]
    """Numbers of incidents in which nothing was down."""
    at: datetime

    @property
    def watched(self) -> frozenset[str]:
        return frozenset(c.id for c in self.components.values() if c.probes)

    def concerned(self, told: Told) -> tuple[Component, ...]:
        """Those that a person named, else those that the probe is behind."""
        if told.components:
            return tuple(c for c in self.components.values() if c.id in told.components)
        return self.behind.get(told.probe, ())


def behind(components: Iterable[Component]) -> dict[str, tuple[Component, ...]]:
    """By probe, those of *components* that it is behind."""
    found: dict[str, tuple[Component, ...]] = {}
    for component in components:
        for probe in dict.fromkeys(component.probes):
            found[probe] = (*found.get(probe, ()), component)
    return found


@dataclass(frozen=True, slots=True)
class _Entry:
    """Incidents that are told as one, in the order they opened."""

    members: tuple[Told, ...]
    components: tuple[Component, ...]
    sentence: str
    """As the component says it; empty where it says nothing of its own."""
    slow: bool
    title: str
    """A person's, instead of the sentence."""
    updates: tuple[Words, ...]

    @property
    def first(self) -> Told:
        return self.members[0]

    @property
    def began_at(self) -> datetime:
        return min(each.began_at for each in self.members)

    @property
    def ended_at(self) -> datetime | None:
        ends = [each.ended_at for each in self.members if each.ended_at is not None]
        return max(ends) if len(ends) == len(self.members) else None

    def overlaps(self, other: _Entry) -> bool:
        return _span(self)[0] <= _span(other)[1] and _span(other)[0] <= _span(self)[1]


def incidents(told: Sequence[Told], seen: Seen) -> tuple[status_page.Incident, ...]:
    """Open ones first, then the past ones, newest first."""
    by_number = {each.number: each for each in told if each.number is not None}
    found = []
    for each in sorted(told, key=lambda each: (each.opened_at, each.key)):
        entry = _entry(each, by_number, seen)
        if entry is not None:
            found.append(entry)
    merged = [entry for entry in _merged(found) if _may_be_told(entry, seen)]
    everything = _everything(merged, seen)
    order = {each.key: number for number, each in enumerate(told)}
    made = [_incident(entry, seen, everything) for entry in merged]
    made.sort(key=lambda each: order[each.id])
    made.sort(key=lambda each: each.began_at, reverse=True)
    made.sort(key=lambda each: each.resolved_at is not None)
    return tuple(made)


def _entry(told: Told, by_number: Mapping[int, Told], seen: Seen) -> _Entry | None:
    """None where it concerns nothing on the page, or happened in announced work alone."""
    components = seen.concerned(told)
    of_all = told.number is None and not told.components and _is_whole(seen.settings)
    if not components and not of_all:
        return None
    above = by_number.get(told.under) if told.under is not None else None
    updates = sorted([*told.updates, *(above.updates if above else ())], key=lambda each: each.at)
    summary = above if above and above.probe == SUMMARY else told
    title, audience = told.title or summary.title, told.audience or summary.audience
    if told.number is not None and not updates and not title:
        left = _unannounced(told, seen)
        if left is None:
            return None
        told = left
    slow = told.number in seen.slow
    # What a component says is said of something that is down.
    sentence = "" if slow else next((c.says for c in components if c.says), "")
    member = replace(told, audience=audience)
    return _Entry((member,), components, sentence, slow, title, tuple(updates))


def _is_whole(settings: PageSettings) -> bool:
    return settings.components is None and not settings.groups


def _unannounced(told: Told, seen: Seen) -> Told | None:
    """From when on it was more than announced work; None: it never was."""
    plan = seen.plans(told.probe)
    if not plan.spans:
        return told
    end_us = to_us(seen.at) if told.ended_at is None else to_us(told.ended_at)
    began_us = to_us(told.began_at)
    span = began_us, max(end_us, began_us + 1)
    left = uptime.minus([span], plan.between(*span))
    return replace(told, began_at=from_us(left[0][0])) if left else None


def _merged(entries: Iterable[_Entry]) -> list[_Entry]:
    """Several probes of a component that fail at the same time are one outage to its users."""
    found: list[_Entry] = []
    newest: dict[tuple[object, ...], int] = {}
    for entry in entries:
        concerned = tuple(c.id for c in entry.components)
        key = (concerned, entry.sentence, entry.slow, entry.first.number is None)
        known = newest.get(key)
        together = known is not None and found[known].overlaps(entry)
        if known is not None and together and entry.components and not key[-1]:
            found[known] = _with(found[known], entry)
        else:
            newest[key] = len(found)
            found.append(entry)
    return found


def _with(entry: _Entry, more: _Entry) -> _Entry:
    updates = {each.number: each for each in (*entry.updates, *more.updates)}
    said = tuple(sorted(updates.values(), key=lambda each: (each.at, each.number)))
    members, title = (*entry.members, *more.members), more.title or entry.title
    return replace(entry, members=members, title=title, updates=said)


def _may_be_told(entry: _Entry, seen: Seen) -> bool:
    """Whether nobody may find words of their own any more."""
    if entry.updates or entry.ended_at is not None or any(_by_person(m) for m in entry.members):
        return True
    return seen.at >= entry.first.opened_at + seen.settings.publish_after


def _by_person(told: Told) -> bool:
    return told.number is None or bool(told.title)


def _incident(
    entry: _Entry, seen: Seen, everything: Sequence[tuple[int, int]]
) -> status_page.Incident:
    key = entry.first.key
    return status_page.Incident(
        id=key,
        sentence=entry.title or entry.sentence,
        components=tuple(c.id for c in entry.components),
        began_at=entry.began_at,
        resolved_at=entry.ended_at,
        updates=tuple(_update(each, key) for each in entry.updates),
        impact=_impact(entry, seen, everything),
        audience=_audience(entry, seen.settings),
        user_minutes=_user_minutes(entry),
        backfilled=any(each.backfilled for each in entry.members),
    )


def _update(words: Words, key: str) -> status_page.Update:
    number = hashlib.blake2s(f"{key} {words.number}".encode()).hexdigest()[:UPDATE_ID]
    return status_page.Update(
        words.at, Stage(words.status), words.words, id=number, edited_at=words.edited_at
    )


def _impact(entry: _Entry, seen: Seen, everything: Sequence[tuple[int, int]]) -> Impact:
    """As a person set it; else by what was seen: critical while nothing of the page worked."""
    said = next((each.impact for each in entry.members if each.impact), "")
    if said:
        return Impact(said)
    if _merely_slow(entry, seen):
        return Impact.MINOR
    return Impact.CRITICAL if uptime.within(everything, *_span(entry)) else Impact.MAJOR


def _merely_slow(entry: _Entry, seen: Seen) -> bool:
    return all(each.number in seen.slow for each in entry.members)


def _everything(entries: Sequence[_Entry], seen: Seen) -> list[tuple[int, int]]:
    """When every component of the page that is watched was down."""
    down: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        if not _merely_slow(entry, seen):
            for component in entry.components:
                down.setdefault(component.id, []).append(_span(entry))
    if not seen.watched or not seen.watched <= down.keys():
        return []
    first, *others = (uptime.union(down[each]) for each in sorted(seen.watched))
    for other in others:
        first = [piece for span in other for piece in uptime.within(first, *span)]
    return first


def _span(entry: _Entry) -> tuple[int, int]:
    began_us, ended_at = to_us(entry.began_at), entry.ended_at
    return began_us, _FOREVER if ended_at is None else max(to_us(ended_at), began_us + 1)


def _audience(entry: _Entry, settings: PageSettings) -> str:
    """A person's words, else those of the components, else those of the page."""
    said = next((each.audience for each in entry.members if each.audience), "")
    of_components = dict.fromkeys(c.audience for c in entry.components if c.audience)
    return said or ", ".join(of_components) or settings.audience


def _user_minutes(entry: _Entry) -> int | None:
    """People times minutes over all components, to two digits; not before it is over."""
    people = [c.people for c in entry.components if c.people is not None]
    if not people or entry.ended_at is None:
        return None
    exact = sum(people) * (max(entry.ended_at - entry.began_at, timedelta()) / _MINUTE)
    if exact <= 0:
        return 0
    grain: int = 10 ** max(math.floor(math.log10(exact)) - 1, 0)
    return round(exact / grain) * grain
