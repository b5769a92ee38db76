"""Makes the runs. What goes through our own transport is asked once and then replayed through
every fault; what goes through a browser is travelled once for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from monitor.blindspots.cells import (
    NOTICED,
    Cell,
    Matrix,
    Row,
    Trial,
    Verdict,
    is_near,
    judged,
    shorter,
)
from monitor.blindspots.columns import OF_CERTIFICATES, Column, is_noted_for, reaches
from monitor.blindspots.hearing import Heard, Nobody, Plan
from monitor.blindspots.known import Known, aimed, mutants_of
from monitor.blindspots.ordinary import AsRecorded, Quiet, ReadOnly, as_wire
from monitor.blindspots.pace import Pace
from monitor.clock import Clock
from monitor.config import Probe
from monitor.log import get_logger
from monitor.runner import Runner
from probes import Outcome, Reason, Result, Tools
from probes.browser.slots import slots_here
from probes.injection import FAULTS, Fault
from probes.injection.replaying import Recorder, Replayer

NEVER: Final = 'blindspots = "never"'
_LATE: Final = frozenset((Reason.STEP_TIMEOUT, Reason.TIMEOUT))

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is put between, and how often a target is asked."""

    faults: tuple[Fault, ...] = FAULTS
    per_minute: int = 20
    side_by_side: int = field(default_factory=slots_here)


