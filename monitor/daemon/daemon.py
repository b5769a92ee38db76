"""One daemon from its start to its end.

Stopping goes the other way round: start nothing more, let what runs be recorded, let what is due
be told, publish once more, close.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from monitor import parts
from monitor.clock import Clock, SystemClock
from monitor.config import BadConfiguration, Config, Probe, Scrubber, load
from monitor.context import Context
from monitor.daemon import crew, saying, thrift
from monitor.daemon.figures import Gauge
from monitor.daemon.signals import listen_for_signals
from monitor.incidents import Event
from monitor.links import Signer
from monitor.log import get_logger
from monitor.ourselves.soundness import Figures
from monitor.ourselves.systemd import Systemd
from monitor.runner import Run
from monitor.state import DATABASE, CannotStart, claim
from monitor.store import StoreTrouble, records, sync
from monitor.watching import Saved

DRAIN: Final = timedelta(seconds=10)
LAST_WORDS: Final = timedelta(seconds=5)  # for each of the last writes of a daemon that stops
JUST_NOW: Final = timedelta(seconds=5)
THREADS: Final = 32
"""For what blocks. Channels look their names up there, and a resolver that is silent must leave
some over; idle ones are used again before another is made.
"""
ALIVE_EVERY: Final = timedelta(seconds=10)

log = get_logger()


class Daemon:
    """One configured monitor. `run` returns when it was told to stop."""

    _crew: crew.Crew
    _signer: Signer
    _gauge: Gauge

    def __init__(self, path: Path, config: Config, clock: Clock | None = None) -> None:
        self._path = path
        self._config = config
        self._clock = clock or SystemClock()
        self._secrets = config.secrets
        self._scrubber = Scrubber(config.secrets)
        self._saved = Saved(config.files, self.reload, config.includes)
        self._systemd = Systemd(os.environ, self._clock.monotonic)
        self._unseen: set[str] = set()
        """Probes that the page shows and that have not run yet."""
        self._recovered = 0
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Event()

    def scrub(self, text: str) -> str:
        """Without any secret of the present configuration."""
        return self._scrubber.text(text)

    async def run(self) -> None:
        """Raises CannotStart before anything was begun, and nothing after."""
        thrift.share()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        async with AsyncExitStack() as stack:
            # First in, last out: a second signal changes nothing.
            listen_for_signals(stack, stop=self.stop, reload=self.reload)
            try:
                await self._build(stack)
                await self._apply(self._config)
            except StoreTrouble as trouble:
                raise CannotStart(str(trouble)) from trouble
            await self._start(stack)
            log.info(
                "watching",
                probes=len(self._config.probes),
                environment=self._config.environment,
                page=saying.address(self._config),
            )
            await self._stopping.wait()
            self._systemd.stopping()
            log.info("stopping: what is under way is finished first")
        log.info("stopped")

    def stop(self) -> None:
        self._stopping.set()

    def reload(self) -> None:
        self._reloading.set()

    async def _build(self, stack: AsyncExitStack) -> None:
        stack.enter_context(claim(self._config.state))
        hooks = crew.Hooks(
            scrub=self.scrub,
            secrets=lambda: self._secrets,
            act=self._act,
            reload=self.reload,
            after=self._after,
            undecided=self._ask_again,
            acted=self._acted,
            measure=self._measure,
            signer=lambda: self._signer,
        )
        self._crew = await crew.build(stack, self._config, self._clock, hooks)
        self._recovered = len(self._crew.writer.recoveries)
        self._gauge = Gauge(self._crew, self._clock)

    async def _start(self, stack: AsyncExitStack) -> None:
        own, inside = self._gauge.routes(), self._gauge.routes_inside()
        await crew.start(stack, self._crew, self._config, self._signer, own, inside)
        parts.background(stack, self._stay_alive, "alive")
        parts.background(stack, self._reload_when_asked, "reload")
        parts.background(stack, self._saved.serve, "files")
        parts.background(stack, partial(self._systemd.serve, self._gauge.pulse), "systemd")
        stack.push_async_callback(self._drain)
        thrift.settle()
        self._crew.schedule.start()
        self._systemd.ready()

    async def _measure(self) -> Figures:
        return await self._gauge.measure()

    async def _act(self, probe: Probe, slot: datetime) -> None:
        between = self._crew.schedule.is_between(probe.id)
        probe = self._crew.response.vigil.strictly(probe)
        run = await self._crew.runner.run(probe, slot, between=between)
        saying.tell(run)
        self._crew.selfwatch.saw(run)
        self._crew.metrics.saw(run)
        self._crew.keeper.keep(run)
        self._crew.telemetry.saw(run)
        self._crew.response.saw(run)

    def _acted(self) -> None:
        """Somebody did something about an incident, or had something forgotten."""
        self._crew.baselines.doubt()
        self._crew.dispatch.wake()
        self._crew.attending.wake()
        self._crew.response.wake()
        self._crew.press.publisher.wake()

    def _after(self, run: Run, events: Sequence[Event]) -> None:
        for event in events:
            log.warning("incident", became=type(event).__name__.lower(), probe=run.probe.id)
        if events:
            self._crew.dispatch.wake()
            self._crew.attending.wake()
            self._crew.response.wake()
            self._ask_needs(run.probe)
        if run.probe.id in self._crew.recorder.undecided:
            self._ask_again(run)
        if events or run.probe.id in self._unseen:
            self._unseen.discard(run.probe.id)
            self._crew.press.publisher.wake()

    def _ask_again(self, run: Run) -> None:
        """While nothing is decided, sooner than at the next slot; and whatever the probe needs, so
        that the cause is known before anybody is told of the effect.
        """
        probe, schedule = run.probe, self._crew.schedule
        again = probe.recheck or probe.every / 2
        schedule.again(probe.id, again - (self._clock.now() - run.started_at))
        self._ask_needs(probe)

    def _ask_needs(self, probe: Probe) -> None:
        for need in probe.routing.needs:
            if not self._crew.schedule.asked_within(need, JUST_NOW):
                self._crew.schedule.again(need, timedelta())

    async def _apply(self, config: Config) -> None:
        """Takes a configuration into use: first what can fail, then everything at once. What was
        given at the start stays until the next one. Raises StoreTrouble, with nothing changed.
        """
        old, built = self._config, self._crew
        config = replace(
            config,
            state=old.state,
            location=old.location,
            listen=old.listen,
            browser=old.browser,
        )
        rows = [
            records.ProbeRow(p.id, p.name, p.kind.name, p.renamed_from)
            for p in config.probes.values()
        ]
        work = partial(sync.sync, probes=rows, location=config.location, at=self._clock.now())
        known = await built.writer.do(work)
        self._config = config
        self._unseen = {p for component in config.components.values() for p in component.probes}
        self._secrets = old.secrets | config.secrets
        self._scrubber = Scrubber(self._secrets)
        self._signer = Signer(built.link_key, config.address)
        built.recorder.context = Context(config, known.keys, built.instance)
        built.schedule.configure(config.probes.values(), known.newest)
        self._saved.configure(config.files, config.includes)
        crew.configure(built, config)
        await self._prepare(config)
        await built.dispatch.configure(config.channels)
        built.attending.wake()
        self._forgive(old, config)

    async def _prepare(self, config: Config) -> None:
        by_kind: dict[str, list[Probe]] = defaultdict(list)
        for probe in config.probes.values():
            by_kind[probe.kind.name].append(probe)
        for probes in by_kind.values():
            if prepare := probes[0].kind.prepare:
                await prepare([probe.settings for probe in probes], self._crew.tools)

    def _forgive(self, old: Config, new: Config) -> None:
        """The trouble of a channel that is gone, or was set up differently, is over until it shows
        again.
        """
        mended = [i for i, channel in old.channels.items() if new.channels.get(i) != channel]
        gone = [i for i in self._crew.troubled_channels if i not in new.channels]
        for channel in {*mended, *gone}:
            self._crew.errands.run(self._crew.operator.ends(f"channel-{channel}"), "channel")
        kept = {place.id for place in new.places.values()}
        for place in set(self._crew.troubled_places) - kept:
            self._crew.errands.run(self._crew.operator.ends(f"publish-{place}"), "place")

    async def _reload_when_asked(self) -> None:
        while True:
            await self._reloading.wait()
            self._reloading.clear()
            self._systemd.reloading()
            try:
                problems = await self._reload()
                remember = partial(records.set_meta, key="config_problems", value=problems)
                await self._crew.writer.do(remember)
            except StoreTrouble as trouble:
                log.error("the store cannot take the new configuration yet", why=str(trouble))
                await asyncio.sleep(parts.RESTART_PAUSE.total_seconds())
                self._reloading.set()
            finally:
                self._systemd.ready()

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
        for name in saying.needs_restart(self._config, config):
            log.warning("takes effect at the next start", key=name)
        await self._apply(config)
        thrift.settle()
        log.info("the new configuration is in use", probes=len(config.probes))
        return []

    async def _stay_alive(self) -> None:
        database = self._config.state / DATABASE
        while True:
            if not database.exists():
                log.error("the database is gone from under us; restart the daemon", path=database)
            if len(self._crew.writer.recoveries) > self._recovered:  # another database than before
                self._recovered = len(self._crew.writer.recoveries)
                self.reload()
            alive = self._gauge.alive()
            with contextlib.suppress(StoreTrouble):  # the keeper of runs says so
                await self._crew.writer.do(partial(records.set_meta, key="alive", value=alive))
            await asyncio.sleep(ALIVE_EVERY.total_seconds())

    async def _drain(self) -> None:
        await self._crew.schedule.drain(DRAIN)
        await self._crew.keeper.drain(DRAIN)
        await self._crew.dispatch.stop(DRAIN)
        with contextlib.suppress(OSError, StoreTrouble, TimeoutError):
            async with asyncio.timeout(LAST_WORDS.total_seconds()):
                await self._crew.press.publisher.publish()
        await self._crew.press.placing.last(LAST_WORDS)
        with contextlib.suppress(StoreTrouble, TimeoutError):
            async with asyncio.timeout(LAST_WORDS.total_seconds()):
                await self._crew.writer.do(partial(records.set_meta, key="alive", value=None))
