"""The part of the daemon that learns what targets are, and looks after how they change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from monitor import parts
from monitor.clock import Clock
from monitor.config.model import Config
from monitor.context import Context
from monitor.fingerprints import reviving, telling, writing
from monitor.fingerprints.events import Again, Back, Changed, Learnt
from monitor.fingerprints.learning import WEEK, Known, State
from monitor.fingerprints.memory import Key, Memory, News
from monitor.fingerprints.telling import Looked
from monitor.log import get_logger
from monitor.runner import Run
from monitor.store import StoreTrouble, Takes, quiet_changes
from monitor.store import fingerprints as rows
from monitor.store.fingerprints import Change, Stands
from probes.traits import Trait

GATHER: Final = timedelta(seconds=1)
"""What several probes of one target see is looked at together."""
SOON: Final = timedelta(seconds=5)
"""While something is not settled."""
SELDOM: Final = timedelta(minutes=10)
AFTER_TROUBLE: Final = timedelta(seconds=15)
AT_ONCE: Final = 500
"""So much that was learned goes into one transaction."""
EVENTS_MOST: Final = 10_000
"""That many changes wait for a store that takes nothing; the oldest are lost beyond that."""
_NAMES: Final = frozenset(trait.value for trait in Trait)

log = get_logger()


class Fingerprints:
    """Learns what every target usually is, and tells when it is not and no deploy says why."""

    def __init__(
        self, writer: Takes, clock: Clock, context: Callable[[], Context], told: Callable[[], None]
    ) -> None:
        """*told* is called after a commit that put something into the outbox."""
        self._writer = writer
        self._clock = clock
        self._context = context
        self._told = told
        self._woken = asyncio.Event()
        self._memory = Memory(self._hear)
        self._config: Config | None = None
        self._ready = False
        self._events: list[News] = []
        self._learnt: dict[Key, News] = {}

    def configure(self, config: Config) -> None:
        """Before the store was read, it is only kept."""
        self._config = config
        if self._ready:
            self._memory.configure(config.probes.values())
        self.wake()

    def wake(self) -> None:
        self._woken.set()

    def saw(self, run: Run) -> None:
        """Returns at once, and costs next to nothing where all is as usual."""
        if self._ready:
            self._memory.saw(run)

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            self._woken.clear()
            pause = await self.look()
            await parts.rest(self._woken, pause)
            await asyncio.sleep(GATHER.total_seconds())

    async def look(self) -> timedelta:
        """Writes what is new, and looks after what is not settled; gives when to look again."""
        try:
            await self._take_up()
            await self._write()
            looked = await self._writer.do(
                partial(
                    telling.attend,
                    context=self._context(),
                    at=self._clock.now(),
                    evidence=lambda change: self._memory.evidence(_key(change), change.became),
                )
            )
        except StoreTrouble as trouble:
            log.error("cannot look after changes of targets", why=str(trouble))
            return AFTER_TROUBLE
        except Exception:
            log.exception("looking after changes of targets stumbled and goes on")
            return AFTER_TROUBLE
        return self._after(looked)

    def _after(self, looked: Looked) -> timedelta:
        for change in looked.announced:
            self._announced(change)
        if looked.told:
            self._told()
        return SOON if looked.waits else SELDOM

    def _announced(self, change: Change) -> None:
        known = self._memory.announced(_key(change), change.became)
        if known is not None:
            news = News(
                target=change.target,
                trait=Trait(change.name),
                origin=change.origin,
                probe=change.probe,
                at=self._clock.now(),
                event=Learnt(),
                known=known,
            )
            self._hear(news)

    def _hear(self, news: News) -> None:
        """What was found; a whole state takes the place of the one before it."""
        self._learnt[news.target, news.trait] = news
        if isinstance(news.event, Changed | Again | Back):
            self._events.append(news)
            del self._events[:-EVENTS_MOST]
        self.wake()

    async def _take_up(self) -> None:
        """What the daemon before this one knew."""
        if self._ready:
            return
        known = await self._read()
        config = self._config or self._context().config
        await asyncio.to_thread(self._place, known, config)
        gone = [key for key in known if not self._memory.knows(key)]
        for first in range(0, len(gone), AT_ONCE):
            await self._writer.do(partial(rows.forget, keys=gone[first : first + AT_ONCE]))
        if self._config is not None and self._config is not config:
            self._memory.configure(self._config.probes.values())
        self._ready = True

    async def _read(self) -> dict[Key, Known]:
        """Some at a time: what the first runs have to be written does not wait behind all of it."""
        found: dict[Key, Known] = {}
        last: dict[Key, Change] = {}
        at, after = self._clock.now(), ("", "")
        while some := await self._writer.do(partial(rows.pinned_after, after=after, most=AT_ONCE)):
            found |= {
                (p.target, Trait(p.name)): reviving.again(p, at) for p in some if p.name in _NAMES
            }
            after = some[-1].target, some[-1].name
        for change in await self._writer.do(partial(quiet_changes.lately_or_open, at=at - WEEK)):
            key = (change.target, Trait(change.name))
            if key in found and found[key].state is State.PINNED:
                found[key], last[key] = reviving.changed(found[key], change, at), change
        for key, change in last.items():
            if change.state is Stands.ANNOUNCED:
                found[key] = reviving.deployed(found[key], change, at)
        return found

    def _place(self, known: Mapping[Key, Known], config: Config) -> None:
        """In a thread: nobody asks the memory before it is ready."""
        self._memory.take_up(known)
        self._memory.configure(config.probes.values())

    async def _write(self) -> None:
        """What the store did not take waits, and is asked for again with the next look."""
        settings = self._context().config.fingerprint
        while self._learnt or self._events:
            events, self._events = self._events[:AT_ONCE], self._events[AT_ONCE:]
            learnt = self._together_with(events)
            work = partial(writing.write, events=events, learnt=learnt, settings=settings)
            try:
                await self._writer.do(work)
            except BaseException:
                self._events = events + self._events
                self._learnt = learnt | self._learnt
                raise

    def _together_with(self, events: Sequence[News]) -> dict[Key, News]:
        """What is known by now of what changed, and of some more; nothing before its change is
        written, or a daemon that is killed between the two would never tell of it.
        """
        first = [(each.target, each.trait) for each in events]
        later = {(each.target, each.trait) for each in self._events}
        keys = [*first, *(key for key in self._learnt if key not in later)][: 2 * AT_ONCE]
        return {key: self._learnt.pop(key) for key in dict.fromkeys(keys) if key in self._learnt}


def _key(change: Change) -> Key:
    return change.target, Trait(change.name)
