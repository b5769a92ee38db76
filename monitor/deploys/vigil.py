"""Looks closely after a deploy: the probes of its service are asked more often for a while, and an
incident of theirs opens at the first failing run.

What is watched follows from the deploys in the store, so a daemon that was ended in the middle of a
watch goes on with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Final

from monitor import parts
from monitor.clock import Clock
from monitor.config.changes import Service
from monitor.config.model import Config, Probe
from monitor.log import get_logger
from monitor.runner import Run
from monitor.store import Answers, StoreTrouble, deploys
from monitor.store.deploys import Deploy

LOOK_AGAIN: Final = timedelta(seconds=30)
AFTER_TROUBLE: Final = timedelta(seconds=5)
APART: Final = timedelta(milliseconds=100)
"""Between the first runs of two probes of a watch."""
SPREAD_MOST: Final = timedelta(seconds=2)
"""All of them have begun by then."""
AHEAD: Final = timedelta(minutes=1)
"""What lies further ahead was stamped by a clock that has been put right since."""
NOTHING: Final = timedelta()

Again = Callable[[str, timedelta], None]
"""Has a probe asked once more, after so long."""
Lately = Callable[[str, timedelta], bool]
"""Whether a run of a probe began within so long, or is under way."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Watch:
    """One probe, until an instant, so often."""

    until: datetime
    every: timedelta


class Vigil:
    """`strictly` every probe before its run, `saw` every run after it; `wake` after a deploy."""

    def __init__(self, store: Answers, clock: Clock, again: Again, lately: Lately) -> None:
        self._reader = store
        self._clock = clock
        self._again = again
        self._lately = lately
        self._config: Config | None = None
        self._watches: Mapping[str, Watch] = {}
        """By probe, because of deploys."""
        self._hurries: dict[str, Watch] = {}
        """By probe, because of what was done."""
        self._begun: frozenset[int] = frozenset()
        """The deploys whose probes were asked at once."""
        self._woken = asyncio.Event()

    def configure(self, config: Config) -> None:
        self._config = config
        self._hurries = {i: watch for i, watch in self._hurries.items() if i in config.probes}
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            pause = await self._look()
            await parts.rest(self._woken, pause)

    def strictly(self, probe: Probe) -> Probe:
        """As its run is to be judged: while its service is watched, one failing run is enough."""
        watch = self._watches.get(probe.id)
        if watch is None or self._clock.now() >= watch.until:
            return probe
        return replace(probe, policy=replace(probe.policy, at_once=True))

    def watched_until(self, probe_id: str) -> datetime | None:
        """When the watch over it ends; None when there is none."""
        ends = [watch.until for watch in self._of(probe_id)]
        return max(ends, default=None)

    def saw(self, run: Run) -> None:
        """Has it asked again while it is watched, no sooner than the run itself took."""
        every = min((watch.every for watch in self._of(run.probe.id)), default=None)
        if every is None or every >= run.probe.every:
            return
        self._again(run.probe.id, max(every - run.lasted, run.lasted))

    def hurry(self, probe_ids: Iterable[str], until: datetime, every: timedelta) -> None:
        """Has them asked now, and so often until then."""
        now = self._clock.now()
        self._hurries = {i: watch for i, watch in self._hurries.items() if watch.until > now}
        asked = dict.fromkeys(probe_ids, NOTHING)
        for probe in asked:
            known = self._hurries.get(probe)
            longest = until if known is None else max(until, known.until)
            self._hurries[probe] = Watch(longest, every)
        self._ask(asked)

    def _of(self, probe_id: str) -> Iterator[Watch]:
        now = self._clock.now()
        for watches in (self._watches, self._hurries):
            watch = watches.get(probe_id)
            if watch is not None and now < watch.until:
                yield watch

    async def _look(self) -> timedelta:
        """What is watched now; how long nothing changes in that unless somebody wakes us."""
        config = self._config
        if config is None:
            return LOOK_AGAIN
        try:
            await self._begin(config, await self._recent(config))
        except StoreTrouble as trouble:
            log.error("cannot read which deploys to look after", why=str(trouble))
            return AFTER_TROUBLE
        except Exception:
            log.exception("looking after deploys stumbled and goes on")
            return AFTER_TROUBLE
        return LOOK_AGAIN

    async def _recent(self, config: Config) -> Sequence[Deploy]:
        """Those that a watch may follow from. Raises StoreTrouble."""
        longest = max((s.watch_for for s in config.changes.services.values()), default=NOTHING)
        if longest <= NOTHING:
            return ()
        now = self._clock.now()
        question = partial(deploys.since, at=now - longest, until=now + AHEAD)
        found = await self._reader.ask(question)
        return [each for each in found if each.environment in {"", config.environment}]

    async def _begin(self, config: Config, recent: Sequence[Deploy]) -> None:
        now = self._clock.now()
        watches: dict[str, Watch] = {}
        new = dict[str, None]()
        under_way = set[int]()
        for service, made in _by_service(config, recent, now).items():
            ids = {deploy.id for deploy in made}
            watch = Watch(max(d.at for d in made) + service.watch_for, service.watch_every)
            probes = [probe for probe in service.probes if probe in config.probes]
            for probe in probes:
                watches[probe] = _both(watches.get(probe), watch)
            if not ids <= self._begun:
                new |= dict.fromkeys(probes)
            under_way |= ids
        pauses = {probe: self._pause(probe, watches[probe].every, now) for probe in new}
        self._watches, self._begun = watches, frozenset(under_way)
        if pauses:
            log.info("looking closely after a deploy", probes=len(pauses))
            self._ask(pauses)

    def _pause(self, probe: str, every: timedelta, now: datetime) -> timedelta:
        """Until it is asked because of a new deploy. Whoever is watched already and was asked just
        now is asked no more often because of many deploys than because of one.
        """
        watched = self._watches.get(probe)
        if watched is None or now >= watched.until or not self._lately(probe, every):
            return NOTHING
        return every

    def _ask(self, pauses: Mapping[str, timedelta]) -> None:
        """All of them at once, and yet one after the other."""
        apart = min(APART, SPREAD_MOST / max(len(pauses), 1))
        for number, (probe, pause) in enumerate(pauses.items()):
            self._again(probe, pause + apart * number)


def _by_service(
    config: Config, recent: Iterable[Deploy], now: datetime
) -> Mapping[Service, Sequence[Deploy]]:
    """Those that are watched still."""
    called = cache(config.changes.service)
    found: dict[Service, list[Deploy]] = {}
    for deploy in recent:
        service = called(deploy.service)
        if service is not None and deploy.at + service.watch_for > max(now, deploy.at):
            found.setdefault(service, []).append(deploy)
    return found


def _both(one: Watch | None, other: Watch) -> Watch:
    if one is None:
        return other
    return Watch(max(one.until, other.until), min(one.every, other.every))
