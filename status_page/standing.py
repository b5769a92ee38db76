"""The condition of a component as it is shown: what was measured, or what people say of it where
that is worse. Decided here, for all that is made of a page.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from status_page.component import Component, Condition
from status_page.incident import Impact, Incident
from status_page.kept import Kept
from status_page.page import Page

WORST_FIRST: Final = (
    Condition.DOWN,
    Condition.DEGRADED,
    Condition.MAINTENANCE,
    Condition.UNKNOWN,
    Condition.UP,
    Condition.UNWATCHED,
)
OF_IMPACT: Final = {
    Impact.MINOR: Condition.DEGRADED,
    Impact.MAJOR: Condition.DOWN,
    Impact.CRITICAL: Condition.DOWN,
}


class _Told(NamedTuple):
    """What open incidents say of a component."""

    condition: Condition
    since: datetime
    says: str


class Standing:
    """Keeps what it changed, so that what stays the same stays the very same object."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[Component, _Told], Component] = Kept()

    def shown(self, page: Page) -> Page:
        """The page with no component better than an open incident that names it."""
        told = _told(page)
        self._kept.only(told)
        if not told:
            return page
        return replace(page, components=tuple(self._one(each, told) for each in page.components))

    def _one(self, component: Component, told: dict[str, _Told]) -> Component:
        said = told.get(component.id)
        if said is None or not _is_worse(said.condition, component.condition):
            return component
        return self._kept.get(component.id, (component, said), _changed)


def _told(page: Page) -> dict[str, _Told]:
    found: dict[str, _Told] = {}
    for incident in page.incidents:
        if incident.resolved_at is None and incident.impact in OF_IMPACT:
            said = _of(incident)
            for id_ in incident.components:
                known = found.get(id_)
                if known is None or _comes_first(said, known):
                    found[id_] = said
    return found


def _of(incident: Incident) -> _Told:
    return _Told(OF_IMPACT[incident.impact], incident.began_at, incident.sentence)


def _comes_first(said: _Told, known: _Told) -> bool:
    if said.condition is known.condition:
        return said.since < known.since
    return _is_worse(said.condition, known.condition)


def _is_worse(one: Condition, other: Condition) -> bool:
    return WORST_FIRST.index(one) < WORST_FIRST.index(other)


def _changed(source: tuple[Component, _Told]) -> Component:
    """What is configured to be said is not said of trouble that somebody else described."""
    component, said = source
    return replace(component, condition=said.condition, since=said.since, says=said.says)
