"""Statuspage's API v2 as files, so that what reads other pages reads this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from status_page.component import Condition
from status_page.incident import Impact, Maintenance
from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.facts import dumped, line, stamp
from status_page.machine.rows import Json, Rows, page_id
from status_page.machine.told import incident_row, state_of, work_row
from status_page.machine.verdict import verdict
from status_page.page import Page
from status_page.tongue import Tongue, tongue

MOST: Final = 50
"""Incidents and maintenance in one file, as theirs."""
# Programs look for these very words: they are part of the format and not translated.
_SUMMED_UP: Final = {
    Condition.UP: ("none", "All Systems Operational", "All Systems Operational"),
    Condition.DEGRADED: ("minor", "Degraded System Service", "Partially Degraded Service"),
    Condition.DOWN: ("critical", "Major System Outage", "Partial System Outage"),
    Condition.MAINTENANCE: (
        "maintenance",
        "Service Under Maintenance",
        "Service Under Maintenance",
    ),
    Condition.UNKNOWN: ("minor", "Status Unknown", "Status Partially Unknown"),
    Condition.UNWATCHED: ("minor", "Nothing Is Watched", "Nothing Is Watched"),
}


_WORKS: Final = "scheduled_maintenances"
_Work = tuple[str, str]
"""Its state, and how it is written down."""


class Statuspage:
    """The files below `api/v2/`."""

    def __init__(self) -> None:
        self._rows = Rows()
        self._told: Kept[Any, str] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        rows = self._rows.of(page)
        components = _list(row.text for row in rows)
        by_id = {row.facts["id"]: row.facts for row in rows if not row.facts["group"]}
        speaking = tongue(page.language)
        incidents = self._incidents(page, by_id, speaking)
        works = self._works(page, by_id, speaking)
        keys = [each.id for each in page.incidents] + [_key(each) for each in page.maintenance]
        self._told.only(keys)
        head = dumped(_page(page))
        for name, parts in _parts(components, dumped(_status(page)), incidents, works).items():
            body = "".join(f',"{key}":{text}' for key, text in parts.items())
            yield f"api/v2/{name}.json", f'{{"page":{head}{body}}}\n'.encode()

    def _incidents(
        self, page: Page, known: dict[str, Json], speaking: Tongue
    ) -> list[tuple[bool, str]]:
        found = []
        for incident in page.incidents:
            concerned = _concerned(incident.components, known)
            source = (incident, concerned, page_id(page), page.url, speaking.code)
            text = self._told.get(
                incident.id,
                source,
                lambda source: dumped(incident_row(page, source[0], source[1], speaking)),
            )
            found.append((incident.resolved_at is None, text))
        return found

    def _works(self, page: Page, known: dict[str, Json], speaking: Tongue) -> list[_Work]:
        found = []
        for work in page.maintenance:
            concerned = _concerned(work.components, known)
            state = state_of(work, page.made_at)
            source = (work, concerned, state, page_id(page), page.url, speaking.code)
            text = self._told.get(
                _key(work),
                source,
                lambda source: dumped(work_row(page, source[0], source[1], speaking)),
            )
            found.append((state, text))
        return found


def _key(work: Maintenance) -> str:
    return f"maintenance {work.id}"


def _parts(
    components: str, status: str, incidents: Sequence[tuple[bool, str]], works: Sequence[_Work]
) -> dict[str, dict[str, str]]:
    """What the files hold beside the page, by their names; the newest first."""
    unresolved = _list(text for still_open, text in incidents if still_open)
    active = [text for state, text in works if state == "in_progress"]
    upcoming = [text for state, text in works if state == "scheduled"][:MOST]
    return {
        "status": {"status": status},
        "components": {"components": components},
        "incidents": {"incidents": _list(text for _, text in incidents[:MOST])},
        "incidents/unresolved": {"incidents": unresolved},
        "scheduled-maintenances": {_WORKS: _list(text for _, text in works[::-1][:MOST])},
        "scheduled-maintenances/active": {_WORKS: _list(active)},
        "scheduled-maintenances/upcoming": {_WORKS: _list(upcoming)},
        "summary": {
            "components": components,
            "incidents": unresolved,
            _WORKS: _list(active + upcoming),
            "status": status,
        },
    }


def _list(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _page(page: Page) -> Json:
    return {
        "id": page_id(page),
        "name": line(page.title),
        "url": page.url,
        "time_zone": "Etc/UTC",
        "updated_at": stamp(facts.changed_at(page)),
    }


def _status(page: Page) -> Json:
    found = verdict(page)
    indicator, all_, some = _SUMMED_UP[found.condition]
    if found.condition is Condition.DOWN and not found.whole:
        worst = {each.impact for each in page.incidents if each.resolved_at is None}
        indicator = "critical" if Impact.CRITICAL in worst else "major"
    return {"indicator": indicator, "description": all_ if found.whole else some}


def _concerned(ids: Sequence[str], known: dict[str, Json]) -> list[Json]:
    return [known[id_] for id_ in ids if id_ in known]
