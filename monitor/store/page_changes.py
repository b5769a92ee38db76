"""What internal pages read of captures and actions: of many incidents at once. Plain SELECTs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlite_utils import Database

QUOTED: Final = 8_000
"""Characters of a capture that may be quoted."""
_CAPTURES: Final = (
    "SELECT incident, name, state, lines, why, substr(text, 1, ?) FROM capture"
    " WHERE incident IN (SELECT value FROM json_each(?)) ORDER BY id"
)
_ACTED: Final = (
    "SELECT DISTINCT incident FROM action WHERE incident IN (SELECT value FROM json_each(?))"
)


class Fetched(NamedTuple):
    """A capture as it stands. `state` is due, started, ended or lost."""

    incident: int
    name: str
    state: str
    lines: int
    why: str
    text: str
    """The beginning of it."""


def captures(db: Database, incidents: Iterable[int]) -> list[Fetched]:
    """In the order they were planned in."""
    asked = (QUOTED, json.dumps(sorted(incidents)))
    return [Fetched(*row) for row in db.execute(_CAPTURES, asked).fetchall()]


def decided(db: Database, incidents: Iterable[int]) -> set[int]:
    """Those of *incidents* about which it was decided whether to act."""
    rows = db.execute(_ACTED, (json.dumps(sorted(incidents)),)).fetchall()
    return {int(number) for (number,) in rows}
