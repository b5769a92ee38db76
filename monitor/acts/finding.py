"""Which incident is meant."""

from __future__ import annotations

from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts.orders import CannotAct, No, Which, instant
from monitor.store import acts, speaking
from monitor.store.acts import Standing
from monitor.store.speaking import Entry

_LISTED_MOST: Final = 8


def find(db: Database, which: Which) -> Standing:
    """One that was seen. Raises CannotAct."""
    if isinstance(which, int):
        return _numbered(db, which)
    if which == "only":
        return _only(acts.open_incidents(db))
    if which != "last":
        return _keyed(db, which)
    tops = _outages_first(_tops(acts.open_incidents(db)))
    newest = next(iter(tops), None) or acts.newest_outage(db) or acts.newest_incident(db)
    if newest is None:
        raise CannotAct(No.NONE_OPEN, "there has been no incident yet")
    return newest


def find_any(db: Database, which: Which) -> Standing | Entry:
    """One that was seen, or was written by hand. Raises CannotAct."""
    if which == "last":
        return _last(db)
    if isinstance(which, str) and which != "only":
        return speaking.by_hand(db, which) or _keyed(db, which)
    return find(db, which)


def find_open(db: Database, which: Which) -> Standing:
    found = find(db, which)
    if found.resolved_at is not None:
        over = instant(found.recovered_at or found.resolved_at)
        raise CannotAct(No.OVER, f"{name(found)} is over already, since {over}")
    return found


def _last(db: Database) -> Standing | Entry:
    """The outage that began last, of those that are open or else of all; where there was none,
    whatever else there is.
    """
    tops = _outages_first(_tops(acts.open_incidents(db)))
    for still in (True, False):
        out = [each for each in tops if each.is_outage]
        seen = next(iter(out), None) if still else acts.newest_outage(db)
        found = [each for each in (seen, speaking.newest_by_hand(db, still=still)) if each]
        if found:
            return max(found, key=_began_s)
    if (other := next(iter(tops), None) or acts.newest_incident(db)) is not None:
        return other
    raise CannotAct(
        No.NONE_OPEN, "there has been no incident yet; write one down with: trueup say new"
    )


def _outages_first(found: list[Standing]) -> list[Standing]:
    return sorted(found, key=lambda each: not each.is_outage)


def _began_s(found: Standing | Entry) -> float:
    return found.began_at.timestamp() if found.began_at else 0.0


def _numbered(db: Database, number: int) -> Standing:
    found = acts.standing(db, number)
    if found is None:
        still = _listed(acts.open_incidents(db))
        raise CannotAct(No.UNKNOWN_INCIDENT, f"there is no incident {number}; {still}")
    return found


def _keyed(db: Database, named: str) -> Standing:
    if speaking.by_hand(db, named):
        raise CannotAct(
            No.UNKNOWN_INCIDENT,
            f"{named} was written by hand, and nobody was paged with it; only trueup say and trueup"
            " said know it",
        )
    number = None if named.startswith("n") else speaking.incident_of_key(db, named)
    if number is None:
        raise CannotAct(
            No.UNKNOWN_INCIDENT,
            f"there is no incident {named}; trueup incidents lists all, those written by hand, too",
        )
    return _numbered(db, number)


def _only(still: list[Standing]) -> Standing:
    tops = _tops(still)
    if not tops:
        raise CannotAct(No.NONE_OPEN, "no incident is open")
    if len(tops) > 1:
        raise CannotAct(No.SEVERAL_OPEN, f"which one? {_listed(tops)}")
    return tops[0]


def _tops(still: list[Standing]) -> list[Standing]:
    """Without those that are told under another one."""
    numbers = {each.number for each in still}
    return [each for each in still if each.under not in numbers]


def _listed(still: list[Standing]) -> str:
    named = [f"{each.number} ({each.probe})" for each in still[:_LISTED_MOST]]
    more = len(still) - len(named)
    rest = f" and {more} more" if more else ""
    return f"open are {', '.join(named)}{rest}" if named else "none is open"


def name(found: Standing) -> str:
    return f"Incident {found.number} ({found.probe})"


def facts(found: Standing) -> dict[str, Any]:
    """For programs."""
    return {"incident": found.number, "probe": found.probe}
