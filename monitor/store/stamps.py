"""The instants of open incidents, put right when the wall clock was set. Inside the writer's
transaction.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.clock import to_us
from monitor.why import Why

_STAMPS: Final = (
    "opened_at",
    "told_at",
    "look_at",
    "reminded_at",
    "escalated_at",
    "acknowledged_at",
    "acknowledged_until",
    "joined_at",
)


def shift(db: Database, step: timedelta) -> None:
    """The wall clock was set by *step*: spans that count from a stamp stay as long as they were."""
    changes = ", ".join(f"{stamp} = {stamp} + :step" for stamp in _STAMPS)
    step_us = step // timedelta(microseconds=1)
    db.execute(f"UPDATE incident SET {changes} WHERE resolved_at IS NULL", {"step": step_us})  # noqa: S608 - our own names


def put_right(db: Database, at: datetime, *, longest: timedelta) -> None:
    """No stamp of something that happened lies in the future, and nobody waits for others longer
    than *longest*: else the clock was wrong when it was written, while nobody looked.
    """
    past = [stamp for stamp in _STAMPS if stamp not in ("look_at", "acknowledged_until")]
    changes = ", ".join(f"{stamp} = min({stamp}, :at)" for stamp in past)
    later = " OR ".join(f"{stamp} > :at" for stamp in past)
    values = {"at": to_us(at), "longest": to_us(at + longest), "why": Why.GATHERING.value}
    db.execute(f"UPDATE incident SET {changes} WHERE resolved_at IS NULL AND ({later})", values)  # noqa: S608 - our own names
    db.execute(
        "UPDATE incident SET look_at = :at WHERE resolved_at IS NULL AND withheld = :why"
        " AND look_at > :longest",
        values,
    )
