"""Which channels are still to be told of deploys. Functions that write run inside the writer's
transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from monitor.backoff import ASKED_CAP
from monitor.clock import from_us, to_us

FURTHEST: Final = ASKED_CAP + timedelta(minutes=1)
"""No letter of ours waits longer; one that says so was stamped by a clock that was wrong."""

_WAITS: Final = "delivered_at IS NULL AND gave_up_at IS NULL"
_KEY: Final = "deploy = :deploy AND channel = :channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLetter:
    """One deploy for one channel. `first_tried_at` is None before the first attempt."""

    deploy: int
    channel: str
    attempts: int
    first_tried_at: datetime | None
    service: str
    version: str
    previous: str
    environment: str
    by: str
    url: str
    note: str
    at: datetime
    """When it was deployed."""

    @property
    def key(self) -> tuple[int, str]:
        return self.deploy, self.channel


def due(
    db: Database, at: datetime, *, without: Collection[str] = (), most: int = 100
) -> list[ChangeLetter]:
    """Those whose time has come and those never tried, the oldest deploy first; none for the
    channels *without*.
    """
    rows = db.execute(
        "SELECT letter.deploy, letter.channel, letter.attempts, letter.first_tried_at,"  # noqa: S608 - constants
        " deploy.service, deploy.version, deploy.previous, deploy.environment, deploy.by,"
        " deploy.url, deploy.note, deploy.at"
        " FROM change_letter AS letter JOIN deploy ON deploy.id = letter.deploy"
        f" WHERE {_WAITS} AND (next_at <= :at OR attempts = 0 OR next_at > :furthest)"
        " AND letter.channel NOT IN (SELECT value FROM json_each(:without))"
        " ORDER BY deploy.at, deploy.id, letter.channel LIMIT :most",
        {
            "at": to_us(at),
            "furthest": to_us(at + FURTHEST),
            "without": json.dumps(list(without)),
            "most": most,
        },
    ).fetchall()
    return [_letter(row) for row in rows]


def next_due_at(db: Database, *, without: Collection[str] = ()) -> datetime | None:
    """When the first of those that wait is due; None when none waits."""
    row = db.execute(
        f"SELECT min(next_at) FROM change_letter WHERE {_WAITS}"  # noqa: S608 - constants
        " AND channel NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(list(without)),),
    ).fetchone()
    return None if row[0] is None else from_us(row[0])


def delivered(db: Database, letter: ChangeLetter, at: datetime) -> None:
    _mark(db, letter, at, "delivered_at = :at, why = ''")


def again(db: Database, letter: ChangeLetter, at: datetime, *, next_at: datetime, why: str) -> None:
    _mark(db, letter, at, "next_at = :next_at, why = :why", next_at=to_us(next_at), why=why)


def give_up(db: Database, letter: ChangeLetter, at: datetime, *, why: str) -> None:
    _mark(db, letter, at, "gave_up_at = :at, why = :why", why=why)


def _mark(db: Database, letter: ChangeLetter, at: datetime, what: str, **values: Any) -> None:
    given = {"deploy": letter.deploy, "channel": letter.channel, "at": to_us(at)} | values
    db.execute(
        "UPDATE change_letter SET attempts = attempts + 1,"  # noqa: S608 - constants
        f" first_tried_at = min(coalesce(first_tried_at, :at), :at), {what} WHERE {_KEY}",
        given,
    )


def _letter(row: Sequence[Any]) -> ChangeLetter:
    deploy, channel, attempts, first, service, version, previous, environment, *rest = row
    by, url, note, at = rest
    return ChangeLetter(
        deploy=deploy,
        channel=channel,
        attempts=attempts,
        first_tried_at=None if first is None else from_us(first),
        service=service,
        version=version,
        previous=previous,
        environment=environment,
        by=by,
        url=url,
        note=note,
        at=from_us(at),
    )
