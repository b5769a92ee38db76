"""The same as a post-mortem, for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import iso
from monitor.reports import prose, verdicts
from monitor.reports.account import Account
from monitor.reports.timeline import timeline
from monitor.reports.times import Bounds, times


def document(found: Account) -> dict[str, Any]:
    """JSON: instants as ISO 8601 in UTC, spans in seconds."""
    when = times(found)
    return {
        "incident": found.told.number,
        "name": found.name,
        "open": found.ended_at is None,
        "headline": prose.headline(found),
        "components": [each.id for each in found.components],
        "audience": prose.audience(found) or None,
        "user_minutes": prose.user_minutes(found),
        "page": found.address or None,
        "last_good_at": _iso(found.last_good_at),
        "began_at": iso(found.began_at),
        "opened_at": _iso(when.opened_at),
        "told_at": _iso(when.told_at),
        "acknowledged_at": _iso(when.acknowledged_at),
        "ended_at": _iso(found.ended_at),
        "lasted_s": _seconds(found.lasted),
        "times": {
            "detect": _bounds(when.detect),
            "tell": _bounds(when.tell),
            "acknowledge": _bounds(when.acknowledge),
            "recover": _bounds(when.recover),
        },
        "incidents": [each.known.number for each in found.seen],
        "told_in": found.summary.known.number if found.summary else None,
        "others": [each.number for each in found.others],
        "timeline": [
            {"at": iso(m.at), "kind": m.kind.value, "probe": m.probe or None, "words": m.words}
            for m in timeline(found)
        ],
        "deploys": [
            {
                "service": each.service,
                "version": each.version,
                "previous": each.previous or None,
                "by": each.by or None,
                "url": each.url or None,
                "at": iso(each.at),
                "may_be_followed": each.id in found.suspects,
            }
            for each in found.deploys
        ],
        "budgets": [
            {key: _seconds(v) if isinstance(v, timedelta) else v for key, v in _named(each)}
            for each in map(asdict, found.spent)
        ],
        "outages": [
            {
                "incidents": list(each.incidents),
                "began_at": iso(each.began_at),
                "ended_at": _iso(each.ended_at),
                "spent_s": _seconds(each.spent),
            }
            for each in found.outages
        ],
        "failed_runs": [
            {
                "probe": each.probe,
                "runs": each.runs,
                "in_no_incident": each.outside,
                "first_at": iso(each.first_at),
                "last_at": iso(each.last_at),
            }
            for each in found.failed
        ],
        "went_well": [each.words for each in verdicts.said(found, when) if each.good],
        "went_badly": [each.words for each in verdicts.said(found, when) if not each.good],
    }


def scrubbed(of: Any, scrub: Callable[[str], str]) -> Any:
    """The same document without secrets."""
    match of:
        case str():
            return scrub(of)
        case dict():
            return {key: scrubbed(value, scrub) for key, value in of.items()}
        case list():
            return [scrubbed(each, scrub) for each in of]
        case _:
            return of


def _named(spent: dict[str, Any]) -> list[tuple[str, Any]]:
    units = {"by_it": "by_it_s", "allowed": "allowed_s", "left": "left_s"}
    return [(units.get(key, key), value) for key, value in spent.items()]


def _bounds(of: Bounds | None) -> dict[str, float | None] | None:
    if of is None:
        return None
    most = _seconds(of.most) if of.most is not None else None
    return {"least_s": _seconds(of.least), "most_s": most}


def _iso(at: datetime | None) -> str | None:
    return iso(at) if at else None


def _seconds(of: timedelta) -> float:
    return round(of.total_seconds(), 3)
