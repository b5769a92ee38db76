"""What is said of an incident that nobody found words for: general ones, in each language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from status_page.incident import Impact, Incident
from status_page.kept import Kept
from status_page.page import Page
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

_NAME_LONGEST = 60


class Sentences:
    """Keeps what it said, so that what stays the same stays the very same object."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[Incident, tuple[str, ...]], Incident] = Kept()

    def fill(self, page: Page, tongue: Tongue) -> Page:
        """The page with a sentence for every incident."""
        if all(incident.sentence for incident in page.incidents):
            return page
        names = {each.id: shorten(tidy(each.name), _NAME_LONGEST) for each in page.components}
        filled = tuple(self._filled(each, names, tongue) for each in page.incidents)
        return replace(page, incidents=filled)

    def _filled(self, incident: Incident, names: dict[str, str], tongue: Tongue) -> Incident:
        if incident.sentence:
            return incident
        concerned = tuple(names[id_] for id_ in incident.components if id_ in names)
        return self._kept.get(
            (tongue.code, incident.id),
            (incident, concerned),
            lambda source: replace(source[0], sentence=_said(tongue, *source)),
        )


def _said(tongue: Tongue, incident: Incident, names: tuple[str, ...]) -> str:
    slow = incident.impact is Impact.MINOR
    if not names:
        return tongue.say("Something is slow.") if slow else tongue.say("Something is down.")
    return broken(tongue, names, slow=slow)


def broken(tongue: Tongue, names: Sequence[str], *, slow: bool) -> str:
    """`A and B are down.`"""
    listed, number = tongue.listed(names), len(names)
    if slow:
        return tongue.count("{names} is slow.", "{names} are slow.", number, names=listed)
    return tongue.count("{names} is down.", "{names} are down.", number, names=listed)
