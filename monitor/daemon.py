"""The only place that builds. Everything is handed what it needs, and registers its own undoing.

Stopping goes the other way round: start nothing more, let what runs be recorded, let what is due
be told, publish once more, close.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import parts, server
from monitor.channels import reaching_out
from monitor.clock import Clock, SystemClock, to_us
from monitor.config import BadConfiguration, Config, Probe, Scrubber, load
from monitor.dispatch import Dispatch
from monitor.incidents import Event
from monitor.keeping import Keeper
from monitor.log import get_logger
from monitor.publish import Publisher
from monitor.recorder import Context, Recorder
from monitor.runner import Run, Runner
from monitor.schedule import Schedule
from monitor.state import ARTEFACTS, DATABASE, PUBLIC, CannotStart, claim
from monitor.store import Reader, StoreTrouble, Writer, records, sync
from monitor.watching import Saved
from probes import Tools
from probes.browser import Browsers
from probes.wire import Wire

DRAIN: Final = timedelta(seconds=10)
LAST_WORDS: Final = timedelta(seconds=5)  # for each of the last writes of a daemon that stops
ALIVE_EVERY: Final = timedelta(seconds=10)

log = get_logger()


class Daemon:
    """One configured monitor. `run` returns when it was told to stop."""

    def __init__(self, path: Path, config: Config, clock: Clock | None = None) -> None:
        self._path = path
        self._config = config
        self._clock = clock or SystemClock()
        self._scrubber = Scrubber(config.secrets)
        self._saved = Saved(config.files, self.reload, config.includes)
        self._seen: set[str] = set()
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Event()

    def scrub(self, text: str) -> str:
        """Without any secret of the present configuration."""
        return self._scrubber.text(text)

    async def run(self) -> None:
        """Raises CannotStart before anything was begun, and nothing after."""
        async with AsyncExitStack() as stack:
            self._listen_for_signals(stack)  # first in, last out: a second signal changes nothing
            try:
                await self._build(stack)
                await self._apply(self._config)
            except StoreTrouble as trouble:
                raise CannotStart(str(trouble)) from trouble
            self._start_parts(stack)
            stack.push_async_callback(self._drain)
            self._schedule.start()
            log.info(
                "watching",
                probes=len(self._config.probes),
                environment=self._config.environment,
                page=_address(self._config),
            )
            await self._stopping.wait()
            log.info("stopping: what is under way is finished first")
        log.info("stopped")

    def stop(self) -> None:
        self._stopping.set()

    def reload(self) -> None:
        self._reloading.set()

    async def _build(self, stack: AsyncExitStack) -> None:
        state = self._config.state
        stack.enter_context(claim(state))
        self._listener = _listen(self._config)
        self._writer = Writer(state / DATABASE)
        stack.callback(self._writer.close)
        reader = Reader(state / DATABASE)
        stack.callback(reader.close)
        self._instance = await self._writer.do(_instance)
        browsers = Browsers(executable=self._config.browser)
        stack.push_async_callback(browsers.close)
        tools = Tools(
            transport=Wire(now=self._clock.now),
            browsers=browsers,
            monotonic=self._clock.monotonic,
        )
        stack.push_async_callback(tools.transport.aclose)
        outside = await stack.enter_async_context(reaching_out(self._clock))
        self._runner = Runner(tools, self._clock, self.scrub)
        self._dispatch = Dispatch((self._writer, reader), outside, self.scrub)
        self._publisher = Publisher(reader, self._clock, state / PUBLIC)
        self._schedule = Schedule(self._clock, self._act)
        context = Context(self._config, {}, self._instance)
        self._recorder = Recorder(self._writer, self._clock, state / ARTEFACTS, context)
        self._keeper = Keeper(self._recorder, self._after)

    def _start_parts(self, stack: AsyncExitStack) -> None:
        parts.background(stack, self._publisher.serve, "publish")
        parts.background(stack, self._stay_alive, "alive")
        parts.background(stack, self._reload_when_asked, "reload")
        parts.background(stack, self._saved.serve, "files")
        if self._listener is not None:
            app = server.application(self._config.state / PUBLIC)
            web = server.Server(app, self._listener)
            task = asyncio.create_task(parts.once(web.serve(), "page server"))
            stack.push_async_callback(web.stop, task)

    async def _act(self, probe: Probe, slot: datetime) -> None:
        run = await self._runner.run(probe, slot)
        _tell(run)
        self._keeper.keep(run)

    def _after(self, run: Run, events: Sequence[Event]) -> None:
        for event in events:
            log.warning("incident", became=type(event).__name__.lower(), probe=run.probe.id)
        if events:
            self._dispatch.wake()
        if events or run.probe.id not in self._seen:
            self._seen.add(run.probe.id)
            self._publisher.wake()

    async def _apply(self, config: Config) -> None:
        """Takes a configuration into use: first what can fail, then everything at once. What was
        given at the start stays until the next one. Raises StoreTrouble, with nothing changed.
        """
        old = self._config
        config = replace(
            config,
            state=old.state,
            location=old.location,
            listen=old.listen,
            browser=old.browser,
        )
        known = await self._writer.do(
            partial(
                sync.sync,
                probes=[
                    records.ProbeRow(p.id, p.name, p.kind.name, p.renamed_from)
                    for p in config.probes.values()
                ],
                location=config.location,
                at=self._clock.now(),
            )
        )
        self._config, self._seen = config, set()
        self._scrubber = Scrubber(old.secrets | config.secrets)
        self._recorder.context = Context(config, known.keys, self._instance)
        self._schedule.configure(config.probes.values(), known.newest)
        self._saved.configure(config.files, config.includes)
        self._publisher.configure(config)
        await self._dispatch.configure(config.channels)

    async def _reload_when_asked(self) -> None:
        while True:
            await self._reloading.wait()
            self._reloading.clear()
            try:
                problems = await self._reload()
                remember = partial(records.set_meta, key="config_problems", value=problems)
                await self._writer.do(remember)
            except StoreTrouble as trouble:
                log.error("the store cannot take the new configuration yet", why=str(trouble))
                await asyncio.sleep(parts.RESTART_PAUSE.total_seconds())
                self._reloading.set()

    async def _reload(self) -> list[str]:
        """Gives the problems, if the file had any."""
        try:
            config = await asyncio.to_thread(load, self._path)
        except BadConfiguration as bad:
            self._saved.also(bad.files, bad.includes)
            said = [self.scrub(str(problem)) for problem in bad.problems]
            for line in said:
                log.error("the new configuration is refused", problem=line)
            log.error("the old configuration stays in use", problems=len(said))
            return said
        for name in _needs_restart(self._config, config):
            log.warning("takes effect at the next start", key=name)
        await self._apply(config)
        log.info("the new configuration is in use", probes=len(config.probes))
        return []

    async def _stay_alive(self) -> None:
        database = self._config.state / DATABASE
        while True:
            if not database.exists():
                log.error("the database is gone from under us; restart the daemon", path=database)
            alive = {"at": to_us(self._clock.now()), "pid": os.getpid()}
            await self._writer.do(partial(records.set_meta, key="alive", value=alive))
            await asyncio.sleep(ALIVE_EVERY.total_seconds())

    async def _drain(self) -> None:
        await self._schedule.drain(DRAIN)
        await self._keeper.drain(DRAIN)
        await self._dispatch.stop(DRAIN)
        with contextlib.suppress(OSError, StoreTrouble, TimeoutError):
            async with asyncio.timeout(LAST_WORDS.total_seconds()):
                await self._publisher.publish()
        with contextlib.suppress(StoreTrouble, TimeoutError):
            async with asyncio.timeout(LAST_WORDS.total_seconds()):
                await self._writer.do(partial(records.set_meta, key="alive", value=None))

    def _listen_for_signals(self, stack: AsyncExitStack) -> None:
        loop = asyncio.get_running_loop()
        wanted: dict[int, Callable[[], None]] = {
            signal.SIGTERM: self.stop,
            signal.SIGINT: self.stop,
            signal.SIGHUP: self.reload,
        }
        for number, act in wanted.items():
            loop.add_signal_handler(number, act)
            stack.callback(signal.signal, number, signal.SIG_IGN)  # the end is near anyway
            stack.callback(loop.remove_signal_handler, number)


def _tell(run: Run) -> None:
    result = run.result
    said: dict[str, object] = {"took_ms": round(result.took / timedelta(milliseconds=1))}
    if result.reason:
        said["reason"] = result.reason.value
    if result.summary:
        said["summary"] = result.summary
    log.info("run", probe=run.probe.id, outcome=result.outcome.value, **said)


def _listen(config: Config) -> socket.socket | None:
    if config.listen is None:
        return None
    try:
        return server.listen(*config.listen)
    except server.PortInUse as trouble:
        raise CannotStart(str(trouble)) from trouble


def _instance(db: Database) -> str:
    records.set_meta(db, "config_problems", [])
    known = records.get_meta(db, "instance")
    if known is None:
        known = secrets.token_hex(16)
        records.set_meta(db, "instance", known)
    return str(known)


def _address(config: Config) -> str | None:
    return f"http://{config.listen[0]}:{config.listen[1]}/" if config.listen else None


def _needs_restart(old: Config, new: Config) -> list[str]:
    names = ("state", "location", "listen", "browser")
    return [name for name in names if getattr(old, name) != getattr(new, name)]
