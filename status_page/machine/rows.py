"""Components and groups in the words of Statuspage's API, which are fewer than ours.

What we know nothing about right now is `degraded_performance`: a program that trusts it is told to
doubt, and none is told that all is well. What nobody watches is left out, unless an open incident
concerns it: any word would be made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from status_page.component import Component, Condition
from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.facts import dumped, line, stamp
from status_page.page import Page

OF_CONDITION: Final = {
    Condition.UP: "operational",
    Condition.DEGRADED: "degraded_performance",
    Condition.DOWN: "major_outage",
    Condition.MAINTENANCE: "under_maintenance",
    Condition.UNKNOWN: "degraded_performance",
    Condition.UNWATCHED: "degraded_performance",
}
_WORST_FIRST: Final = ("major_outage", "degraded_performance", "under_maintenance", "operational")
Json = dict[str, Any]


class Row(NamedTuple):
    """One of `components`, and as it is written down."""

    facts: Json
    text: str


class _Told(NamedTuple):
    """All that the row of a component is made from."""

    id: str
    name: str
    description: str
    condition: Condition
    since: datetime | None
    first_seen: date | None
    group_id: str | None
    page_id: str
    position: int


class Rows:
    """Made again only of what says something else than before."""

    def __init__(self) -> None:
        self._components: Kept[_Told, Row] = Kept()
        self._groups: Kept[tuple[str, str, str, int, tuple[Json, ...]], Row] = Kept()

    def of(self, page: Page) -> list[Row]:
        """Components, each group before what is in it, in the order of the page."""
        found: list[Row] = []
        for heading, members in _grouped(page).items():
            name, position = line(heading), len(found) + 1
            group_id = facts.short_id("group", name) if name else None
            first = position + 1 if group_id else position
            rows = [
                self._row(member, group_id, page_id(page), at)
                for at, member in enumerate(members, first)
            ]
            if group_id:
                source = (name, group_id, page_id(page), position, tuple(row.facts for row in rows))
                found.append(self._groups.get(group_id, source, _group))
            found += rows
        self._components.only([component.id for component in page.components])
        return found

    def _row(self, component: Component, group_id: str | None, own_id: str, at: int) -> Row:
        told = _Told(
            component.id,
            component.name,
            component.description,
            component.condition,
            component.since,
            component.first_seen,
            group_id,
            own_id,
            at,
        )
        return self._components.get(component.id, told, _component)


def page_id(page: Page) -> str:
    return facts.short_id("page", facts.place(page))


def _grouped(page: Page) -> dict[str, list[Component]]:
    found: dict[str, list[Component]] = {}
    for component in _listed(page):
        found.setdefault(component.group, []).append(component)
    return found


def _listed(page: Page) -> Iterator[Component]:
    concerned = {
        id_ for each in page.incidents if each.resolved_at is None for id_ in each.components
    }
    for component in page.components:
        if component.condition is not Condition.UNWATCHED or component.id in concerned:
            yield component


def _component(told: _Told) -> Row:
    first = told.first_seen
    created_at = facts.midnight(first) if first else told.since or facts.EPOCH
    row = {
        "id": told.id,
        "name": line(told.name),
        "status": OF_CONDITION[told.condition],
        "created_at": stamp(created_at),
        "updated_at": stamp(max(told.since or created_at, created_at)),
        "position": told.position,
        "description": line(told.description) or None,
        "showcase": False,
        "start_date": first.isoformat() if first else None,
        "group_id": told.group_id,
        "page_id": told.page_id,
        "group": False,
        "only_show_if_degraded": False,
    }
    return Row(row, dumped(row))


def _group(source: tuple[str, str, str, int, tuple[Json, ...]]) -> Row:
    name, group_id, own_id, position, rows = source
    row = {
        "id": group_id,
        "name": name,
        "status": _worst([row["status"] for row in rows]),
        "created_at": min(row["created_at"] for row in rows),
        "updated_at": max(row["updated_at"] for row in rows),
        "position": position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": own_id,
        "group": True,
        "only_show_if_degraded": False,
        "components": [row["id"] for row in rows],
    }
    return Row(row, dumped(row))


def _worst(found: Sequence[str]) -> str:
    """Of a group: down in part where only some of it is."""
    worst = next(status for status in _WORST_FIRST if status in found)
    partly = worst == "major_outage" and len(set(found)) > 1
    return "partial_outage" if partly else worst
