"""The whole page in one condition, the worst first. What is not known is never called good."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from status_page.component import Condition
from status_page.page import Page
from status_page.standing import OF_IMPACT, WORST_FIRST


class Verdict(NamedTuple):
    """On everything that the page tells of."""

    condition: Condition
    whole: bool
    """Whether it is so for everything that is watched."""


def verdict(page: Page) -> Verdict:
    """An open incident counts as bad as its impact, also where no component is down."""
    counted = Counter(component.condition for component in page.components)
    watched = counted.total() - counted[Condition.UNWATCHED]
    found = set(counted)
    for incident in page.incidents:
        if incident.resolved_at is None and incident.impact in OF_IMPACT:
            found.add(OF_IMPACT[incident.impact])
    condition = next((each for each in WORST_FIRST if each in found), Condition.UNWATCHED)
    return Verdict(condition, counted[condition] >= max(watched, 1))
