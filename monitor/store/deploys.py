"""The deploys that were recorded. Functions that write run inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlite_utils import Database

from monitor.clock import from_us, to_us

LATELY_MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """One version of one service that went out. Two at the same instant are in the order of their
    ids.
    """

    id: int = 0
    """0 until it is kept."""
    service: str
    """The id of a configured service, or what whoever told of it calls it."""
    version: str
    previous: str = ""
    """The version before; empty when nobody knows."""
    environment: str = ""
    """Empty: ours."""
    by: str = ""
    url: str = ""
    note: str = ""
    source: str
    """Who told of it: `cli`, or the name of a reader of webhooks."""
    key: str
    """What makes it one: whatever is told with the same key is the same deploy told again."""
    at: datetime
    recorded_at: datetime


def add(db: Database, deploy: Deploy, channels: Sequence[str] = ()) -> tuple[Deploy, bool]:
    """As it is kept, and whether it is new. One that is known already changes nothing.

    Without `previous`, that is the version one would go back to: the newest other one of the same
    service and environment before it. *channels* are to be told: their letters commit with it.
    """
    known = next(_found(db, "key = ?", deploy.key), None)
    if known is not None:
        return known, False
    deploy = replace(deploy, previous=deploy.previous or _version_before(db, deploy))
    values = {name: _plain(value) for name, value in asdict(deploy).items() if name != "id"}
    row = db.execute(
        f"INSERT INTO deploy ({', '.join(values)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join('?' * len(values))}) RETURNING id",
        list(values.values()),
    ).fetchone()
    kept = replace(deploy, id=int(row[0]))
    for channel in dict.fromkeys(channels):
        db.execute(
            "INSERT INTO change_letter (deploy, channel, next_at) VALUES (?, ?, ?)",
            (kept.id, channel, to_us(kept.recorded_at)),
        )
    return kept, True


def one(db: Database, id_: int) -> Deploy | None:
    return next(_found(db, "id = ?", id_), None)


def since(db: Database, at: datetime, until: datetime | None = None) -> list[Deploy]:
    """From *at* on, before *until*; the oldest first."""
    if until is None:
        return list(_found(db, "at >= ? ORDER BY at, id", to_us(at)))
    return list(_found(db, "at >= ? AND at < ? ORDER BY at, id", to_us(at), to_us(until)))


def newest(db: Database, limit: int, service: str | None = None) -> list[Deploy]:
    """The newest first; of one service, or of all."""
    if service is None:
        return list(_found(db, "TRUE ORDER BY at DESC, id DESC LIMIT ?", limit))
    where = "service = ? ORDER BY at DESC, id DESC LIMIT ?"
    return list(_found(db, where, service, limit))


def before(db: Database, since: datetime, until: datetime) -> list[Deploy]:
    """In the window that ends with *until*, both ends included; the newest first."""
    where = "at >= ? AND at <= ? ORDER BY at DESC, id DESC"
    return list(_found(db, where, to_us(since), to_us(until)))


def lately(
    db: Database, since: datetime, until: datetime, environment: str, elsewhere: Collection[str]
) -> list[Deploy]:
    """The newest of `before` that went to *environment*, or nobody said where; without those of the
    services *elsewhere*. A flood of deploys costs an opening no more than a few do.
    """
    marks = ", ".join("?" * len(elsewhere))
    where = (
        f"at >= ? AND at <= ? AND environment IN ('', ?) AND service NOT IN ({marks})"
        " ORDER BY at DESC, id DESC LIMIT ?"
    )
    values = (to_us(since), to_us(until), environment, *elsewhere, LATELY_MOST)
    return list(_found(db, where, *values))


class Watched(Protocol):
    """What is said of a service."""

    @property
    def probes(self) -> tuple[str, ...]: ...


class Window(Protocol):
    """How long after a deploy it is thought of."""

    @property
    def window(self) -> timedelta: ...


class Known(Protocol):
    """What is configured, as `monitor.config.changes.Changes` has it."""

    @property
    def deploys(self) -> Window: ...

    def service(self, name: str) -> Watched | None: ...


def concerning(
    deploys: Iterable[Deploy],
    changes: Known,
    probe_id: str,
    environment: str,
    first_failed_at: datetime,
) -> list[Deploy]:
    """Those of *deploys* that an incident of this probe may follow, the newest first: in the window
    before the first failing run, in our environment, of a service that the probe watches or that is
    configured nowhere.
    """
    earliest_at = first_failed_at - changes.deploys.window
    found = [
        deploy
        for deploy in deploys
        if earliest_at <= deploy.at <= first_failed_at
        and deploy.environment in {"", environment}
        and _watches(probe_id, changes.service(deploy.service))
    ]
    return sorted(found, key=lambda deploy: (deploy.at, deploy.id), reverse=True)


def _watches(probe_id: str, service: Watched | None) -> bool:
    return service is None or probe_id in service.probes


def _version_before(db: Database, deploy: Deploy) -> str:
    where = (
        "service = ? AND environment = ? AND version <> ? AND at <= ?"
        " ORDER BY at DESC, id DESC LIMIT 1"
    )
    values = (deploy.service, deploy.environment, deploy.version, to_us(deploy.at))
    found = _found(db, where, *values)
    return next((each.version for each in found), "")


def _found(db: Database, where: str, *values: object) -> Iterator[Deploy]:
    for row in db.query(f"SELECT * FROM deploy WHERE {where}", list(values)):  # noqa: S608 - our own words
        instants = {name: from_us(row[name]) for name in ("at", "recorded_at")}
        yield Deploy(**row | instants)


def _plain(value: object) -> object:
    return to_us(value) if isinstance(value, datetime) else value
