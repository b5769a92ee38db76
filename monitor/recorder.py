"""One run in; history, health, incident, event and outbox out, in one transaction.

Either all of it happened or nothing did. Telling people comes after, and elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import happening, health, incidents
from monitor.clock import Clock
from monitor.context import Context
from monitor.happening import Telling
from monitor.incidents import Evidence, Firing, Opened, Pending
from monitor.runner import Run
from monitor.store import Takes, artefacts, records, verdicts
from monitor.store.records import RunRow
from monitor.store.verdicts import HealthRow
from probes import Outcome


class Recorder:
    """Writes runs down. `folder` is where artefacts go."""

    def __init__(self, writer: Takes, clock: Clock, folder: Path, context: Context) -> None:
        self._writer = writer
        self._clock = clock
        self._folder = folder
        self.context = context
        self.undecided: set[str] = set()
        """Probes that failed, and not often enough yet to say so."""

    async def record(self, run: Run) -> Sequence[incidents.Event]:
        """What followed from the run; nothing when it had been recorded before, or when its probe
        left the configuration meanwhile.

        Raises StoreTrouble when the database did not take it.
        """
        if run.probe.id not in self.context.keys:
            return ()
        at, context = self._clock.now(), self.context
        files = await self._write_artefacts(run)

        def work(db: Database) -> tuple[Sequence[incidents.Event], bool, list[str]]:
            row = _row(run, context)
            if not records.add_run(db, row):
                return (), False, []
            events, undecided = _conclude(
                db, run, row, Telling(context, at, happening.pictures_of(files))
            )
            return events, undecided, artefacts.keep(db, row, files, at)

        events, undecided, outdated = await self._writer.do(work)
        (self.undecided.add if undecided else self.undecided.discard)(run.probe.id)
        if outdated:
            await asyncio.to_thread(artefacts.remove, self._folder, outdated)
        return events

    async def _write_artefacts(self, run: Run) -> list[artefacts.Kept]:
        found = run.result.artefacts
        if not found:
            return []
        return await asyncio.to_thread(artefacts.write, self._folder, run.probe.id, run.slot, found)


def _row(run: Run, context: Context) -> RunRow:
    result = run.result
    return RunRow(
        probe=context.keys[run.probe.id],
        location=context.config.location,
        slot=run.slot,
        started_at=run.started_at,
        outcome=result.outcome.value,
        reason=result.reason.value if result.reason else None,
        took=result.took,
        tries=result.tries,
        phases=result.phases or {step.name: step.took for step in result.steps},
        note=result.summary,
    )


def _conclude(
    db: Database, run: Run, row: RunRow, telling: Telling
) -> tuple[Sequence[incidents.Event], bool]:
    before = verdicts.load_health(db, row.probe, row.location)
    if before.track.slot is None:
        records.note_first_run(db, row)
    telling = replace(telling, before=before)
    track, events = incidents.step(before.track, _reading(run), run.probe.policy)
    _count(db, run, row, track, events)
    if before.track.slot is not None and run.slot <= before.track.slot:
        return (), False  # a late run fills in history and changes nothing
    number = before.incident
    for event in events:
        number = happening.happened(db, run, row, event, telling, number)
    verdicts.save_health(db, row, _after(before, track, number, run))
    return events, isinstance(track.state, Pending)


def _reading(run: Run) -> incidents.Reading:
    outcome, policy = run.result.outcome, run.probe.policy
    return incidents.Reading(
        slot=run.slot,
        at=run.started_at,
        evidence=health.evidence_of(outcome.value, slow_counts=policy.slow_counts),
        grave=outcome is Outcome.FAIL,
        patience=run.probe.patience,
    )


def _count(
    db: Database,
    run: Run,
    row: RunRow,
    track: incidents.Track,
    events: Sequence[incidents.Event],
) -> None:
    """Down time runs from the first failing run of an incident to the end of the last one, so
    that every lost percent on the page has an incident that explains it.
    """
    evidence = health.evidence_of(row.outcome)
    covers = run.adds if evidence is not Evidence.NONE else timedelta()
    records.add_to_day(db, row, known=covers)
    if evidence is Evidence.BAD and isinstance(track.state, Firing) and track.state.grave:
        opened = next((event for event in events if isinstance(event, Opened)), None)
        since = opened.began_at if opened else run.started_at
        records.add_down(db, row, since=since, until=run.started_at + run.covers)


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
