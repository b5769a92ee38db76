"""Collects what good runs were answered, and writes it down once there are enough of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from monitor.clock import Clock
from monitor.config.model import Config, Probe
from monitor.log import get_logger
from monitor.pins.difference import undescribed
from monitor.pins.writing import CannotWrite, write
from monitor.runner import Run
from probes import Outcome, Result, Settings
from probes.expect import Pin, Shape, pin_path, pin_text

GOOD_RUNS: Final = 3
"""In a row; of less nobody can say what is usual."""
AGAIN: Final = timedelta(hours=1)
"""After a file that could not be written."""
GATHER: Final = timedelta(seconds=1)
"""Those that are ready at about the same time cost one reload."""
UNTOLD: Final = "a secret is among its keys, or there was no time left to look it through"
_LISTED: Final = 20

log = get_logger()


@dataclass(slots=True)
class _Pupil:
    """A probe that learns, and what was collected of it."""

    probe: Probe
    pin: Pin
    shapes: list[Shape] = field(default_factory=list)
    not_well: bool = False
    """That nothing is learned from it was said."""
    untold: bool = False
    """That there was nothing to learn was said."""
    refused: str = ""
    """Why its file could not be written, as it was said."""
    not_before: float = 0.0
    """By the monotonic clock."""


class Pins:
    """Writes the pins of those that learn and have none. *reload* takes them into use."""

    def __init__(self, clock: Clock, reload: Callable[[], None]) -> None:
        self._clock = clock
        self._reload = reload
        self._pupils: dict[str, _Pupil] = {}
        self._due = asyncio.Event()

    def configure(self, config: Config) -> None:
        """What was collected stays, unless another question is asked now."""
        old, self._pupils = self._pupils, {}
        for probe in config.probes.values():
            pin = pin_of(probe.settings)
            if pin is None or not pin.learns or pin.shape is not None:
                continue
            known = old.get(probe.id)
            same = known is not None and known.probe.settings == probe.settings
            self._pupils[probe.id] = known if known and same else _Pupil(probe, pin)

    def saw(self, run: Run) -> None:
        """Returns at once; a file is written beside."""
        pupil = self._pupils.get(run.probe.id)
        if pupil is None or run.between or run.result.outcome is Outcome.ERROR:
            return
        shape = run.result.facts.shape
        if not is_good(run.result):
            self._not_well(pupil, run.result)
            return
        if shape is None:
            self._untold(pupil, run)
            return
        pupil.not_well = False
        pupil.shapes = [*pupil.shapes, shape][-GOOD_RUNS:]
        if len(pupil.shapes) < GOOD_RUNS:
            of = f"{len(pupil.shapes)} of {GOOD_RUNS}"
            log.info("the shape of an answer is being learned", probe=run.probe.id, good_runs=of)
        elif self._clock.monotonic() >= pupil.not_before:
            self._due.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            await self._due.wait()
            await asyncio.sleep(GATHER.total_seconds())
            self._due.clear()
            await self.write()

    async def write(self) -> None:
        """Whatever there is enough of."""
        wrote = False
        for pupil in list(self._pupils.values()):
            ready = len(pupil.shapes) >= GOOD_RUNS
            if ready and self._clock.monotonic() >= pupil.not_before:
                wrote |= await self._write(pupil)
        if wrote:
            self._reload()

    async def _write(self, pupil: _Pupil) -> bool:
        """Whether there is a file now that the configuration did not know."""
        path = pupil.pin.path or pin_path(pupil.pin.folder, pupil.probe.id)
        shape, runs = Shape.learned(pupil.shapes), len(pupil.shapes)
        text = pin_text(shape, learned_at=self._clock.now(), runs=runs)
        pupil.not_before = self._clock.monotonic() + AGAIN.total_seconds()
        try:
            if await asyncio.to_thread(path.exists):  # somebody was faster
                return True
            await asyncio.to_thread(write, path, pupil.pin.folder, text)
        except (CannotWrite, OSError) as trouble:
            if pupil.refused != str(trouble):
                pupil.refused = str(trouble)
                log.warning("what was learned is not written down", why=str(trouble))
            return False
        log.info(
            "the shape of an answer was learned; review and commit the file",
            probe=pupil.probe.id,
            file=str(path),
            fields=len(shape.fields),
            varies=", ".join(shape.varies[:_LISTED]),
            empty=", ".join(undescribed(shape)[:_LISTED]),
        )
        return True

    def _untold(self, pupil: _Pupil, run: Run) -> None:
        pin = pin_of(run.probe.settings)
        if pin is None or pin.shape is not None or pupil.untold:
            return  # it began before anything was to be learned
        pupil.untold = True
        log.warning("the shape of an answer cannot be learned", probe=run.probe.id, why=UNTOLD)

    def _not_well(self, pupil: _Pupil, result: Result) -> None:
        pupil.shapes = []
        if not pupil.not_well:
            pupil.not_well = True
            said = result.summary or result.outcome.value
            log.warning("nothing is learned from a bad run", probe=pupil.probe.id, found=said)


def is_good(result: Result) -> bool:
    """Good enough to learn from: as it should be, and at the first try."""
    return result.outcome is Outcome.PASS and result.tries == 1


def pin_of(settings: Settings) -> Pin | None:
    """Where the shape of an answer stands, if its probe expects one."""
    expect: Any = getattr(settings, "expect", None)
    pin = getattr(expect, "shape", None)
    return pin if isinstance(pin, Pin) else None
