"""The only place that builds. Everything is handed what it needs, and registers its own undoing.

Stopping goes the other way round: start nothing more, let what runs be recorded, let what is in
hand be told, publish once more, close.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import server
from monitor.channels import reaching_out
from monitor.clock import Clock, SystemClock, to_us
from monitor.config import BadConfiguration, Config, Probe, Scrubber, load
from monitor.dispatch import Dispatch
from monitor.log import get_logger
from monitor.publish import Publisher
from monitor.recorder import Context, Recorder
from monitor.runner import Run, Runner
from monitor.schedule import Schedule
from monitor.store import Reader, StoreTrouble, Writer, records
from monitor.watching import Saved
from probes import Tools
from probes.browser import Browsers
from probes.wire import Wire

DRAIN: Final = timedelta(seconds=10)
ALIVE_EVERY: Final = timedelta(seconds=10)
RESTART_PAUSE: Final = timedelta(seconds=5)
DATABASE: Final = "trueup.db"
PUBLIC: Final = "public"
ARTEFACTS: Final = "artefacts"

log = get_logger()


class CannotStart(Exception):
    """The daemon cannot run here; the text says why and what to do."""


class Daemon:
    """One configured monitor. `run` returns when it was told to stop."""

    def __init__(self, path: Path, config: Config, clock: Clock | None = None) -> None:
        self._path = path
        self._config = config
        self._clock = clock or SystemClock()
        self._scrubber = Scrubber(config.secrets)
        self._saved = Saved(config.files, self.reload)
        self._stopping = asyncio.Event()
        self._reloading = asyncio.Event()

    def scrub(self, text: str) -> str:
        """Without any secret of the present configuration."""
        return self._scrubber.text(text)

    async def run(self) -> None:
        """Raises CannotStart before anything was begun, and nothing after."""
        async with AsyncExitStack() as stack:
            await self._build(stack)
            await self._apply(self._config)
            self._schedule.start()
            stack.push_async_callback(self._drain)
            self._listen_for_signals(stack)
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
        listener = _listen(self._config)
        try:
            self._writer = Writer(state / DATABASE)
        except StoreTrouble as trouble:
            raise CannotStart(str(trouble)) from trouble
        stack.callback(self._writer.close)
        reader = Reader(state / DATABASE)
        stack.callback(reader.close)
        self._instance = await self._writer.do(_instance)
        browsers = Browsers(executable=self._config.browser)
        stack.push_async_callback(browsers.close)
        tools = Tools(
            transport=Wire(now=self._clock.now), browsers=browsers, monotonic=self._clock.monotonic
        )
        stack.push_async_callback(tools.transport.aclose)
        outside = await stack.enter_async_context(reaching_out(self._clock))
        self._runner = Runner(tools, self._clock, self.scrub)
        self._dispatch = Dispatch((self._writer, reader), outside, self.scrub)
        self._publisher = Publisher(reader, self._clock, state / PUBLIC)
        self._schedule = Schedule(self._clock, self._act)
        context = Context(self._config, {}, self._instance)
        self._recorder = Recorder(self._writer, self._clock, state / ARTEFACTS, context)
        self._stack_background(stack, listener)

    def _stack_background(self, stack: AsyncExitStack, listener: Any) -> None:
        self._background(stack, self._publisher.serve, "publish")
        self._background(stack, self._stay_alive, "alive")
        self._background(stack, self._reload_when_asked, "reload")
        self._background(stack, self._saved.serve, "files")
        if listener is not None:
            app = server.application(self._config.state / PUBLIC)
            web = server.Server(app, listener)
            task = asyncio.create_task(web.serve(), name="server")
            stack.push_async_callback(web.stop, task)

    async def _act(self, probe: Probe, slot: datetime) -> None:
        run = await self._runner.run(probe, slot)
        events = await self._recorder.record(run)
        _tell(run)
        for event in events:
            log.warning("incident", became=type(event).__name__.lower(), probe=probe.id)
        if events:
            self._dispatch.wake()
        if events or probe.id not in self._seen:
            self._seen.add(probe.id)
            self._publisher.wake()

    async def _apply(self, config: Config) -> None:
        """Takes a configuration into use. What was given at the start stays until the next one."""
        old = self._config
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
        at = self._clock.now()
        keys = await self._writer.do(lambda db: records.sync_probes(db, rows, at))
        self._config, self._seen = config, set[str]()
        self._scrubber = Scrubber(old.secrets | config.secrets)
        self._recorder.context = Context(config, keys, self._instance)
        self._saved.configure(config.files)
        self._publisher.configure(config)
        await self._dispatch.configure(config.channels)
        self._schedule.configure(config.probes.values())

    async def _reload_when_asked(self) -> None:
        while True:
            await self._reloading.wait()
            self._reloading.clear()
            try:
                config = await asyncio.to_thread(load, self._path)
            except BadConfiguration as bad:
                said = [self.scrub(str(problem)) for problem in bad.problems]
                for line in said:
                    log.error("the new configuration is refused", problem=line)
                log.error("the old configuration stays in use", problems=len(said))
            else:
                said = []
                for name in _needs_restart(self._config, config):
                    log.warning("takes effect at the next start", key=name)
                await self._apply(config)
                log.info("the new configuration is in use", probes=len(config.probes))
            await self._writer.do(partial(records.set_meta, key="config_problems", value=said))

    async def _stay_alive(self) -> None:
        await self._writer.do(partial(records.set_meta, key="config_problems", value=[]))
        while True:
            alive = {"at": to_us(self._clock.now()), "pid": os.getpid()}
            await self._writer.do(partial(records.set_meta, key="alive", value=alive))
            await asyncio.sleep(ALIVE_EVERY.total_seconds())

    async def _drain(self) -> None:
        await self._schedule.drain(DRAIN)
        await self._dispatch.stop(DRAIN)
        with contextlib.suppress(OSError, StoreTrouble):
            await self._publisher.publish()
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
            stack.callback(loop.remove_signal_handler, number)

    def _background(
        self, stack: AsyncExitStack, serve: Callable[[], Coroutine[Any, Any, None]], name: str
    ) -> None:
        task = asyncio.create_task(_for_ever(serve, name), name=name)

        async def end() -> None:
            task.cancel()
            await asyncio.wait([task])

        stack.push_async_callback(end)


def _tell(run: Run) -> None:
    result = run.result
    said: dict[str, object] = {"took_ms": round(result.took / timedelta(milliseconds=1))}
    if result.reason:
        said["reason"] = result.reason.value
    if result.summary:
        said["summary"] = result.summary
    log.info("run", probe=run.probe.id, outcome=result.outcome.value, **said)


async def _for_ever(serve: Callable[[], Awaitable[None]], name: str) -> None:
    """A part that breaks is told of and started again; it never takes the daemon with it."""
    while True:
        try:
            await serve()
        except Exception:
            log.exception("a part of the daemon broke and is started again", part=name)
        await asyncio.sleep(RESTART_PAUSE.total_seconds())


@contextlib.contextmanager
def claim(state: Path) -> Any:
    """Makes the state folder this process's own. Raises CannotStart."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock: IO[str] = (state / "lock").open("w")
    except OSError as trouble:
        raise CannotStart(
            f"{state}: cannot be written ({trouble.strerror}); make it writable for this user, or"
            " choose another folder under [trueup] state"
        ) from trouble
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as trouble:
            raise CannotStart(
                f"{state}: another daemon is at work here; stop it first, or give this one a"
                " folder of its own under [trueup] state"
            ) from trouble
        yield


def _listen(config: Config) -> Any:
    if config.listen is None:
        return None
    try:
        return server.listen(*config.listen)
    except server.PortInUse as trouble:
        raise CannotStart(str(trouble)) from trouble


def _instance(db: Database) -> str:
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
