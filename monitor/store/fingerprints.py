"""What targets usually are, and how they changed. Functions that write run inside the writer's
transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Any, Final

from sqlite_utils import Database

from monitor.clock import from_us, to_us
from monitor.store import deploys, trait_values
from monitor.store.deploys import Deploy
from monitor.store.trait_values import Before, Fresh

SAME_MOST: Final = 20
_BACK: Final = (
    "UPDATE change SET state = ?, settled_at = ?"
    " WHERE target = ? AND name = ? AND settled_at IS NULL"
)


@unique
class Stands(StrEnum):
    """What became of a change."""

    OPEN = "open"
    """Whether it is told is decided soon."""
    TOLD = "told"
    """It has an incident of its own."""
    ANNOUNCED = "announced"
    """By a deploy."""
    BACK = "back"
    """It is as it was before."""
    EXPLAINED = "explained"
    """An incident of a probe of that target says it too."""
    HABIT = "habit"
    """One of many, and not told by itself."""
    ACCEPTED = "accepted"
    """By a person, or by a day going by."""
    NOTED = "noted"
    """Told to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """What is known of one trait of a target; `values` in the order they were learned."""

    target: str
    name: str
    state: str
    since_at: datetime
    runs: int
    values: tuple[str, ...] = ()
    past: tuple[Before, ...] = ()
    fresh: Fresh | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One trait of a target that is not what it was. Empty values: there is none."""

    id: int = 0
    """0 until it is kept."""
    target: str
    """The origin, or the probe that it belongs to."""
    origin: str
    name: str
    probe: str
    """The one that saw it."""
    was: str
    became: str
    first: bool = True
    """It was not that before, within weeks."""
    seen_at: datetime
    """The first run that saw it."""
    before_at: datetime | None = None
    """The last run that saw what was before."""
    found_at: datetime
    """When it was certain."""
    state: Stands = Stands.OPEN
    deploy: int | None = None
    """The one that announced it."""
    incident: int | None = None
    """Its own, or the one that it is told with."""
    settled_at: datetime | None = None


def pin(db: Database, pinned: Pinned) -> None:
    """Takes the place of what was known."""
    key = (pinned.target, pinned.name)
    db.execute(
        "INSERT INTO fingerprint (target, name, state, since_at, runs) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (target, name) DO UPDATE SET runs = excluded.runs, since_at ="
        " iif(state = excluded.state, since_at, excluded.since_at), state = excluded.state",
        (*key, pinned.state, to_us(pinned.since_at), pinned.runs),
    )
    trait_values.write(db, key, pinned.values, pinned.past, pinned.fresh)


def forget(db: Database, keys: Iterable[tuple[str, str]]) -> None:
    """What was learned of them; how they changed stays."""
    for table in ("fingerprint", "trait", "trait_past"):
        for key in keys:
            db.execute(f"DELETE FROM {table} WHERE target = ? AND name = ?", key)  # noqa: S608 - our own names


def pinned(db: Database) -> list[Pinned]:
    """Everything, by target and name."""
    return pinned_after(db, ("", ""), -1)


def pinned_after(db: Database, after: tuple[str, str], most: int) -> list[Pinned]:
    """So many of those behind that target and name; everything that is left where it is below 0."""
    rows = db.execute(
        "SELECT target, name, state, since_at, runs FROM fingerprint WHERE (target, name) > (?, ?)"
        " ORDER BY target, name LIMIT ?",
        (*after, most),
    ).fetchall()
    if not rows:
        return []
    between = (*after, *rows[-1][:2])
    values, past = trait_values.of(db, between), trait_values.before(db, between)
    fresh = trait_values.fresh(db, between)
    return [
        Pinned(
            target=target,
            name=name,
            state=state,
            since_at=from_us(since),
            runs=runs,
            values=tuple(values.get((target, name), ())),
            past=tuple(past.get((target, name), ())),
            fresh=fresh.get((target, name)),
        )
        for target, name, state, since, runs in rows
    ]


def add(db: Database, change: Change) -> int:
    """Its number."""
    before_at = change.before_at or _run_before(db, change)
    row = db.execute(
        "INSERT INTO change (target, origin, name, probe, was, became, first, seen_at, before_at,"
        " found_at, state, incident, settled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " RETURNING id",
        (
            change.target,
            change.origin,
            change.name,
            change.probe,
            change.was,
            change.became,
            change.first,
            to_us(change.seen_at),
            None if before_at is None else to_us(before_at),
            to_us(change.found_at),
            change.state.value,
            change.incident,
            None if change.settled_at is None else to_us(change.settled_at),
        ),
    ).fetchone()
    return int(row[0])


def settle(
    db: Database, id_: int, state: Stands, at: datetime, *, deploy: int | None = None
) -> None:
    """It has become this for good."""
    db.execute(
        "UPDATE change SET state = ?, settled_at = ?, deploy = ? WHERE id = ?",
        (state.value, to_us(at), deploy, id_),
    )


def told(db: Database, id_: int, incident: int, state: Stands) -> None:
    """With that incident; it may still be announced, or go back."""
    db.execute(
        "UPDATE change SET state = ?, incident = ? WHERE id = ?", (state.value, incident, id_)
    )


def went_back(db: Database, key: tuple[str, str], became: str, at: datetime) -> bool:
    """Ends those that nobody settled; whether there were any."""
    cursor = db.execute(f"{_BACK} AND became = ?", (Stands.BACK.value, to_us(at), *key, became))
    return int(cursor.rowcount) > 0


def undone(db: Database, key: tuple[str, str], move: tuple[str, str], at: datetime) -> bool:
    """Whether that *move*, from one to the other, only takes back one that nobody settled; that is
    then over.
    """
    was, became = move
    cursor = db.execute(
        f"{_BACK} AND was = ? AND became = ?", (Stands.BACK.value, to_us(at), *key, became, was)
    )
    return int(cursor.rowcount) > 0


def unsettled(db: Database) -> list[Change]:
    """The oldest first."""
    return list(found(db, "settled_at IS NULL ORDER BY id"))


def since(db: Database, at: datetime) -> list[Change]:
    """The oldest first."""
    return list(found(db, "seen_at >= ? ORDER BY seen_at, id", to_us(at)))


def newest(db: Database, limit: int) -> list[Change]:
    """The newest first."""
    return list(found(db, "TRUE ORDER BY seen_at DESC, id DESC LIMIT ?", limit))


def one(db: Database, id_: int) -> Change | None:
    return next(found(db, "id = ?", id_), None)


def of_incident(db: Database, number: int) -> list[Change]:
    """Those it is about, or that are told with it; the oldest first."""
    return list(found(db, "incident = ? ORDER BY id", number))


def lately(
    db: Database, origins: Collection[str], since_at: datetime, until: datetime
) -> list[Change]:
    """Those of these targets that nobody announced and that stayed, the oldest first."""
    marks = ", ".join("?" * len(origins))
    where = (
        f"seen_at >= ? AND seen_at <= ? AND origin IN ({marks})"
        " AND state IN ('open', 'told', 'explained', 'habit') ORDER BY seen_at, id LIMIT ?"
    )
    return list(found(db, where, to_us(since_at), to_us(until), *origins, SAME_MOST))


def failing(db: Database) -> list[str]:
    """The ids of probes with an open incident, the oldest first."""
    rows = db.execute(
        "SELECT probe.id FROM incident JOIN probe ON probe.key = incident.probe"
        " WHERE resolved_at IS NULL ORDER BY incident.id"
    )
    return [str(row[0]) for row in rows.fetchall()]


@dataclass(frozen=True, slots=True)
class Ours:
    """Which deploys announce a change of a target, and how far from it: those of services that one
    of its *probes* watches, or of none that is configured.
    """

    changes: deploys.Known
    environment: str
    window: timedelta
    probes: frozenset[str]

    def has(self, name: str) -> bool:
        service = self.changes.service(name)
        return service is None or not self.probes.isdisjoint(service.probes)


def explaining(db: Database, change: Change, ours: Ours) -> Deploy | None:
    """The newest deploy that announces it, near any moment since something usual was seen last."""
    earliest = min(change.before_at or change.seen_at, change.seen_at) - ours.window
    return next(_ours(db, ours, earliest, change.seen_at + ours.window), None)


def _ours(db: Database, ours: Ours, since_at: datetime, until: datetime) -> Iterator[Deploy]:
    for deploy in deploys.before(db, since_at, until):
        if deploy.environment in {"", ours.environment} and ours.has(deploy.service):
            yield deploy


def _run_before(db: Database, change: Change) -> datetime | None:
    """As a daemon knows it that has just begun."""
    row = db.execute(
        "SELECT slot FROM run JOIN probe ON probe.key = run.probe WHERE probe.id = ? AND slot < ?"
        " ORDER BY slot DESC LIMIT 1",
        (change.probe, to_us(change.seen_at)),
    ).fetchone()
    return from_us(int(row[0])) if row else None


def found(db: Database, where: str, *values: object) -> Iterator[Change]:
    """*where* is made of our own words only."""
    for row in db.query(f"SELECT * FROM change WHERE {where}", list(values)):  # noqa: S608 - our own words
        yield _change(row)


def _change(row: Mapping[str, Any]) -> Change:
    instants = {
        name: None if row[name] is None else from_us(row[name])
        for name in ("seen_at", "before_at", "found_at", "settled_at")
    }
    plain = {"state": Stands(row["state"]), "first": bool(row["first"])}
    return Change(**{**row, **instants, **plain})
