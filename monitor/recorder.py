"""One run in; history, health, incident, event and outbox out, in one transaction.

Either all of it happened or nothing did. Telling people comes after, and elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import health, incidents
from monitor.clock import Clock
from monitor.config.model import Component, Config, Probe
from monitor.incidents import Evidence, Firing, Opened, Resolved
from monitor.notices import EventKind, Notice
from monitor.runner import Run
from monitor.store import Writer, artefacts, records
from monitor.store import incidents as incident_rows
from monitor.store.records import HealthRow, RunRow
from probes import Outcome, Result


@dataclass(frozen=True, slots=True)
class Context:
    """What of the configuration a record needs. `keys` are the store's keys by probe id."""

    config: Config
    keys: Mapping[str, int]
    instance: str


class Recorder:
    """Writes runs down. `folder` is where artefacts go."""

    def __init__(self, writer: Writer, clock: Clock, folder: Path, context: Context) -> None:
        self._writer = writer
        self._clock = clock
        self._folder = folder
        self.context = context

    async def record(self, run: Run) -> Sequence[incidents.Event]:
        """What followed from the run; nothing when it had been recorded before, or when its probe
        left the configuration meanwhile.

        Raises StoreTrouble when the database did not take it.
        """
        if run.probe.id not in self.context.keys:
            return ()
        at, context = self._clock.now(), self.context
        files = await self._write_artefacts(run)

        def work(db: Database) -> tuple[Sequence[incidents.Event], list[str]]:
            row = _row(run, context)
            if not records.add_run(db, row):
                return (), []
            events = _conclude(db, run, row, context, at)
            return events, artefacts.keep(db, row, files, at)

        events, outdated = await self._writer.do(work)
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
    db: Database, run: Run, row: RunRow, context: Context, at: datetime
) -> Sequence[incidents.Event]:
    before = records.load_health(db, row.probe, row.location)
    if before.track.slot is None:
        records.note_first_run(db, row)
    evidence = health.evidence_of(row.outcome)
    reading = incidents.Reading(slot=run.slot, at=run.started_at, evidence=evidence)
    track, events = incidents.step(before.track, reading, run.probe.policy)
    _count(db, run, row, track, events)
    if before.track.slot is not None and run.slot <= before.track.slot:
        return ()  # a late run fills in history and changes nothing
    number = before.incident
    for event in events:
        number = _happened(db, run, row, event, _Telling(context, before, number, at))
    records.save_health(db, row, _after(before, track, number, run))
    return events


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
    covers = run.covers if evidence is not Evidence.NONE else timedelta()
    records.add_to_day(db, row, known=covers)
    if evidence is Evidence.BAD and isinstance(track.state, Firing):
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
        slow_after=run.probe.policy.open_after,
    )
    return replace(
        before,
        standing=standing,
        track=track,
        incident=incident,
        evidence_at=before.evidence_at if evidence is Evidence.NONE else run.started_at,
        last_good_at=run.started_at if evidence is Evidence.GOOD else before.last_good_at,
    )


@dataclass(frozen=True, slots=True)
class _Telling:
    """What surrounds an event while it is written down."""

    context: Context
    before: HealthRow
    incident: int | None
    at: datetime


def _happened(
    db: Database, run: Run, row: RunRow, event: incidents.Event, telling: _Telling
) -> int | None:
    """Writes the event and its outbox rows; gives the incident that is open afterwards."""
    match event:
        case Opened():
            return _opened(db, run, row, event, telling)
        case Resolved():
            _resolved(db, run, event, telling)
            return None


def _opened(db: Database, run: Run, row: RunRow, event: Opened, telling: _Telling) -> int:
    new = incident_rows.NewIncident(
        probe=row.probe,
        location=row.location,
        began_at=event.began_at,
        opened_at=telling.at,
        reason=row.reason or "",
        summary=row.note,
        failed_step=_failed_step(run.result),
        failures=event.failures,
    )
    number, key = incident_rows.open_incident(db, new, instance=telling.context.instance)
    notice = replace(
        _notice(run, telling, number, key),
        failures=event.failures,
        began_at=event.began_at,
    )
    why = f"{event.failures} failing runs in a row"
    incident_rows.add_event(db, notice, why=why, channels=run.probe.channels)
    return number


def _resolved(db: Database, run: Run, event: Resolved, telling: _Telling) -> None:
    number = telling.incident
    if number is None:
        return
    recovered_at = event.began_at + event.lasted
    ended = incident_rows.resolve_incident(
        db, number, recovered_at=recovered_at, resolved_at=telling.at
    )
    notice = replace(
        _notice(run, telling, number, ended.dedup_key),
        event=EventKind.RESOLVED,
        sequence=incident_rows.next_sequence(db, number),
        began_at=event.began_at,
        lasted=event.lasted,
        reason=ended.reason,
        summary=ended.summary,
        failed_step=ended.failed_step,
        failures=ended.failures,
    )
    why = f"{run.probe.policy.close_after} good runs in a row"
    told = incident_rows.channels_told(db, number)
    incident_rows.add_event(db, notice, why=why, channels=told)


def _notice(run: Run, telling: _Telling, number: int, key: str) -> Notice:
    config, probe, result = telling.context.config, run.probe, run.result
    concerned = _components_of(config, probe)
    return Notice(
        event=EventKind.OPENED,
        incident=number,
        sequence=1,
        dedup_key=key,
        probe=probe.id,
        probe_name=probe.name,
        kind=probe.kind.name,
        environment=config.environment,
        location=config.location,
        began_at=run.started_at,
        at=telling.at,
        outcome=result.outcome.value,
        reason=result.reason.value if result.reason else "",
        summary=result.summary,
        failed_step=_failed_step(result),
        says=tuple(component.says for component in concerned if component.says),
        components=tuple(component.name for component in concerned),
        last_good_at=telling.before.last_good_at,
        playbook=probe.playbook,
        page=config.page.url,
    )


def _components_of(config: Config, probe: Probe) -> list[Component]:
    return [component for component in config.components.values() if probe.id in component.probes]


def _failed_step(result: Result) -> str:
    failed = [step.name for step in result.steps if step.outcome is Outcome.FAIL]
    return failed[-1] if failed else ""