class Seeking:
    """Used once. *runner_of* makes a runner that lends those tools."""

    def __init__(
        self,
        tools: Tools,
        runner_of: Callable[[Tools], Runner],
        clock: Clock,
        terms: Terms,
        heard: Heard | None = None,
    ) -> None:
        self._tools = tools
        self._runner_of = runner_of
        self._clock = clock
        self._terms = terms
        self._heard = heard or Nobody()
        self._pace = Pace(terms.per_minute)
        self._places = asyncio.Semaphore(terms.side_by_side)
        self._columns: dict[str, Column] = {}
        self._began = clock.monotonic()
        self.known: dict[str, Known] = {}
        """What was asked through our own transport, by the ids of probes."""

    @property
    def now(self) -> datetime:
        return self._clock.now()

    def matrix(self, *, complete: bool) -> Matrix:
        """As far as it is known."""
        lasted = timedelta(seconds=self._clock.monotonic() - self._began)
        rows = tuple(column.row for column in self._columns.values())
        return Matrix(faults=self._terms.faults, rows=rows, lasted=lasted, complete=complete)

    async def seek(self, probes: Sequence[Probe]) -> Matrix:
        """All of them side by side, as far as there is room for that."""
        self._columns = {each.id: Column(each, Row(probe=each.id)) for each in probes}
        for each in probes:
            self._plan(self._columns[each.id], more=self._columns[each.id].more(self._terms.faults))
        self._heard.begins(self._terms.per_minute)
        async with asyncio.TaskGroup() as group:
            for column in self._columns.values():
                group.create_task(self._try(column))
        return self.matrix(complete=True)

    def _plan(self, column: Column, more: int = 0) -> None:
        faults = self._terms.faults
        runs = column.runs(faults)
        plan = Plan(len(faults), runs, column.target, more, column.took)
        self._heard.planned(column.probe.id, plan)

    async def _try(self, column: Column) -> None:
        column.began = self._clock.monotonic()
        if column.probe.blindspots == "never":
            for fault in self._terms.faults:
                self._note(column, _untried(fault, NEVER))
            return
        if await self._passes(column):
            for fault in self._terms.faults:
                await self._cell(column, fault)
        column.answers = ()
        lasted = timedelta(seconds=self._clock.monotonic() - column.began)
        column.row = replace(column.row, lasted=lasted)

    async def _passes(self, column: Column) -> bool:
        """Whether it passes as it is; else nothing can be said of it."""
        self._heard.trying(column.probe.id, "")
        only = ReadOnly(as_wire(self._tools.transport))
        recorder = Recorder(as_wire(self._tools.transport if column.writes else only))
        tools = replace(
            self._tools,
            transport=as_wire(recorder),
            writes=column.writes,
            notes=is_noted_for(self._terms.faults),
        )
        result, _ = await self._ordinary(column, tools)
        if tools.notes and result.reason in _LATE and not recorder.recorded:
            # a browser that reads answers which have no end keeps its journey waiting
            result, _ = await self._ordinary(column, replace(tools, notes=False))
        if recorder.recorded or only.held_back:
            column.recorder = recorder
            self.known[column.probe.id] = Known(recorder, result)
        elif column.probe.id in self._columns:  # now it is known what there is to break
            await column.take(result.facts.answers, self._terms.faults)
            column.took = result.took
            self._plan(column)
        if result.outcome is Outcome.PASS or _held_back(result, only):
            return True
        said = result.summary or (result.reason or result.outcome).value
        column.row = replace(column.row, trouble=f"does not pass as it is: {said}")
        return False

    async def _cell(self, column: Column, fault: Fault) -> None:
        self._heard.trying(column.probe.id, fault.name)
        try:
            trials = await self._trials(column, fault)
        except Exception as crash:  # one fault of ours is no reason to lose all the others
            log.exception("trial crashed", probe=column.probe.id, fault=fault.name)
            said = f"{type(crash).__name__}: {crash}"
            trials = (Trial(fault=fault, verdict=Verdict.ERROR, said=said, ran=0),)
        self._note(column, Cell(fault, trials))

    async def _trials(self, column: Column, fault: Fault) -> tuple[Trial, ...]:
        if column.recorder is not None:
            return await self._replayed(column, column.recorder, fault)
        if fault.name == OF_CERTIFICATES and not column.secure:
            return (_untouched(fault, "no certificate"),)
        whole = await self._travelled(column, fault)
        fields = column.tried_alone(fault) if whole.verdict in NOTICED else []
        if not fields:
            return (whole,)
        first, *further = [await self._travelled(column, each) for each in fields]
        return (replace(first, ran=first.ran + whole.ran), *further, *column.beyond(fault))

    def _note(self, column: Column, cell: Cell) -> None:
        if cell.fault.name in column.probe.blindspots_accept:
            cell = cell.accepting()
        column.row.cells[cell.fault.name] = cell
        self._heard.tried(column.probe.id, cell)

    async def _replayed(
        self, column: Column, recorder: Recorder, fault: Fault
    ) -> tuple[Trial, ...]:
        faults = mutants_of(recorder, fault)
        if not faults:
            return (_untouched(fault, "nothing to break"),)
        return tuple([await self.replay(column.probe, recorder, each) for each in faults])

    async def replay(self, probe: Probe, recorder: Recorder, fault: Fault) -> Trial:
        """What that probe makes of the recording, broken that way. Nobody is asked for it."""
        replayer = Replayer(recorder.recorded, aimed(fault, probe.settings))
        tools = replace(self._tools, transport=as_wire(replayer), monotonic=replayer.monotonic)
        quiet = Quiet(probe)
        run = await self._runner_of(tools).run(quiet.asked, self._clock.now())
        facts = replace(run.result.facts, touched=replayer.touched, added=replayer.added)
        held_back = not recorder.recorded and quiet.last is not None
        return judged(fault, replace(run.result, facts=facts), held_back)

    async def passes(self, probe: Probe, recorder: Recorder) -> bool:
        """Whether it passes with what was recorded, as it was."""
        tools = replace(self._tools, transport=as_wire(AsRecorded(recorder.recorded)))
        run = await self._runner_of(tools).run(Quiet(probe).asked, self._clock.now())
        return run.result.outcome is Outcome.PASS

    async def look(self, probe: Probe) -> Known | None:
        """One ordinary run of a probe that was not asked for; None unless it passes."""
        column = Column(probe, Row(probe=probe.id))
        return self.known.get(probe.id) if await self._passes(column) else None

    async def notices(self, probe: Probe, fault: Fault) -> bool:
        """Whether it comes through as it is, and not through that fault: two ordinary runs."""
        column = Column(probe, Row(probe=probe.id))
        plain, _ = await self._ordinary(column, replace(self._tools, writes=column.writes))
        if plain.outcome is not Outcome.PASS:
            return False
        return (await self._travelled(column, fault)).verdict in NOTICED

    async def _travelled(self, column: Column, fault: Fault) -> Trial:
        tools = replace(self._tools, fault=column.armed(fault), writes=column.writes)
        result, _ = await self._ordinary(column, tools, seen=reaches(fault))
        trial = judged(fault, result, held_back_by(result))
        near = is_near(fault, result)
        if not near and not _is_doubtful(column.probe, trial):
            return trial
        again, _ = await self._ordinary(column, tools, seen=reaches(fault))
        found = shorter(result, again) if near else again
        return replace(judged(fault, found, held_back_by(found)), ran=2)

    async def _ordinary(
        self, column: Column, tools: Tools, *, seen: bool = True
    ) -> tuple[Result, Quiet]:
        """One run that the target sees, when its time has come."""
        quiet = Quiet(column.probe)
        async with self._turn(column.target, seen=seen):
            run = await self._runner_of(tools).run(quiet.asked, self._clock.now())
        return run.result, quiet

    @asynccontextmanager
    async def _turn(self, target: str, *, seen: bool) -> AsyncIterator[None]:
        """A place, at a time at which the target may be asked; it is not held while waiting."""
        while True:
            async with self._places:
                wait = self._pace.begin(target, self._clock.monotonic()) if seen else timedelta()
                if not wait:
                    try:
                        yield
                    finally:
                        if seen:
                            self._pace.end(target, self._clock.monotonic())
                    return
            await asyncio.sleep(wait.total_seconds())


def _held_back(result: Result, only: ReadOnly) -> bool:
    return bool(only.held_back or held_back_by(result))


def held_back_by(result: Result) -> int:
    """How many requests a browser kept from going out."""
    return int(getattr(result.facts, "held_back", 0))


def _is_doubtful(probe: Probe, trial: Trial) -> bool:
    """Whether it was a trouble of ours, or may have been no more than a busy machine and the daemon
    would ask again.
    """
    if trial.verdict is Verdict.ERROR:
        return True
    late = trial.verdict is Verdict.SEEN and trial.reason in _LATE
    return late and bool(probe.confirm) and reaches(trial.fault)


def _untried(fault: Fault, why: str) -> Cell:
    return Cell(fault, (Trial(fault=fault, verdict=Verdict.NOT_TRIED, said=why, ran=0),))


def _untouched(fault: Fault, why: str) -> Trial:
    return Trial(fault=fault, verdict=Verdict.NOT_TOUCHED, said=why, ran=0)
