"""What is told when something happens: one frozen notice, its words, and its JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique


@unique
class EventKind(StrEnum):
    """What happened to an incident."""

    OPENED = "opened"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One event for whoever is on call. Built in the transaction that decided it, then never
    changed, so that every repetition of a delivery says the same.
    """

    event: EventKind
    incident: int
    sequence: int
    """1 for opened, then counting up within the incident."""
    dedup_key: str
    """The same for every event of the incident, for ever; at most 64 characters."""
    probe: str
    probe_name: str
    kind: str
    environment: str
    location: str
    began_at: datetime
    """The first failing run."""
    at: datetime
    """When this event was decided."""
    lasted: timedelta | None = None
    """From the first failing run to the first good one; only when resolved."""
    outcome: str
    reason: str
    summary: str
    """What was seen, in one line. Scrubbed of secrets."""
    failed_step: str = ""
    failures: int = 0
    """Failing runs in a row when it opened."""
    says: tuple[str, ...] = ()
    """What people cannot do: the configured sentences of the components concerned."""
    components: tuple[str, ...] = ()
    """Their public names."""
    last_good_at: datetime | None = None
    playbook: str = ""
    page: str = ""
    """Address of the status page; empty when none is configured."""


VERSION = 1


def to_json(notice: Notice) -> str:
    """The documented webhook body, version 1. Times are ISO 8601 in UTC, spans in seconds."""
    body = {"version": VERSION} | {k: _plain(v) for k, v in asdict(notice).items()}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case timedelta():
            return round(value.total_seconds(), 3)
        case _:
            return value
