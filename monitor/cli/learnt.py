"""What `trueup learn` finds: the shapes of answers, from runs made now, and how much there usually
is, from the history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum, unique
from pathlib import Path

from monitor.baselines import Calendar, Early, Expected, early, expected, falls_of, weigher
from monitor.baselines.usual import ENOUGH, WEEKS
from monitor.cli.ground import err, interactive
from monitor.cli.runs import a_runner
from monitor.clock import SystemClock
from monitor.config import Config, Probe
from monitor.pins import (
    UNTOLD,
    CannotWrite,
    Difference,
    accepts,
    difference,
    emptied,
    is_good,
    pin_of,
    write,
)
from monitor.runner import Runner, Weigh
from monitor.slots import slot_at
from monitor.state import DATABASE
from monitor.store import StoreTrouble, views
from monitor.store.baselines import hours
from monitor.store.looking import looking
from probes import Outcome, Result
from probes.expect import Pin, Shape, pin_path, pin_text


@unique
class State(StrEnum):
    """What came of it."""

    LEARNED = "learned"
    SAME = "same"
    DIFFERS = "differs"
    REPLACED = "replaced"
    REFUSED = "refused"
    """The target is not well."""
    FAILED = "failed"
    """The trouble is ours."""


STATUS = {State.REFUSED: 1, State.DIFFERS: 1, State.FAILED: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of the shape that one probe expects."""

    state: State
    file: Path | None = None
    """None where only a baseline is kept."""
    shape: Shape | None = None
    difference: Difference | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Usual:
    """Of what one JSONPath of a probe selects; `expected` is None while it is being learned."""

    what: str
    known: Early
    expected: Expected | None
    in_vain: int = 0
    """How many good runs there were, when none of them found anything."""

    @property
    def selects_nothing(self) -> bool:
        return self.in_vain >= ENOUGH


def learns_shape(probe: Probe) -> bool:
    pin = pin_of(probe.settings)
    return pin is not None and pin.learns


async def study(
    config: Config, probes: Sequence[Probe], *, runs: int, again: bool
) -> dict[str, Found]:
    """Of those whose shape is learned, side by side; with *again* also whether those are well of
    which a baseline is kept. Writes the files that are to be written.
    """
    wanted = [p for p in probes if learns_shape(p) or (again and falls_of(p.settings))]
    if not wanted:
        return {}
    weigh = await weigher(config, SystemClock())
    weigh = _but_for_few(weigh) if weigh and again else weigh
    async with a_runner(config, weigh=weigh) as runner:
        found = await asyncio.gather(*(_study(runner, probe, runs) for probe in wanted))
    down = await asyncio.to_thread(_incidents, config) if again else {}
    settled = {}
    for probe, each in zip(wanted, found, strict=True):
        if isinstance(each, Found):
            settled[probe.id] = each
        elif learns_shape(probe):
            study = Study(each, again=again, incident=down.get(probe.id))
            settled[probe.id] = await asyncio.to_thread(_settle, probe, study)
    return settled


@dataclass(frozen=True, slots=True)
class Study:
    """What one probe was answered in good runs; `incident` is its open one, where that matters."""

    shapes: Sequence[Shape]
    again: bool
    incident: int | None


def _incidents(config: Config) -> dict[str, int]:
    """The open ones, by probe."""
    with suppress(StoreTrouble), looking(config.state / DATABASE) as db:
        known = views.incidents(db, since=SystemClock().now())
        return {each.probe: each.number for each in known if each.resolved_at is None}
    return {}


def _but_for_few(weigh: Weigh) -> Weigh:
    """Fewer than usual is a new beginning; nothing at all is an outage."""

    async def weighed(probe: Probe, result: Result, began: float) -> Result:
        emptied = any(count == 0 for count in result.facts.counts.values())
        return await weigh(probe, result, began) if emptied else result

    return weighed


def usual(config: Config, probe: Probe) -> list[Usual]:
    """As the history has it, at this hour."""
    at = SystemClock().now()
    calendar = Calendar(config.baselines.zone, config.baselines.holidays)
    found = []
    for what in falls_of(probe.settings):
        known = []
        with suppress(StoreTrouble), looking(config.state / DATABASE) as db:
            known = hours(db, probe.id, what, at - WEEKS - timedelta(days=1))
        in_vain = 0 if any(each.highest for each in known) else sum(each.runs for each in known)
        began = early(known, calendar)
        found.append(Usual(what, began, expected(known, at, calendar), in_vain))
    return found


async def _study(runner: Runner, probe: Probe, runs: int) -> Found | list[Shape]:
    """What *runs* were answered; or why nothing is learned from them."""
    shapes = list[Shape]()
    pupil = replace(probe, settings=probe.settings.learning() or probe.settings, confirm=())
    for number in range(1, runs + 1):
        slot = slot_at(probe.id, probe.every, SystemClock().now())
        result = (await runner.run(pupil, slot)).result
        shape = result.facts.shape
        if not is_good(result):
            state = State.FAILED if result.outcome is Outcome.ERROR else State.REFUSED
            said = result.summary or result.outcome.value
            why = f"run {number} of {runs} was not good: {said}"
            return Found(state=state, file=_file(probe), why=why)
        if shape is None and learns_shape(probe):
            return Found(
                state=State.FAILED,
                file=_file(probe),
                why=f"the answer has no shape to learn: {UNTOLD}",
            )
        shapes += [shape] if shape else []
        if interactive():
            err.print(f"{probe.id}: {number} of {runs} good runs", style="dim", highlight=False)
    return shapes


def _settle(probe: Probe, study: Study) -> Found:
    old, new, file = _pin(probe).shape, Shape.learned(study.shapes), _path(probe)
    differs = None if old is None else difference(old, new)
    if old is not None and not differs:
        return Found(state=State.SAME, file=file, shape=old)
    if old is not None and not study.again:
        if accepts(old, new) and not emptied(old, new):
            return Found(state=State.SAME, file=file, shape=old, difference=differs)
        return Found(state=State.DIFFERS, file=file, shape=new, difference=differs)
    if old is not None and (why := _why_kept(study, emptied(old, new))):
        return Found(state=State.REFUSED, file=file, shape=new, difference=differs, why=why)
    try:
        text = pin_text(new, learned_at=SystemClock().now(), runs=len(study.shapes))
        write(file, _pin(probe).folder, text)
    except CannotWrite as trouble:
        return Found(state=State.FAILED, file=file, shape=new, why=str(trouble))
    state = State.LEARNED if old is None else State.REPLACED
    return Found(state=state, file=file, shape=new, difference=differs)


def _why_kept(study: Study, empty: Sequence[str]) -> str:
    """An outage is no new beginning, even one that answers well."""
    if empty:
        return f"{', '.join(empty)} had entries and is empty now"
    return f"incident {study.incident} is still open" if study.incident else ""


def _pin(probe: Probe) -> Pin:
    pin = pin_of(probe.settings)
    assert pin is not None  # noqa: S101 - only those that learn a shape come here
    return pin


def _file(probe: Probe) -> Path | None:
    return _path(probe) if learns_shape(probe) else None


def _path(probe: Probe) -> Path:
    pin = _pin(probe)
    return pin.path or pin_path(pin.folder, probe.id)
