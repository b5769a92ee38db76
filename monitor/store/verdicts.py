"""What has been concluded about each probe so far. Inside the writer's transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.flapping import Mark
from monitor.health import Health, Standing
from monitor.incidents import Firing, Pending, Quiet, State, Track
from monitor.store.records import RunRow

_US: Final = timedelta(microseconds=1)
_MARK: Final = re.compile(r"g|[bs]-?[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRow:
    """The verdict on a probe at a location, and what the next one will start from."""

    standing: Standing = field(default_factory=Standing)
    track: Track = field(default_factory=Track)
    incident: int | None = None
    last_good_at: datetime | None = None
    down_until: datetime | None = None
    """All time before is counted already, as far as it was down."""


def load_health(db: Database, probe: int, location: str) -> HealthRow:
    """A fresh one when the probe never ran at this location."""
    found = db.query("SELECT * FROM health WHERE probe = ? AND location = ?", [probe, location])
    row = next(found, None)
    if row is None:
        return HealthRow()
    return HealthRow(
        standing=Standing(Health(row["health"]), _at(row["since_at"]), row["slow_runs"]),
        track=Track(
            state=_state(row),
            slot=_at(row["slot"]),
            recovered_at=_at(row["recovered_at"]),
            recent=_marks(row["recent"]),
            evidence_at=_at(row["evidence_at"]),
        ),
        incident=row["incident"],
        last_good_at=_at(row["last_good_at"]),
        down_until=_at(row["down_until"]),
    )


def save_health(db: Database, run: RunRow, row: HealthRow) -> None:
    values = {
        "probe": run.probe,
        "location": run.location,
        "health": row.standing.health.value,
        "since_at": _us(row.standing.since_at),
        "slow_runs": row.standing.slow_runs,
        **_plain(row.track.state),
        "slot": _us(row.track.slot),
        "recovered_at": _us(row.track.recovered_at),
        "recent": _written(row.track.recent),
        "incident": row.incident,
        "evidence_at": _us(row.track.evidence_at),
        "last_good_at": _us(row.last_good_at),
        "down_until": _us(row.down_until),
        "last_run_at": to_us(run.started_at),
        "last_outcome": run.outcome,
        "last_reason": run.reason,
        "last_summary": run.note,
        "last_took_us": run.took // _US,
        "last_warnings": "\n".join(run.warnings),
    }
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT OR REPLACE INTO health ({names}) VALUES ({marks})", values)  # noqa: S608 - our own names


def _state(row: dict[str, Any]) -> State:
    match row["state"], _at(row["began_at"]):
        case "pending", datetime() as began_at:
            return Pending(began_at, row["failures"], bool(row["grave"]))
        case "firing", datetime() as began_at:
            grave, flapping = bool(row["grave"]), bool(row["flapping"])
            return Firing(began_at, row["passes"], grave, flapping, eased=row["failures"])
        case _:
            return Quiet()


def _plain(state: State) -> dict[str, Any]:
    plain = {
        "state": "quiet",
        "began_at": None,
        "failures": 0,
        "passes": 0,
        "grave": True,
        "flapping": False,
    }
    match state:
        case Pending(began_at, failures, grave):
            plain |= {"state": "pending", "failures": failures, "grave": grave}
            plain["began_at"] = to_us(began_at)
        case Firing(began_at, passes, grave, flapping, eased):
            plain |= {"state": "firing", "passes": passes, "grave": grave, "flapping": flapping}
            plain["failures"] = eased
            plain["began_at"] = to_us(began_at)
        case Quiet():
            pass
    return plain


def _written(recent: Iterable[Mark]) -> str:
    """`g` for a good run; `b` or, when it did not suffice, `s`, with the microseconds."""
    return "".join(
        "g" if mark.bad_at is None else f"{'s' if mark.soft else 'b'}{to_us(mark.bad_at)}"
        for mark in recent
    )


def _marks(text: str) -> tuple[Mark, ...]:
    return tuple(
        Mark() if word == "g" else Mark(from_us(int(word[1:])), soft=word[0] == "s")
        for word in _MARK.findall(text)
    )


def bad_at_the_end(recent: str) -> int:
    """How many of the newest runs were bad, of a column `recent`."""
    bad = takewhile(lambda mark: mark.bad_at is not None, reversed(_marks(recent)))
    return sum(1 for _ in bad)


def _at(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)
