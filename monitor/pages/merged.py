"""Incidents that are one outage to the users of a component."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Final

from monitor.clock import from_us, to_us
from monitor.config.model import Component
from monitor.store.public import Told, Words

_NEWEST: Final = 4
"""Outages of the same things, of which a further incident may be a part."""
_FOREVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Entry:
    """Incidents that are told as one, in the order they opened."""

    members: tuple[Told, ...]
    components: tuple[Component, ...]
    sentence: str
    """As the component says it; empty where it says nothing of its own."""
    slow: bool
    title: str
    """A person's, instead of the sentence."""
    updates: tuple[Words, ...]
    silent: bool = False
    """Whether it is here for the ids of others alone."""
    id: str = ""
    """Empty: the key of the first member."""

    @property
    def first(self) -> Told:
        return self.members[0]

    @property
    def began_at(self) -> datetime:
        """Not after its end, even if a clock was wrong then."""
        began_at, ended_at = min(each.began_at for each in self.members), self.ended_at
        return began_at if ended_at is None else min(began_at, ended_at)

    @property
    def ended_at(self) -> datetime | None:
        ends = [each.ended_at for each in self.members if each.ended_at is not None]
        return max(ends) if len(ends) == len(self.members) else None

    @property
    def alike(self) -> tuple[object, ...]:
        """What only differs between things that users tell apart."""
        return tuple(c.id for c in self.components), self.sentence, self.slow

    @property
    def span(self) -> tuple[int, int]:
        """Microseconds; an open one lasts for ever."""
        began_us, ended_at = to_us(self.began_at), self.ended_at
        return began_us, _FOREVER if ended_at is None else max(to_us(ended_at), began_us + 1)


def named(entries: Sequence[Entry]) -> list[Entry]:
    """Merged, each with the id that it had before any of its members fell silent. One that falls
    apart then leaves it to its first part.
    """
    audible = [entry for entry in entries if not entry.silent]
    ids: dict[str, str] = {}
    if len(audible) < len(entries):
        for whole in _merged(entries):
            ids.update((member.key, whole.first.key) for member in whole.members)
    found, given = [], set[str]()
    for entry in _merged(audible):
        key = entry.first.key
        id_ = ids.get(key, key)
        found.append(replace(entry, id=key if id_ in given else id_))
        given.add(found[-1].id)
    return found


class _Outage:
    """Entries that overlap, as they are found."""

    def __init__(self, entry: Entry) -> None:
        self.entries = [entry]
        self.began_us, self.ended_us = entry.span

    def overlaps(self, entry: Entry) -> bool:
        began_us, ended_us = entry.span
        return self.began_us <= ended_us and began_us <= self.ended_us

    def add(self, entry: Entry, earlier: Sequence[_Outage]) -> None:
        """But for what is told in *earlier* ones, which are over."""
        ends = [from_us(each.ended_us) for each in earlier]
        began_at = max([entry.first.began_at, *ends])
        entry = replace(entry, members=(replace(entry.first, began_at=began_at),))
        self.entries.append(entry)
        self.began_us = min(self.began_us, entry.span[0])
        self.ended_us = max(self.ended_us, entry.span[1])


def _merged(entries: Iterable[Entry]) -> list[Entry]:
    """Several probes of a component that fail at the same time are one outage to its users."""
    found: list[_Outage] = []
    newest: dict[tuple[object, ...], list[_Outage]] = {}
    for entry in entries:
        known = newest.setdefault(entry.alike, [])
        mergeable = entry.first.number is not None and entry.components
        touched = [each for each in known if each.overlaps(entry)] if mergeable else []
        if touched:
            *earlier, last = sorted(touched, key=attrgetter("ended_us"))
            last.add(entry, earlier)
            continue
        found.append(_Outage(entry))
        if mergeable:
            known[:] = [*known[-_NEWEST + 1 :], found[-1]]
    return [_as_one(each.entries) for each in found]


def _as_one(entries: Sequence[Entry]) -> Entry:
    if len(entries) == 1:
        return entries[0]
    updates = {each.number: each for entry in entries for each in entry.updates}
    return replace(
        entries[0],
        members=tuple(member for entry in entries for member in entry.members),
        title=next((entry.title for entry in reversed(entries) if entry.title), ""),
        updates=tuple(sorted(updates.values(), key=lambda each: (each.at, each.number))),
    )
