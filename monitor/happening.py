"""What follows from an event of an incident: its rows, and who is told. In the transaction of the
run that it follows from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announcing, attached, incidents
from monitor.config.model import Component, Config, Probe
from monitor.context import Context
from monitor.incidents import Flapping, Opened, Resolved, Settled, Worsened
from monitor.notices import EventKind, Notice, Picture
from monitor.routing import Severity
from monitor.runner import Run
from monitor.store import artefacts, attended
from monitor.store import incidents as incident_rows
from monitor.store.records import RunRow
from monitor.store.verdicts import HealthRow
from probes import Outcome, Result

_KINDS: Final = {
    Worsened: EventKind.WORSENED,
    Flapping: EventKind.FLAPPING,
    Settled: EventKind.REMINDED,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """What surrounds an event while it is written down."""

    context: Context
    at: datetime
    pictures: tuple[Picture, ...]
    before: HealthRow = field(default_factory=HealthRow)


def happened(
    db: Database,
    run: Run,
    row: RunRow,
    event: incidents.Event,
    telling: Telling,
    number: int | None,
) -> int | None:
    """Writes the event and its outbox rows; gives the incident that is open afterwards."""
    match event:
        case Opened():
            return _opened(db, run, row, event, telling)
        case Resolved() if number is not None:
            _resolved(db, run, event, number, telling)
            return None
        case Worsened() | Flapping() | Settled() if number is not None:
            _went_on(db, run, event, number, telling)
            return number
        case _:
            return number


def _opened(db: Database, run: Run, row: RunRow, event: Opened, telling: Telling) -> int:
    severity = run.probe.routing.severity if event.grave else Severity.WARNING
    new = incident_rows.NewIncident(
        probe=row.probe,
        location=row.location,
        began_at=event.began_at,
        opened_at=telling.at,
        reason=row.reason or "",
        summary=row.note,
        failed_step=_failed_step(run.result),
        failures=event.failures,
        severity=severity,
    )
    number, key = incident_rows.open_incident(db, new, instance=telling.context.instance)
    notice = replace(
        _notice(run, telling, number, key),
        failures=event.failures,
        began_at=event.began_at,
        severity=severity,
        last_good_at=telling.before.last_good_at,
    )
    notice = attached.to_opening(db, telling.context, notice, run.probe.id, telling.at)
    attended.change(db, number, notice=notice, flapping=event.flapping)
    opened = attended.one(db, number)
    if opened is not None:
        announcing.consider(db, telling.context, opened, telling.at, why=event.why)
    return number


def _went_on(
    db: Database, run: Run, event: Worsened | Flapping | Settled, number: int, telling: Telling
) -> None:
    """News of an incident that is open; of one that nobody knows of, it is only noted."""
    known = attended.one(db, number)
    if known is None:
        return
    worse = isinstance(event, Worsened)
    severity = run.probe.routing.severity if worse else known.severity
    news = _seen(run, telling) if worse else {}
    notice = replace(
        known.full_notice(), event=_KINDS[type(event)], at=telling.at, severity=severity, **news
    )
    notice = attached.to_news(db, telling.context, notice, telling.at)
    flaps = isinstance(event, Flapping) or (worse and known.flapping)
    attended.change(db, number, severity=severity, notice=notice, flapping=flaps)
    announcing.go_on(db, telling.context, number, telling.at, why=event.why)


def _resolved(db: Database, run: Run, event: Resolved, number: int, telling: Telling) -> None:
    known = attended.one(db, number)
    recovered_at = event.began_at + event.lasted
    incident_rows.resolve_incident(db, number, recovered_at=recovered_at, resolved_at=telling.at)
    if known is None:
        return
    notice = replace(
        known.full_notice(),
        event=EventKind.RESOLVED,
        at=telling.at,
        outcome=run.result.outcome.value,
        lasted=event.lasted,
    )
    notice = attached.to_resolved(db, telling.context, notice, number, telling.at)
    told = incident_rows.channels_told(db, number)
    announcing.notify(db, number, notice, told, why=event.why)


def _notice(run: Run, telling: Telling, number: int, key: str) -> Notice:
    config, probe = telling.context.config, run.probe
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
        says=tuple(component.says for component in concerned if component.says),
        components=tuple(component.name for component in concerned),
        playbook=probe.playbook,
        page=config.page.url,
        **_seen(run, telling),
    )


def _seen(run: Run, telling: Telling) -> dict[str, Any]:
    """What of a notice a run tells, by the name of its field."""
    result = run.result
    return {
        "outcome": result.outcome.value,
        "reason": result.reason.value if result.reason else "",
        "summary": result.summary,
        "failed_step": _failed_step(result),
        "excerpt": result.excerpt,
        "pictures": telling.pictures,
        "trace_id": result.trace_id,
        "trace": telling.context.config.telemetry.link(result.trace_id),
    }


def pictures_of(files: Sequence[artefacts.Kept]) -> tuple[Picture, ...]:
    """Those that can be shown come first."""
    shown = sorted(files, key=lambda kept: not kept.media_type.startswith("image/"))
    return tuple(Picture(kept.name, kept.media_type, kept.path) for kept in shown)


def _components_of(config: Config, probe: Probe) -> list[Component]:
    return [component for component in config.components.values() if probe.id in component.probes]


def _failed_step(result: Result) -> str:
    failed = [step.name for step in result.steps if step.outcome is Outcome.FAIL]
    return failed[-1] if failed else ""
