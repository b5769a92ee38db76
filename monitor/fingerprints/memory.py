"""What is known of every target, held in memory: a run that shows nothing new costs next to
nothing, and only news are handed over to be written.

What is not written yet is found again by whoever starts anew, for the store still knows the old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from types import MappingProxyType
from typing import Final

from monitor.config.model import Probe
from monitor.fingerprints import learning
from monitor.fingerprints.events import Event
from monitor.fingerprints.evidence import Evidence, evidence_of
from monitor.fingerprints.learning import Known, Seen
from monitor.fingerprints.past import habit_of
from monitor.origins import origin_of
from monitor.runner import Run
from probes import Outcome
from probes.traits import OF_THE_PROBE, Trait

VALUE_MAX: Final = 500
_GOOD: Final = frozenset((Outcome.PASS, Outcome.SLOW))
_NOTHING: Final[Mapping[Trait, str]] = MappingProxyType({})
Key = tuple[str, Trait]
"""A target and what is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """To be written. `known` is as it is now."""

    target: str
    trait: Trait
    origin: str
    probe: str
    at: datetime
    event: Event
    known: Known


@dataclass(slots=True)
class _Place:
    """A server, or whatever else stands for one."""

    origin: str
    watched: dict[str, _Watched] = field(default_factory=dict)
    restless: set[Key] = field(default_factory=set)
    """What is not calm."""


@dataclass(slots=True)
class _Watched:
    """What a probe saw last."""

    place: _Place
    traits: Mapping[Trait, str] = field(default_factory=lambda: _NOTHING)
    gave: frozenset[Trait] = frozenset()
    """What it ever saw."""
    at: datetime | None = None


class Memory:
    """Of all targets. *news* is called for each one."""

    def __init__(self, news: Callable[[News], None]) -> None:
        self._news = news
        self._watched: dict[str, _Watched] = {}
        self._places: dict[str, _Place] = {}
        self._known: dict[Key, Known] = {}
        self._unplaced = False

    def configure(self, probes: Iterable[Probe]) -> None:
        """What these do not ask is not remembered. Where little changed, it costs little."""
        wanted = {probe.id: origin_of(probe) for probe in probes if probe.fingerprint}
        watched = self._watched
        gone = {each: w.place for each, w in watched.items() if wanted.get(each) != w.place.origin}
        for probe_id, place in gone.items():
            del watched[probe_id], place.watched[probe_id]
        for probe_id, origin in wanted.items():
            if probe_id not in watched:
                self._join(probe_id, origin)
        for probe_id, place in gone.items():
            self._leave(probe_id, place)
        if self._unplaced:
            self._find_places()

    def _join(self, probe_id: str, origin: str) -> None:
        place = self._places.get(origin)
        if place is None:
            place = self._places[origin] = _Place(intern(origin))
        self._watched[probe_id] = place.watched[probe_id] = _Watched(place)

    def _leave(self, probe_id: str, place: _Place) -> None:
        for key in ((probe_id, trait) for trait in OF_THE_PROBE):
            place.restless.discard(key)
            self._settle(key)
        if not place.watched and self._places.get(place.origin) is place:
            del self._places[place.origin]
            for trait in Trait:
                self._settle((place.origin, trait))

    def _settle(self, key: Key) -> None:
        """Where it belongs by now, if anywhere."""
        known = self._known.get(key)
        place = self._place_of(key)
        if known is not None and place is None:
            del self._known[key]
        elif known is not None and place is not None and not known.calm:
            place.restless.add(key)

    def _find_places(self) -> None:
        for place in self._places.values():
            place.restless.clear()
        for key in list(self._known):
            self._settle(key)
        self._unplaced = False

    def _place_of(self, key: Key) -> _Place | None:
        if key[1] not in OF_THE_PROBE:
            return self._places.get(key[0])
        own = self._watched.get(key[0])
        return own.place if own is not None else None

    def knows(self, key: Key) -> bool:
        """Whether anything is known of it, which is so only while it is asked."""
        return key in self._known

    def take_up(self, known: Mapping[Key, Known]) -> None:
        """What was written before; to be followed by `configure`."""
        self._known = {(intern(target), trait): each for (target, trait), each in known.items()}
        self._unplaced = True

    def saw(self, run: Run) -> None:
        """Within microseconds, where it is as usual."""
        traits = run.result.facts.traits
        if not traits:
            return
        watched = self._watched.get(run.probe.id)
        if watched is None:
            return
        if watched.place.restless or watched.traits != traits:
            self._look(watched, run, traits)
        watched.at = run.started_at

    def announced(self, key: Key, became: str) -> Known | None:
        """That change was a deploy. What is known of it now, if anything new."""
        before = self._known.get(key)
        if before is None:
            return None
        known = self._known[key] = learning.announced(before, became, habit_of(key[1]))
        return known if known != before else None

    def evidence(self, key: Key, became: str) -> Evidence:
        """How sure it is by now that this is what it became."""
        place = self._place_of(key)
        asking = place.watched.items() if place is not None else ()
        ours = (w for probe, w in asking if key[1] not in OF_THE_PROBE or probe == key[0])
        newest = any(key[1] in w.gave and w.traits.get(key[1], "") == became for w in ours)
        return evidence_of(self._known.get(key), became, newest=newest)

    def _look(self, watched: _Watched, run: Run, traits: Mapping[Trait, str]) -> None:
        for trait in watched.gave | traits.keys():
            target = run.probe.id if trait in OF_THE_PROBE else watched.place.origin
            value = intern(traits.get(trait, "")[:VALUE_MAX])
            self._one(watched.place, (target, trait), run, value)
        watched.traits, watched.gave = traits, watched.gave | traits.keys()

    def _one(self, place: _Place, key: Key, run: Run, value: str) -> None:
        before = self._known.get(key, Known())
        seen = Seen(
            value=value,
            probe=run.probe.id,
            at=run.started_at,
            good=run.result.outcome in _GOOD,
            before_at=None if value in before.values else _last(place, key[1], before),
        )
        known, event = learning.step(before, seen, habit_of(key[1]))
        if known is before:
            return
        self._known[key] = known
        (place.restless.discard if known.calm else place.restless.add)(key)
        if event is not None:
            self._news(
                News(
                    target=key[0],
                    trait=key[1],
                    origin=place.origin,
                    probe=run.probe.id,
                    at=run.started_at,
                    event=event,
                    known=known,
                )
            )


def _last(place: _Place, trait: Trait, known: Known) -> datetime | None:
    """When any of them saw what is usual."""
    seen = (w.at for w in place.watched.values() if w.at and w.traits.get(trait) in known.values)
    return max(seen, default=None)
