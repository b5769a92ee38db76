"""Fetches what is due, a few at a time. What it does is in the store before and after, so that a
kill in between loses one fetch, says so, and fetches nothing twice.

An outage of a thousand probes asks for the same log a thousand times; it is fetched once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final

from monitor import parts
from monitor.captures.fetching import fetch
from monitor.captures.sharing import PACE, Key, Lately, Share, Sharing
from monitor.captures.sifting import Scrub
from monitor.captures.terms import Terms, told_apart_by
from monitor.channels import Outside
from monitor.clock import Clock
from monitor.config import Config
from monitor.config.changes import Capture, Changes
from monitor.log import get_logger
from monitor.store import Answers, StoreTrouble, Takes, captures
from monitor.store.captured import Fetched
from monitor.store.captures import Due

TOGETHER: Final = 4
FRESH: Final = timedelta(minutes=10)
"""What should have been fetched longer ago, while trueup was down, would tell of another time."""
LOOK_AGAIN: Final = timedelta(seconds=60)
AFTER_TROUBLE: Final = timedelta(seconds=5)
SOONEST: Final = timedelta(milliseconds=20)
WRITTEN_TOGETHER: Final = 50
"""Incidents that are amended in one transaction."""
GRACE: Final = timedelta(seconds=4)
"""For programs to be ended, at an end of the daemon."""
GONE: Final = "it is no longer configured"
ENOUGH: Final = "it was fetched often enough for other probes of the same outage"

log = get_logger()


class Capturing:
    """`wake` after anything that may have opened an incident."""

    def __init__(
        self,
        store: tuple[Takes, Answers],
        clock: Clock,
        outside: Outside,
        scrub: Scrub,
        told: Callable[[], None],
    ) -> None:
        """*told* is called after a commit that let letters go."""
        self._writer, self._reader = store
        self._clock = clock
        self._outside = outside
        self._scrub = scrub
        self._told = told
        self._changes = Changes()
        self._environment = ""
        self._woken = asyncio.Event()
        self._room = asyncio.Semaphore(TOGETHER)
        self._under_way: set[asyncio.Task[None]] = set()
        self._taken: set[int] = set()
        """Rows that a fetch of ours stands for, whatever the store says of them."""
        self._sharing = Sharing()
        self._holds: dict[int, tuple[float, float]] = {}
        """Of an incident, by the clock that never steps: when something of it was first found to be
        due, and until when its letters may wait.
        """

    def configure(self, config: Config) -> None:
        self._changes = config.changes
        self._environment = config.environment
        self._sharing.forget()  # there may be other secrets now
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    async def serve(self) -> None:
        """Until cancelled."""
        self._taken.clear()
        try:
            await self._settle_the_past()
            while True:
                self._woken.clear()
                pause = await self._look()
                await parts.rest(self._woken, pause)
                await asyncio.sleep(SOONEST.total_seconds())  # what comes together is one
        finally:
            for task in self._under_way:
                task.cancel()
            await parts.finish(self._under_way, GRACE)

    async def _look(self) -> timedelta:
        try:
            due = [each for each in await self._reader.ask(captures.due) if self._is_new(each)]
            waits = [await self._begin(key, group) for key, group in self._grouped(due).items()]
            pause = await self._keep_holds_short()
            return min(pause, PACE) if any(waits) else pause
        except StoreTrouble as trouble:
            log.error("cannot capture what is due", why=str(trouble))
        except Exception:
            log.exception("capturing stumbled and goes on")
        return AFTER_TROUBLE

    async def _settle_the_past(self) -> None:
        """Nothing is fetched before it is known what a daemon before this one had begun."""
        at = self._clock.now()
        lose = partial(captures.lose, at=at, planned_before=at - FRESH)
        while True:
            try:
                if lost := await self._writer.do(lose):
                    log.warning("captures were cut off by an end of trueup", captures=lost)
                    self._told()
            except StoreTrouble as trouble:
                log.error("cannot look for captures that were cut off", why=str(trouble))
                await asyncio.sleep(AFTER_TROUBLE.total_seconds())
            else:
                return

    def _is_new(self, due: Due) -> bool:
        return due.id not in self._taken

    def _grouped(self, due: Iterable[Due]) -> dict[Key, list[Due]]:
        groups: dict[Key, list[Due]] = {}
        for each in due:
            groups.setdefault(self._key(each), []).append(each)
        return groups

    def _key(self, due: Due) -> Key:
        capture = self._changes.captures.get(due.name)
        if capture is None:
            return (due.name,)
        written = (*capture.command, capture.file, capture.url)
        return (due.name, *told_apart_by(written, self._terms(due)))

    def _terms(self, due: Due) -> Terms:
        services = self._changes.services_of(due.probe)
        return Terms(
            since_at=due.since_at,
            until_at=self._clock.now(),
            service=services[0].id if services else "",
            probe=due.probe,
            environment=self._environment,
        )

    async def _begin(self, key: Key, group: Sequence[Due]) -> bool:
        """Whether some of them wait a moment for the next fetch."""
        now = self._clock.monotonic()
        self._hold(group, now)
        capture, lately = self._changes.captures.get(key[0]), self._sharing.known(key, now)
        if capture is None:
            await self._end(_ids(group), Fetched(why=GONE))
            return False
        if lately is not None:
            if lately.fetched is None:
                return False  # whoever fetches it finds them when it is there
            told = [each for each in group if lately.tells_of(each)]
            await self._end(_ids(told), lately.fetched)
            group = [each for each in group if each not in told]
            if not group or lately.is_just_now(now):
                return bool(group)
        if begun := self._sharing.begin(key, now):
            self._start((key, begun), capture, group)
        else:
            await self._end(_ids(group), Fetched(why=ENOUGH))
        return False

    def _start(self, share: Share, capture: Capture, group: Sequence[Due]) -> None:
        self._taken.update(_ids(group))
        name = f"capture {capture.id}"
        task = asyncio.create_task(self._guarded(share, capture, group), name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _guarded(self, share: Share, capture: Capture, group: Sequence[Due]) -> None:
        ids = _ids(group)
        try:
            async with self._room:
                await self._fetch(share[1], capture, group)
        except StoreTrouble as trouble:
            log.error("cannot begin to capture", name=capture.id, why=str(trouble))
            await asyncio.sleep(AFTER_TROUBLE.total_seconds())
        except Exception:
            log.exception("a capture stumbled", name=capture.id)
            with contextlib.suppress(StoreTrouble):
                await self._end(_ids(group), Fetched(why="our own trouble"))
        finally:
            self._taken.difference_update(ids)
            self._sharing.give_up(*share)
            self.wake()

    async def _fetch(self, share: Lately, capture: Capture, group: Sequence[Due]) -> None:
        work = partial(captures.take, ids=_ids(group), at=self._clock.now())
        taken = await self._writer.do(work)
        if not taken:
            return
        first = min(group, key=lambda each: each.since_at)
        terms = replace(self._terms(first), until_at=self._clock.now())
        share.at = terms.until_at
        fetched = await fetch(capture, terms, self._outside, self._scrub)
        share.fetched = fetched
        log.info("captured", name=capture.id, lines=fetched.lines, why=fetched.why)
        await self._until_written(taken, fetched)

    async def _until_written(self, ids: Sequence[int], fetched: Fetched) -> None:
        """A store that takes nothing for a while costs no evidence."""
        while True:
            try:
                return await self._end(ids, fetched)
            except StoreTrouble as trouble:
                log.error("what was captured waits for the store", why=str(trouble))
                await asyncio.sleep(AFTER_TROUBLE.total_seconds())

    async def _end(self, ids: Sequence[int], fetched: Fetched) -> None:
        """Raises StoreTrouble."""
        for place in range(0, len(ids), WRITTEN_TOGETHER):
            some = ids[place : place + WRITTEN_TOGETHER]
            at = self._clock.now()
            await self._writer.do(partial(captures.ended, ids=some, fetched=fetched, at=at))
            self._told()

    def _hold(self, group: Iterable[Due], now: float) -> None:
        for each in group:
            wait = (each.letters_wait_until - each.planned_at).total_seconds()
            found, until = self._holds.get(each.incident, (now, now))
            self._holds[each.incident] = (found, max(until, found + wait))

    async def _keep_holds_short(self) -> timedelta:
        """A wall clock that is set back makes no letter wait longer. Raises StoreTrouble."""
        now = self._clock.monotonic()
        over = [incident for incident, (_, until) in self._holds.items() if until <= now]
        if over:
            at = self._clock.now()
            if await self._reader.ask(partial(captures.any_held, incidents=over, at=at)):
                await self._writer.do(partial(captures.let_go, incidents=over, at=at))
                self._told()
            for incident in over:
                del self._holds[incident]
        first = min((until for _, until in self._holds.values()), default=now)
        return timedelta(seconds=first - now) if first > now else LOOK_AGAIN


def _ids(group: Iterable[Due]) -> list[int]:
    return [each.id for each in group]
