"""Fetches what is due, a few at a time. What it does is in the store before and after, so that a
kill in between loses one fetch, says so, and fetches nothing twice.

An outage of a thousand probes asks for the same log a thousand times; it is fetched once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from monitor import parts
from monitor.captures.fetching import fetch
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
SAME_WITHIN: Final = timedelta(seconds=30)
"""Incidents that opened in so short a time get what was fetched for the first of them."""
FRESH: Final = timedelta(minutes=10)
"""What should have been fetched longer ago, while trueup was down, would tell of another time."""
MOST_OF_ONE: Final = 12
"""Fetches of one capture in a minute, where it is another one for each probe."""
LOOK_AGAIN: Final = timedelta(seconds=60)
AFTER_TROUBLE: Final = timedelta(seconds=5)
SOONEST: Final = timedelta(milliseconds=20)
WRITTEN_TOGETHER: Final = 50
"""Incidents that are amended in one transaction."""
GRACE: Final = timedelta(seconds=4)
"""For programs to be ended, at an end of the daemon."""
GONE: Final = "it is no longer configured"
ENOUGH: Final = "it was fetched often enough for other probes of the same outage"

Key = tuple[str, ...]
"""The name of a capture, and what makes one fetch of it another one than the next."""

log = get_logger()


@dataclass(slots=True)
class _Lately:
    """A fetch of the last seconds, under way or over."""

    began: float
    fetched: Fetched | None = None


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
        self._lately: dict[Key, _Lately] = {}
        self._often: dict[str, deque[float]] = defaultdict(deque)
        self._holds: dict[int, tuple[float, float]] = {}
        """Of an incident, by the clock that never steps: when something of it was first found to be
        due, and until when its letters may wait.
        """

    def configure(self, config: Config) -> None:
        self._changes = config.changes
        self._environment = config.environment
        self._lately.clear()  # there may be other secrets now
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
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause.total_seconds()):
                        await self._woken.wait()
                await asyncio.sleep(SOONEST.total_seconds())  # what comes together is one
        finally:
            for task in self._under_way:
                task.cancel()
            await parts.finish(self._under_way, GRACE)

    async def _look(self) -> timedelta:
        try:
            due = [each for each in await self._reader.ask(captures.due) if self._is_new(each)]
            for key, group in self._grouped(due).items():
                await self._begin(key, group)
            return await self._keep_holds_short()
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

    async def _begin(self, key: Key, group: Sequence[Due]) -> None:
        now = self._clock.monotonic()
        self._hold(group, now)
        capture, lately = self._changes.captures.get(key[0]), self._known(key, now)
        if capture is None:
            await self._end([each.id for each in group], Fetched(why=GONE))
        elif lately is not None:
            if lately.fetched is not None:
                await self._end([each.id for each in group], lately.fetched)
            # else whoever fetches it finds them when it is there
        elif self._is_too_often(key[0], now):
            await self._end([each.id for each in group], Fetched(why=ENOUGH))
        else:
            self._lately[key] = _Lately(now)
            self._start(key, capture, group)

    def _known(self, key: Key, now: float) -> _Lately | None:
        for old in [k for k, v in self._lately.items() if self._is_over(v, now)]:
            del self._lately[old]
        return self._lately.get(key)

    def _is_over(self, lately: _Lately, now: float) -> bool:
        return lately.fetched is not None and now - lately.began > SAME_WITHIN.total_seconds()

    def _is_too_often(self, name: str, now: float) -> bool:
        times = self._often[name]
        while times and now - times[0] > 60:
            times.popleft()
        if len(times) >= MOST_OF_ONE:
            return True
        times.append(now)
        return False

    def _start(self, key: Key, capture: Capture, group: Sequence[Due]) -> None:
        self._taken.update(each.id for each in group)
        name = f"capture {capture.id}"
        task = asyncio.create_task(self._guarded(key, capture, group), name=name)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _guarded(self, key: Key, capture: Capture, group: Sequence[Due]) -> None:
        ids = [each.id for each in group]
        try:
            async with self._room:
                await self._fetch(key, capture, group)
        except StoreTrouble as trouble:
            log.error("cannot begin to capture", name=capture.id, why=str(trouble))
            await asyncio.sleep(AFTER_TROUBLE.total_seconds())
        except Exception:
            log.exception("a capture stumbled", name=capture.id)
            with contextlib.suppress(StoreTrouble):
                await self._end(ids, Fetched(why="our own trouble"))
        finally:
            self._taken.difference_update(ids)
            if (lately := self._lately.get(key)) and lately.fetched is None:
                del self._lately[key]
            self.wake()

    async def _fetch(self, key: Key, capture: Capture, group: Sequence[Due]) -> None:
        work = partial(captures.take, ids=[each.id for each in group], at=self._clock.now())
        taken = await self._writer.do(work)
        if not taken:
            return
        first = min(group, key=lambda each: each.since_at)
        terms = replace(self._terms(first), until_at=self._clock.now())
        fetched = await fetch(capture, terms, self._outside, self._scrub)
        if key in self._lately:
            self._lately[key].fetched = fetched
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
