"""Incidents as a page tells them: of its own components, in their own words, each once."""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

import status_page
from monitor import uptime
from monitor.announced import Plan
from monitor.clock import from_us, to_us
from monitor.config.model import Component, PageSettings
from monitor.context import SUMMARY
from monitor.pages.changed import NOTHING, Evidence
from monitor.pages.merged import Entry, named
from monitor.store.public import Told, Words
from monitor.uptime import Spans
from status_page import Impact, Stage
from status_page.markdown import to_text
from status_page.text import shorten

MOST: Final = 3_000
"""Incidents of a page, for each has a page of its own in every language. Whoever gets as many has
to say that there may be more.
"""
TITLE_MOST: Final = 120
"""Characters of somebody's first sentence, where it stands for a title."""
_SENTENCE_ENDS: Final = re.compile(r"[.!?](?=\s|$)|[。！？]")
UPDATE_ID: Final = 10  # characters
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
    evidence: Callable[[str, Sequence[Told]], Evidence] = lambda _, __: NOTHING
    """What internal pages tell of incidents that are told as one, by its id and these."""

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


def incidents(told: Sequence[Told], seen: Seen) -> tuple[status_page.Incident, ...]:
    """Open ones first, then the past ones, newest first."""
    above = _Above(told, seen)
    found = []
    for each in sorted(told, key=lambda each: (each.opened_at, each.key)):
        entry = _entry(each, above, seen)
        if entry is not None:
            found.append(entry)
    merged = [entry for entry in named(found) if _may_be_told(entry, seen)]
    everything = _everything(merged, seen)
    order = {each.key: number for number, each in enumerate(told)}
    made = [_incident(entry, seen, everything) for entry in merged]
    made.sort(key=lambda each: order[each.id])
    made.sort(key=lambda each: each.began_at, reverse=True)
    made.sort(key=lambda each: each.resolved_at is not None)
    return tuple(made[:MOST])


class _Above:
    """Incidents that others are told under."""

    def __init__(self, told: Iterable[Told], seen: Seen) -> None:
        self._seen = seen
        self._by_number: dict[int, Told] = {}
        self._members: dict[int, list[Told]] = {}
        self._concerns: dict[int, bool] = {}
        for each in told:
            if each.number is not None:
                self._by_number[each.number] = each
            if each.under is not None:
                self._members.setdefault(each.under, []).append(each)

    def of(self, told: Told) -> Told | None:
        """The one above *told* if what people say of it is for the readers of this page: if it
        concerns the page itself, or is a summary of nothing but what does.
        """
        above = self._by_number.get(told.under) if told.under is not None else None
        if above is None or above.number is None or above.hidden:
            return None
        if above.number not in self._concerns:
            self._concerns[above.number] = self._concerning(above, above.number)
        return above if self._concerns[above.number] else None

    def _concerning(self, above: Told, number: int) -> bool:
        if _is_whole(self._seen.settings):
            return True
        read = self._members[number] if above.probe == SUMMARY else [above]
        return all(self._seen.concerned(each) for each in read)


def _entry(told: Told, above: _Above, seen: Seen) -> Entry | None:
    """None where it concerns nothing on the page; silent where it is hidden, or happened in
    announced work alone.
    """
    components = seen.concerned(told)
    of_all = told.number is None and not told.components and _is_whole(seen.settings)
    if (not components and not of_all) or (told.hidden and told.number is None):
        return None
    higher = above.of(told)
    updates = sorted([*told.updates, *(higher.updates if higher else ())], key=lambda each: each.at)
    if higher is not None and higher.probe == SUMMARY:
        told = replace(
            told,
            title=told.title or higher.title,
            audience=told.audience or higher.audience,
            impact=told.impact or higher.impact,
        )
    silent = told.hidden
    if told.number is not None and not updates and not told.title and not silent:
        left = _unannounced(told, seen)
        told, silent = left or told, left is None
    slow = told.number in seen.slow
    if told.number is None:  # no probe saw it, so no sentence of a component is true of it
        sentence = _first_sentence(updates)
    else:  # what a component says is said of something that is down
        sentence = "" if slow else next((c.says for c in components if c.says), "")
    return Entry((told,), components, sentence, slow, told.title, tuple(updates), silent)


