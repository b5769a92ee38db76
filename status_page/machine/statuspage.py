"""Statuspage's API v2 as files, so that what reads other pages reads this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from status_page.component import Condition
from status_page.incident import Impact
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
    Condition.UNWATCHED: ("none", "Nothing Is Watched", "Nothing Is Watched"),
}


class Statuspage:
    """The files below `api/v2/`."""

    def __init__(self) -> None:
        self._rows = Rows()
        self._told: Kept[Any, str] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        self._told.only(
            [each.id for each in page.incidents] + [("work", each.id) for each in page.maintenance]
        )
        rows = self._rows.of(page)
        components = _list(row.text for row in rows)
        by_id = {row.facts["id"]: row.facts for row in rows if not row.facts["group"]}
        speaking = tongue(page.language)
        incidents = self._incidents(page, by_id, speaking)
        works = self._works(page, by_id, speaking)
        unresolved = [text for open_, text in incidents if open_]
        status = ("status", dumped(_status(page)))
        everything = ("scheduled_maintenances", _list(text for _, text in works[::-1][:MOST]))
        active = [text for state, text in works if state == "in_progress"]
        upcoming = [text for state, text in works if state == "scheduled"][:MOST]
        told = {
            "status": [status],
            "components": [("components", components)],
            "incidents": [("incidents", _list(text for _, text in incidents[:MOST]))],
            "incidents/unresolved": [("incidents", _list(unresolved))],
            "scheduled-maintenances": [everything],
            "scheduled-maintenances/active": [("scheduled_maintenances", _list(active))],
            "scheduled-maintenances/upcoming": [("scheduled_maintenances", _list(upcoming))],
            "summary": [
                ("components", components),
                ("incidents", _list(unresolved)),
                ("scheduled_maintenances", _list(active + upcoming)),
                status,
            ],
        }
        head = dumped(_page(page))
        for name, parts in told.items():
            body = "".join(f',"{key}":{text}' for key, text in parts)
            yield f"api/v2/{name}.json", f'{{"page":{head}{body}}}\n'.encode()

    def _incidents(
        self, page: Page, known: dict[str, Json], speaking: Tongue
    ) -> list[tuple[bool, str]]:
        found = []
        for incident in page.incidents:
            concerned = _concerned(incident.components, known)
            source = (incident, concerned, page.id, page.url, speaking.code)
            text = self._told.get(
                incident.id,
                source,
                lambda source: dumped(incident_row(page, source[0], source[1], speaking)),
            )
            found.append((incident.resolved_at is None, text))
        return found

    def _works(self, page: Page, known: dict[str, Json], speaking: Tongue) -> list[tuple[str, str]]:
        found = []
        for work in page.maintenance:
            concerned = _concerned(work.components, known)
            state = state_of(work, page.made_at)
            source = (work, concerned, state, page.id, page.url, speaking.code)
            text = self._told.get(
                ("work", work.id),
                source,
                lambda source: dumped(work_row(page, source[0], source[1], speaking)),
            )
            found.append((state, text))
        return found


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
