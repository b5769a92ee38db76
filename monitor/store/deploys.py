"""The deploys that were recorded. Functions that write run inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final, Protocol

from sqlite_utils import Database

from monitor.clock import from_us, to_us

LATELY_MOST: Final = 20
_LAST: Final = 2**62
"""The number of one that is not kept yet: it comes after all others of its instant."""
AFTERWARDS: Final = timedelta(minutes=1)
"""Pipelines that tell of a deploy when it is done tell of it after the first failing run."""
_NEXT_ID: Final = (
    "(SELECT 1 + max((SELECT coalesce(max(id), 0) FROM deploy),"
    " (SELECT coalesce(max(id), 0) FROM forgotten_deploy)))"
)


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
    previous_told: bool = False
    """Whether somebody said so; otherwise it is what the deploys kept before it make it."""
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
    """As it is kept, and whether it is new. One that is known already changes nothing, and neither
    does one that was forgotten: it stays so.

    Without `previous`, that is the version one would go back to: the newest other one of the same
    service and environment before it; and those after it that nobody said it of go by it in turn,
    told late as it may be. *channels* are to be told: their letters commit with it.
    """
    known = next(_found(db, "key = ?", deploy.key), None)
    if known is not None or was_forgotten(db, deploy.key):
        return known or deploy, False
    previous = deploy.previous or _version_before(db, deploy)
    deploy = replace(deploy, previous=previous, previous_told=bool(deploy.previous))
    values = {name: _plain(value) for name, value in asdict(deploy).items() if name != "id"}
    row = db.execute(
        f"INSERT INTO deploy (id, {', '.join(values)})"  # noqa: S608 - our own names
        f" VALUES ({_NEXT_ID}, {', '.join('?' * len(values))}) RETURNING id",
        list(values.values()),
    ).fetchone()
    kept = replace(deploy, id=int(row[0]))
    for each in _next_after(db, kept):
        _count_previous(db, each)
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


@dataclass(frozen=True, slots=True)
class Services:
    """Names of services: those that are watched by whoever asks, and those by others only."""

    ours: Collection[str]
    elsewhere: Collection[str]


def lately(
    db: Database, since: datetime, until: datetime, environment: str, services: Services
) -> list[Deploy]:
    """The newest of `before` that went to *environment*, or nobody said where; without those of the
    services elsewhere, and ours before those that nobody watches. A flood of deploys costs an
    opening no more than a few do.
    """
    where = (
        "at >= ? AND at <= ? AND environment IN ('', ?)"
        f" AND service NOT IN ({_marks(services.elsewhere)})"
        f" ORDER BY service IN ({_marks(services.ours)}) DESC, at DESC, id DESC LIMIT ?"
    )
    names = (*services.elsewhere, *services.ours)
    return list(_found(db, where, to_us(since), to_us(until), environment, *names, LATELY_MOST))


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
    """Those of *deploys* that an incident of this probe may follow: in the window before the first
    failing run, in our environment, of a service that the probe watches or that is configured
    nowhere. Those that it watches first, and the newest of them.
    """
    earliest_at = first_failed_at - changes.deploys.window
    found = (each for each in deploys if earliest_at <= each.at <= first_failed_at)
    return _of_probe(found, changes, probe_id, environment)


def shortly_after(
    deploys: Iterable[Deploy],
    changes: Known,
    probe_id: str,
    environment: str,
    first_failed_at: datetime,
) -> list[Deploy]:
    """Those that became known when it had just begun to fail, as `concerning` otherwise. They are
    worth a word, and nothing is ever done because of them.
    """
    latest_at = first_failed_at + AFTERWARDS
    found = (each for each in deploys if first_failed_at < each.at <= latest_at)
    return _of_probe(found, changes, probe_id, environment)


def _of_probe(
    deploys: Iterable[Deploy], changes: Known, probe_id: str, environment: str
) -> list[Deploy]:
    ranked = [
        ((service is not None, deploy.at, deploy.id), deploy)
        for deploy in deploys
        if deploy.environment in {"", environment}
        and _watches(probe_id, service := changes.service(deploy.service))
    ]
    return [deploy for _, deploy in sorted(ranked, key=itemgetter(0), reverse=True)]


def _watches(probe_id: str, service: Watched | None) -> bool:
    return service is None or probe_id in service.probes


def forget(db: Database, deploy: Deploy, by: str, at: datetime) -> None:
    """As if it had never been, but for its key: told again, it stays forgotten. Nobody who is not
    told yet will be, and whatever came after it is no longer said to be in its place.
    """
    db.execute(
        "INSERT INTO forgotten_deploy"
        " (id, service, version, environment, key, at, forgotten_by, forgotten_at)"
        " SELECT id, service, version, environment, key, at, ?, ? FROM deploy WHERE id = ?",
        (by, to_us(at), deploy.id),
    )
    db.execute("DELETE FROM change_letter WHERE deploy = ?", (deploy.id,))
    db.execute("UPDATE action SET deploy = NULL WHERE deploy = ?", (deploy.id,))
    db.execute("DELETE FROM deploy WHERE id = ?", (deploy.id,))
    where = "service = ? AND environment = ? AND previous = ? AND at >= ?"
    values = (deploy.service, deploy.environment, deploy.version, to_us(deploy.at))
    for each in list(_found(db, where, *values)):
        if not each.previous_told or not _went_out_before(db, each, deploy.version):
            _count_previous(db, each)


def acted_upon(db: Database, id_: int) -> tuple[str, int] | None:
    """The action that was carried out because of it, and in which incident; None without one."""
    row = db.execute(
        "SELECT name, incident FROM action WHERE deploy = ? AND decision = 'act'"
        " AND mode = 'live' ORDER BY id LIMIT 1",
        (id_,),
    ).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


def told_of(db: Database, id_: int) -> list[str]:
    """The channels that heard of it."""
    rows = db.execute(
        "SELECT channel FROM change_letter WHERE deploy = ? AND delivered_at IS NOT NULL"
        " ORDER BY channel",
        (id_,),
    )
    return [str(row[0]) for row in rows.fetchall()]


def was_forgotten(db: Database, key: str) -> bool:
    found = db.execute("SELECT 1 FROM forgotten_deploy WHERE key = ?", (key,))
    return found.fetchone() is not None


def forgotten(db: Database, service: str, version: str, at: datetime) -> bool:
    """Whether that is one that was forgotten."""
    found = db.execute(
        "SELECT 1 FROM forgotten_deploy WHERE service = ? AND version = ? AND at = ?",
        (service, version, to_us(at)),
    )
    return found.fetchone() is not None


def _went_out_before(db: Database, deploy: Deploy, version: str) -> bool:
    where = "service = ? AND environment = ? AND version = ? AND at <= ? LIMIT 1"
    values = (deploy.service, deploy.environment, version, to_us(deploy.at))
    return any(_found(db, where, *values))


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _next_after(db: Database, deploy: Deploy) -> list[Deploy]:
    """Those that it is the version before of, unless somebody said another: the next version after
    it, however often that went out in a row.
    """
    where = "service = ? AND environment = ? AND at > ? ORDER BY at, id"
    later = _found(db, where, deploy.service, deploy.environment, to_us(deploy.at))
    _, first = next(groupby(later, key=attrgetter("version")), ("", iter(())))
    return [each for each in first if not each.previous_told]


def _count_previous(db: Database, deploy: Deploy) -> None:
    values = (_version_before(db, deploy), deploy.id)
    db.execute("UPDATE deploy SET previous = ?, previous_told = 0 WHERE id = ?", values)


def _version_before(db: Database, deploy: Deploy) -> str:
    where = (
        "service = ? AND environment = ? AND version <> ? AND (at, id) < (?, ?)"
        " ORDER BY at DESC, id DESC LIMIT 1"
    )
    instant = (to_us(deploy.at), deploy.id or _LAST)
    found = _found(db, where, deploy.service, deploy.environment, deploy.version, *instant)
    return next((each.version for each in found), "")


def _found(db: Database, where: str, *values: object) -> Iterator[Deploy]:
    for row in db.query(f"SELECT * FROM deploy WHERE {where}", list(values)):  # noqa: S608 - our own words
        instants = {name: from_us(row[name]) for name in ("at", "recorded_at")}
        yield Deploy(**row | instants | {"previous_told": bool(row["previous_told"])})


def _plain(value: object) -> object:
    return to_us(value) if isinstance(value, datetime) else value
