"""Runs in; history, health, incident, event and outbox out, in one transaction.

Either all of it happened or nothing did, for each run. Telling people comes after, and elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import downtime, flapping, happening, health, incidents, seen, sighting
from monitor.clock import Clock, to_us
from monitor.context import Context
from monitor.happening import Telling
from monitor.incidents import Event, Evidence, Pending, Quiet
from monitor.log import get_logger
from monitor.policy import OutOf
from monitor.runner import Run
from monitor.store import StoreTrouble, Takes, apart, artefacts, counting, plain, records, verdicts
from monitor.store.plain import PlainRun
from monitor.store.records import RunRow
from monitor.store.verdicts import HealthRow
from monitor.warned import Warned
from probes import Outcome

Followed = Sequence[Event] | Exception
"""What followed from a run, or why it could not be recorded: StoreTrouble when it may be later."""

_US: Final = timedelta(microseconds=1)

log = get_logger()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run on its way, and its evidence that is on the disk already."""

    run: Run
    files: Sequence[artefacts.Kept]


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of a run. `outdated` are files that made room for its own."""

    events: Sequence[Event] = ()
    undecided: bool = False
    unsettled: bool = False
    outdated: Sequence[str] = ()


_NOTHING: Final = _Done()
_Answer = _Done | Exception


class Recorder:
    """Writes runs down. `folder` is where artefacts go."""

    def __init__(self, writer: Takes, clock: Clock, folder: Path, context: Context) -> None:
        self._writer = writer
        self._clock = clock
        self._folder = folder
        self.context = context
        self.undecided: set[str] = set()
        """Probes that failed, and not often enough yet to say so."""
        self.unsettled: set[str] = set()
        """Those, and the ones with an open incident."""
        self._warned = Warned()

    async def record(self, run: Run) -> Sequence[Event]:
        """What followed from the run; nothing when it had been recorded before, or when its probe
        left the configuration meanwhile.

        Raises StoreTrouble when the database did not take it.
        """
        [followed] = await self.record_all([run])
        if isinstance(followed, Exception):
            raise followed
        return followed

    async def record_all(self, runs: Sequence[Run]) -> list[Followed]:
        """As `record`, for many in one transaction, each whole or not at all; those of a probe in
        their order. Raises StoreTrouble when the database took none of them.
        """
        context = self.context
        pieces = [
            _Piece(run, await self._write_artefacts(run) if run.result.artefacts else ())
            for run in runs
            if run.probe.id in context.keys
        ]
        work = partial(_record_all, pieces=pieces, context=context, at=self._clock.now())
        answers = iter(await self._writer.do(work) if pieces else ())
        return [
            await self._settle(run, next(answers)) if run.probe.id in context.keys else ()
            for run in runs
        ]

    async def _settle(self, run: Run, answer: _Answer) -> Followed:
        if isinstance(answer, Exception):
            return answer
        (self.undecided.add if answer.undecided else self.undecided.discard)(run.probe.id)
        (self.unsettled.add if answer.unsettled else self.unsettled.discard)(run.probe.id)
        self._warned.saw(run)
        if answer.outdated:
            await asyncio.to_thread(artefacts.remove, self._folder, answer.outdated)
        return answer.events

    async def _write_artefacts(self, run: Run) -> Sequence[artefacts.Kept]:
        found = run.result.artefacts
        return await asyncio.to_thread(artefacts.write, self._folder, run.probe.id, run.slot, found)


def _record_all(
    db: Database, pieces: Sequence[_Piece], context: Context, at: datetime
) -> list[_Answer]:
    answers: list[_Answer] = [_NOTHING] * len(pieces)
    stuck: dict[str, StoreTrouble] = {}
    for number in _left_by_plain(db, pieces, context):
        piece = pieces[number]
        probe = piece.run.probe.id
        if probe in stuck:  # none overtakes another of its probe
            answers[number] = stuck[probe]
            continue
        answer = apart(db, partial(_record, piece=piece, context=context, at=at))
        answers[number] = answer
        if isinstance(answer, StoreTrouble):
            stuck[probe] = answer
    return answers


def _left_by_plain(db: Database, pieces: Sequence[_Piece], context: Context) -> Sequence[int]:
    """Records what is as it should be, all at once; gives which of them were left."""
    left, passed, seen = [], [], set[str]()
    for number, piece in enumerate(pieces):
        probe = piece.run.probe.id
        if _may_be_plain(piece) and probe not in seen:
            passed.append(number)
        else:
            seen.add(probe)
            left.append(number)
    if not passed:
        return left
    runs = [_plain(pieces[number].run, context) for number in passed]
    taken = apart(db, partial(plain.take, location=context.config.location, runs=runs))
    if isinstance(taken, Exception):
        log.warning("runs are recorded one by one", why=str(taken))
        return range(len(pieces))
    for number, well in zip(passed, taken, strict=True):
        if well:
            sighting.add_views(db, pieces[number].run, context)
        else:
            left.append(number)
    return sorted(left)


def _may_be_plain(piece: _Piece) -> bool:
    result = piece.run.result
    simple = result.outcome is Outcome.PASS and result.reason is None
    return simple and not (piece.files or result.warnings)


def _plain(run: Run, context: Context) -> PlainRun:
    probe, result, started_us = run.probe, run.result, to_us(run.started_at)
    opening = probe.policy.opening
    return PlainRun(
        context.keys[probe.id],
        to_us(run.slot),
        started_us,
        run.adds // _US,
        result.took // _US,
        result.tries,
        _phases(run),
        result.summary,
        max(opening.of, flapping.STATES) if isinstance(opening, OutOf) else flapping.STATES,
        started_us - probe.patience // _US,
    )


def _phases(run: Run) -> Mapping[str, timedelta]:
    return run.result.phases or {step.name: step.took for step in run.result.steps}


def _record(db: Database, piece: _Piece, context: Context, at: datetime) -> _Done:
    row = _row(piece.run, context)
    if not records.add_run(db, row):
        return _NOTHING
    sighting.add_views(db, piece.run, context)
    telling = Telling(context, at, happening.pictures_of(piece.files))
    done = _conclude(db, piece.run, row, telling)
    outdated = sighting.keep(db, piece.run, row, piece.files, done.events, telling)
    return replace(done, outdated=outdated)


def _row(run: Run, context: Context) -> RunRow:
    result = run.result
    silent = health.evidence_of(result.outcome.value) is Evidence.NONE
    return RunRow(
        probe=context.keys[run.probe.id],
        location=context.config.location,
        slot=run.slot,
        started_at=run.started_at,
        outcome=result.outcome.value,
        reason=result.reason.value if result.reason else None,
        took=result.took,
        tries=result.tries,
        phases=_phases(run),
        note=result.summary,
        known=timedelta() if silent else run.adds,
        warnings=seen.warnings_of(result.warnings),
    )


def _conclude(db: Database, run: Run, row: RunRow, telling: Telling) -> _Done:
    before = verdicts.load_health(db, row.probe, row.location)
    if before.track.slot is None:
        records.note_first_run(db, row)
    telling = replace(telling, before=before)
    track, events = incidents.step(before.track, _reading(run), run.probe.policy)
    counting.add_run(db, row)
    if before.track.slot is not None and run.slot <= before.track.slot:
        state = before.track.state  # a late run fills in history and changes nothing
        return _Done((), unsettled=not isinstance(state, Quiet))
    since, number = downtime.began(track, events, run), before.incident
    down_until = downtime.count(db, run, row, before.down_until, since)  # which notices tell
    for event in events:
        number = happening.happened(db, run, row, event, telling, number)
    after = replace(_after(before, track, number, run), down_until=down_until)
    verdicts.save_health(db, row, after)
    undecided, unsettled = isinstance(track.state, Pending), not isinstance(track.state, Quiet)
    return _Done(events, undecided, unsettled)


def _reading(run: Run) -> incidents.Reading:
    outcome, policy = run.result.outcome, run.probe.policy
    return incidents.Reading(
        slot=run.slot,
        at=run.started_at,
        evidence=health.evidence_of(outcome.value, slow_counts=policy.slow_counts),
        grave=outcome is Outcome.FAIL,
        patience=run.probe.patience,
    )


def _after(before: HealthRow, track: incidents.Track, incident: int | None, run: Run) -> HealthRow:
    outcome = run.result.outcome.value
    evidence = health.evidence_of(outcome)
    standing = health.after(
        before.standing,
        track.state,
        outcome,
        run.started_at,
        slow_after=run.probe.policy.runs_to_open,
    )
    return replace(
        before,
        standing=standing,
        track=track,
        incident=incident,
        last_good_at=run.started_at if evidence is Evidence.GOOD else before.last_good_at,
    )
