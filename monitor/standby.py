"""Paging goes on while the store takes nothing: the same decisions, over a memory.

The memory begins as a copy of what is open, and is shown every run that waits for the store. Only
one outbox is ever delivered: the store's is held before the memory's begins, and goes on only once
what was told meanwhile is written into it, in one transaction, after the runs that led to it.
So nothing opens again what was closed at the far end, whichever of the two closed it, and what was
heard of from memory alone gets its end from the store. What a kill would leave open at the far end
is in a small file, written before it is told, and taken up at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import parts
from monitor.attending import Attending
from monitor.clock import Clock
from monitor.context import Context
from monitor.dispatch import Dispatch
from monitor.log import get_logger
from monitor.notices import Words
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import Answers, StoreTrouble, Takes, meanwhile, tail
from monitor.store.files import settle
from monitor.store.memory import Memory, forget_history

FILE: Final = "standby.json"
PATIENCE: Final = timedelta(seconds=3)
"""For what is under way when one takes over from the other, and for a disk that may hang."""
GLANCE: Final = timedelta(seconds=1)
SHOWN_MAX: Final = 20_000
RUNS_BETWEEN: Final = 1000
"""So many runs are remembered before their history is forgotten."""

log = get_logger()


@dataclass(slots=True)
class _Shadow:
    """Everything at work while the store is away. `since` is the last letter that both know."""

    memory: Memory
    recorder: Recorder
    dispatch: Dispatch
    attending: Attending
    news: asyncio.Event
    since: int
    shown: asyncio.Queue[Run] = field(default_factory=lambda: asyncio.Queue(SHOWN_MAX))
    written: str = ""
    complained: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Standby:
    """Decides and tells instead of the store. `begin`, `saw` every run that waits, `end`."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        store: tuple[Takes, Answers],
        context: Callable[[], Context],
        dispatch: tuple[Dispatch, Callable[[Memory], Dispatch]],
        *,
        undecided: Callable[[Run], None],
    ) -> None:
        """*dispatch* is the one that delivers for the store, and what makes one for a memory;
        *undecided* hears of runs that failed, and not often enough yet to say so.
        """
        self._folder = folder
        self._clock = clock
        self._writer, self._reader = store
        self._context = context
        self._dispatch, self._dispatch_of = dispatch
        self._undecided = undecided
        self._words: Words | None = None
        self._shadow: _Shadow | None = None

    @property
    def at_work(self) -> bool:
        return self._shadow is not None

    def speak(self, words: Words) -> None:
        """Takes over the words of notices; in use from the next beginning on."""
        self._words = words

    async def begin(self) -> None:
        """Nothing when it has begun."""
        if self._shadow is not None:
            return
        marks = await self._dispatch.hold(PATIENCE)
        try:
            shadow = await self._copied()
            for mark in marks:
                await shadow.memory.do(mark)
            await self._configure(shadow.dispatch)
        except BaseException:
            self._dispatch.release()
            raise
        self._shadow = shadow
        self._work(shadow)
        log.warning("deciding and telling go on from memory")

    def saw(self, run: Run) -> None:
        """Returns at once. Runs are shown in their order."""
        if self._shadow is None:
            return
        try:
            self._shadow.shown.put_nowait(replace(run, result=replace(run.result, artefacts=())))
        except asyncio.QueueFull:  # what it misses, the store decides and makes up for
            log.error("a run is not decided from memory: too many wait", probe=run.probe.id)

    async def end(self) -> None:
        """Nothing when it has not begun. To be called when the store has every run that was shown;
        raises StoreTrouble when it went away again, and goes on from memory then.
        """
        shadow = self._shadow
        if shadow is None:
            return
        await self._rest(shadow)
        try:
            told = await shadow.memory.do(partial(meanwhile.read, since=shadow.since))
            await self._write(told)
        except StoreTrouble:
            shadow.dispatch = self._dispatch_of(shadow.memory)
            await self._configure(shadow.dispatch)
            self._work(shadow)
            raise
        self._shadow = None
        shadow.memory.close()
        self._dispatch.release()
        log.info("deciding and telling are the store's again")

    async def leave(self) -> None:
        """At the end of the daemon, with the store still away: what was told stays in the file."""
        shadow, self._shadow = self._shadow, None
        if shadow is not None:
            await self._rest(shadow)
            await self._save(shadow)
            shadow.memory.close()

    async def take_up(self) -> None:
        """At the start: what the daemon before told from memory. Raises StoreTrouble."""
        path = self._folder / FILE
        if not path.exists():
            return
        try:
            told = json.loads(await asyncio.to_thread(path.read_text, encoding="utf-8"))
        except (OSError, ValueError) as trouble:
            log.error("what was told from memory cannot be read", why=str(trouble))
            self._set_aside()
        else:
            await self._write(told)

    async def _copied(self) -> _Shadow:
        context = _without_history(self._context())
        known = await self._known()
        memory = Memory(known)
        since = await memory.do(partial(_begin, context=context))
        news = asyncio.Event()
        return _Shadow(
            memory,
            Recorder(memory, self._clock, self._folder, context),
            self._dispatch_of(memory),
            Attending(memory, self._clock, lambda: _without_history(self._context()), news.set),
            news,
            since,
        )

    async def _configure(self, dispatch: Dispatch) -> None:
        if self._words is not None:
            dispatch.speak(self._words)
        await dispatch.configure(self._context().config.channels)

    async def _known(self) -> dict[str, list[dict[str, Any]]]:
        """From the database, or else from the file beside it, or else nothing."""
        question = partial(tail.read, at=self._clock.now(), all_health=True)
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                found = await self._reader.ask(question)
            return {name: rows for name, rows in found.items() if isinstance(rows, list)}
        except (StoreTrouble, TimeoutError):
            log.warning("the database cannot be read either; what is open comes from beside it")
        try:
            text = await asyncio.to_thread((self._folder / tail.NAME).read_text, encoding="utf-8")
            return tail.understood(text)[0]
        except (OSError, ValueError) as trouble:
            log.error("what is open is not known", why=str(trouble))
            return {}

    def _work(self, shadow: _Shadow) -> None:
        shadow.tasks = [
            asyncio.create_task(self._record(shadow), name="standby records"),
            asyncio.create_task(self._tell(shadow), name="standby tells"),
            asyncio.create_task(shadow.attending.serve(), name="standby attends"),
        ]

    async def _rest(self, shadow: _Shadow) -> None:
        """Decides nothing more, and lets what is due be tried once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE.total_seconds()):
                await shadow.shown.join()
        for task in shadow.tasks:
            task.cancel()
        await parts.finish(shadow.tasks, PATIENCE)
        await shadow.dispatch.stop(PATIENCE)

    async def _record(self, shadow: _Shadow) -> None:
        number = 0
        while True:
            run = await shadow.shown.get()
            try:
                for event in await shadow.recorder.record(run):
                    became = type(event).__name__.lower()
                    log.warning("incident, from memory", became=became, probe=run.probe.id)
                    shadow.news.set()
                    shadow.attending.wake()
                if run.probe.id in shadow.recorder.undecided:
                    self._undecided(run)
                number += 1
                if number % RUNS_BETWEEN == 0:
                    await shadow.memory.do(forget_history)
            except Exception:
                log.exception("a run could not be decided from memory", probe=run.probe.id)
            shadow.shown.task_done()

    async def _tell(self, shadow: _Shadow) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GLANCE.total_seconds()):
                    await shadow.news.wait()
            told = shadow.news.is_set()
            shadow.news.clear()
            await self._save(shadow)
            if told:
                shadow.dispatch.wake()

    async def _save(self, shadow: _Shadow) -> None:
        """A disk that is full or hangs must not keep anybody from being told."""
        try:
            told = json.dumps(await shadow.memory.do(partial(meanwhile.read, since=shadow.since)))
            if told != shadow.written:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    await asyncio.to_thread(_put, self._folder / FILE, told)
                shadow.written = told
        except (OSError, StoreTrouble) as trouble:  # a TimeoutError is an OSError
            if not shadow.complained:
                log.warning("what is told from memory is on no disk", why=str(trouble))
            shadow.complained = True

    async def _write(self, told: meanwhile.Parts) -> None:
        """Raises StoreTrouble. Whatever else happens, telling has to go on."""
        at, instance = self._clock.now(), self._context().instance
        try:
            await self._writer.do(partial(meanwhile.write, told=told, at=at, instance=instance))
        except StoreTrouble:
            raise
        except Exception:
            log.exception("what was told from memory could not be written down")
            self._set_aside()
        with contextlib.suppress(OSError):
            await asyncio.to_thread((self._folder / FILE).unlink, missing_ok=True)

    def _set_aside(self) -> None:
        """For whoever wants to see what it was."""
        with contextlib.suppress(OSError):
            (self._folder / FILE).replace(self._folder / f"{FILE}.unreadable")


def _without_history(context: Context) -> Context:
    """Nobody can tell from memory what is left of a budget, and what is fetched would be lost."""
    changes = replace(context.config.changes, objectives={}, captures={})
    return replace(context, config=replace(context.config, changes=changes))


def _begin(db: Database, context: Context) -> int:
    """Every probe is known; the number of the newest letter."""
    for probe, key in context.keys.items():
        db.execute(
            "INSERT OR IGNORE INTO probe (key, id, name, kind) VALUES (?, ?, ?, '')",
            (key, probe, probe),
        )
    return int(db.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()[0])


def _put(path: Path, text: str) -> None:
    written = path.with_name(path.name + ".new")
    written.write_text(text, encoding="utf-8")
    settle(written, path)
