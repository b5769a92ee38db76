"""The part that the daemon holds: nothing is imported or done until a collector is configured."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from monitor.config import Config
from monitor.config.model import Telemetry as Wanted
from monitor.log import get_logger
from monitor.runner import Run
from monitor.telemetry.spans import spans_of, wanted
from monitor.tracing import trace_id_of

if TYPE_CHECKING:
    from monitor.telemetry.otlp import Sink

LAST_WORDS: Final = timedelta(seconds=2)
"""For what still waits when the daemon ends."""

log = get_logger()


class Telemetry:
    """Give it every run with `saw`; close it at the end."""

    def __init__(self, instance: str, location: str, scrub: Callable[[str], str]) -> None:
        self._instance = instance
        self._location = location
        self._scrub = scrub
        self._wanted: tuple[Wanted, str] | None = None
        self._sink: Sink | None = None

    def configure(self, config: Config) -> None:
        """Imports, if there is a collector; the configuration saw to it that this can be done."""
        wanted = (config.telemetry, config.environment)
        if wanted == self._wanted:
            return
        if self._sink is not None:
            _in_the_background(self._sink.close)
        self._wanted = wanted
        self._sink = self._made(*wanted) if config.telemetry.otlp else None

    def saw(self, run: Run) -> None:
        """Returns at once, whatever the collector does."""
        if self._sink is None or self._wanted is None:
            return
        if wanted(run, self._wanted[0].sample):
            trace_id = trace_id_of(self._instance, run.probe.id, self._location, run.slot)
            self._sink.take(trace_id, spans_of(run, trace_id, self._location, self._scrub))

    async def aclose(self) -> None:
        """Waits two seconds at most for the collector to take what is left."""
        sink, self._sink = self._sink, None
        if sink is None:
            return
        done, loop = asyncio.Event(), asyncio.get_running_loop()

        def close() -> None:
            sink.close()
            with suppress(RuntimeError):  # nobody waits any more
                loop.call_soon_threadsafe(done.set)

        _in_the_background(close)
        try:
            async with asyncio.timeout(LAST_WORDS.total_seconds()):
                await done.wait()
        except TimeoutError:
            sink.give_up()
            log.warning("the last traces were not taken in time")

    def _made(self, wanted: Wanted, environment: str) -> Sink:
        from monitor.telemetry.otlp import Sink  # noqa: PLC0415 - an extra, and heavy

        about = {
            "service.name": "trueup",
            "service.version": version("trueup"),
            "service.instance.id": self._instance,
            "deployment.environment.name": environment,
        }
        return Sink(wanted.otlp, wanted.headers, about)


def _in_the_background(work: Callable[[], None]) -> None:
    """Beside the loop's own threads, which are waited for at the end, however long that takes."""
    threading.Thread(target=work, name="telemetry ends", daemon=True).start()
