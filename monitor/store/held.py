"""The letters of an opening while they wait for what is being fetched. Inside the writer's
transaction.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.notices import Deed, EventKind, from_json, to_json

LEAVES_SOON: Final = timedelta(seconds=1)
"""What may leave so soon is left alone: it may be on its way already."""


def say_too(db: Database, incident: int, deeds: tuple[Deed, ...], at: datetime) -> frozenset[str]:
    """Puts *deeds* into the letters that wait; the channels that will hear of them that way."""
    rows = db.execute(
        "SELECT id, channel, body FROM outbox WHERE incident = :incident AND attempts = 0"
        " AND delivered_at IS NULL AND gave_up_at IS NULL"
        " AND next_at > created_at AND next_at > :soon AND event IN"
        " (SELECT id FROM event WHERE incident = :incident AND kind = :opened)",
        {
            "incident": incident,
            "soon": to_us(at + LEAVES_SOON),
            "opened": EventKind.OPENED.value,
        },
    )
    joined = []
    for letter, channel, body in rows.fetchall():
        try:
            said = to_json(replace(from_json(body), deeds=deeds))
        except ValueError:  # no notice of ours
            continue
        db.execute("UPDATE outbox SET body = ? WHERE id = ?", (said, letter))
        joined.append(str(channel))
    return frozenset(joined)