def _first_sentence(updates: Sequence[Words]) -> str:
    """Of the first words that a person wrote; empty where there are none."""
    text = " ".join(to_text(updates[0].words).split()) if updates else ""
    end = _SENTENCE_ENDS.search(text)
    return shorten(text[: end.end()].rstrip() if end else text, TITLE_MOST)


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


def _may_be_told(entry: Entry, seen: Seen) -> bool:
    """Whether nobody may find words of their own any more."""
    if entry.updates or any(m.ended_at is not None or _by_person(m) for m in entry.members):
        return True
    return seen.at >= entry.first.opened_at + seen.settings.publish_after


def _by_person(told: Told) -> bool:
    return told.number is None or bool(told.title)


def _incident(
    entry: Entry, seen: Seen, everything: Sequence[tuple[int, int]]
) -> status_page.Incident:
    key, still = entry.id, entry.ended_at is None
    evidence = seen.evidence(key, entry.members)
    return status_page.Incident(
        id=key,
        sentence=entry.title or entry.sentence,
        components=tuple(c.id for c in entry.components),
        began_at=entry.began_at,
        resolved_at=entry.ended_at,
        updates=tuple(_update(each, key, still) for each in entry.updates),
        impact=_impact(entry, seen, everything),
        audience=_audience(entry, seen.settings),
        user_minutes=_user_minutes(entry),
        backfilled=any(each.backfilled for each in entry.members),
        deploys=evidence.deploys,
        captures=evidence.captures,
        deeds=evidence.deeds,
    )


def _update(words: Words, key: str, still: bool) -> status_page.Update:
    """What people call resolved while any of it is *still* failing is being watched, no more."""
    number = hashlib.blake2s(f"{key} {words.number}".encode()).hexdigest()[:UPDATE_ID]
    stage = Stage(words.status)
    stage = Stage.MONITORING if still and stage is Stage.RESOLVED else stage
    return status_page.Update(words.at, stage, words.words, id=number, edited_at=words.edited_at)


def _impact(entry: Entry, seen: Seen, everything: Sequence[tuple[int, int]]) -> Impact:
    """As a person set it; else by what was seen: critical while nothing of the page worked."""
    said = next((each.impact for each in entry.members if each.impact), "")
    if said:
        return Impact(said)
    if _merely_slow(entry, seen):
        return Impact.MINOR
    return Impact.CRITICAL if _within(everything, *entry.span) else Impact.MAJOR


def _merely_slow(entry: Entry, seen: Seen) -> bool:
    return all(each.number in seen.slow for each in entry.members)


def _everything(entries: Sequence[Entry], seen: Seen) -> list[tuple[int, int]]:
    """When every component of the page that is watched was down."""
    down: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        if not _merely_slow(entry, seen):
            for component in entry.components:
                down.setdefault(component.id, []).append(entry.span)
    if not seen.watched or not seen.watched <= down.keys():
        return []
    first, *others = (uptime.union(down[each]) for each in sorted(seen.watched))
    for other in others:
        first = [piece for span in other for piece in _within(first, *span)]
    return first


def _within(spans: Sequence[tuple[int, int]], since_us: int, until_us: int) -> Spans:
    """The same as of `uptime`, of thousands of them."""
    first = bisect_right(spans, since_us, key=itemgetter(1))
    last = bisect_left(spans, until_us, key=itemgetter(0))
    return uptime.within(spans[first:last], since_us, until_us)


def _audience(entry: Entry, settings: PageSettings) -> str:
    """A person's words, else those of the components, else those of the page."""
    said = next((each.audience for each in entry.members if each.audience), "")
    of_components = dict.fromkeys(c.audience for c in entry.components if c.audience)
    return said or ", ".join(of_components) or settings.audience


def _user_minutes(entry: Entry) -> int | None:
    """People times minutes over all components, to two digits; not before it is over."""
    people = [c.people for c in entry.components if c.people is not None]
    if not people or entry.ended_at is None:
        return None
    exact = sum(people) * (max(entry.ended_at - entry.began_at, timedelta()) / _MINUTE)
    if exact <= 0:
        return 0
    grain: int = 10 ** max(math.floor(math.log10(exact)) - 1, 0)
    return round(exact / grain) * grain
