"""The answer in one sentence, and how it is counted."""

from __future__ import annotations

from collections import Counter

from status_page import words
from status_page.component import Component, Condition
from status_page.incident import Incident
from status_page.index.view import Headline
from status_page.page import Page

MARKS = {
    Condition.UP: "✓",
    Condition.DEGRADED: "!",
    Condition.DOWN: "✕",
    Condition.MAINTENANCE: "~",
    Condition.UNKNOWN: "?",
    Condition.UNWATCHED: "?",
}
# Longer sentences stand in full further down the page.
LONGEST = 140


def headline(page: Page) -> Headline:
    """What a visitor wants to know first. An open incident is never outshone by green rows."""
    tone, said = _answer(page)
    lead = _lead(Counter(component.condition for component in page.components))
    return Headline(tone=tone, words=words.shorten(said, LONGEST), lead=lead)


def _answer(page: Page) -> tuple[Condition, str]:
    found = {component.condition for component in page.components}
    still_open = [incident for incident in page.incidents if incident.resolved_at is None]
    if Condition.DOWN in found:
        return Condition.DOWN, _down(page.components)
    if still_open:
        return Condition.DOWN, _incidents(still_open)
    if not found:
        return Condition.UNKNOWN, "Nothing is watched yet"
    if Condition.DEGRADED in found:
        whole = found == {Condition.DEGRADED} and len(page.components) > 1
        return Condition.DEGRADED, "Everything is slow" if whole else "Some things are slow"
    if found == {Condition.UNKNOWN}:
        return Condition.UNKNOWN, "We cannot tell right now"
    if Condition.UNKNOWN in found:
        return Condition.UP, "Everything we can see works"
    return Condition.UP, "Everything works"


def _down(components: tuple[Component, ...]) -> str:
    down = [component for component in components if component.condition is Condition.DOWN]
    names = tuple(words.tidy(component.name) for component in down)
    if len(down) == 1:
        return bare(down[0].says) or f"{names[0]} is down"
    if len(down) == len(components):
        return "Everything is down"
    if len(down) == 2:
        return f"{words.listed(names)} are down"
    return f"{len(down)} of {len(components)} things are down"


def _incidents(still_open: list[Incident]) -> str:
    if len(still_open) == 1:
        return bare(still_open[0].sentence) or "Something is down"
    return f"{words.count(len(still_open), 'incident')} are open"


def bare(sentence: str) -> str:
    """A sentence as a heading: tidy, and without its full stop."""
    said = words.tidy(sentence)
    return said[:-1] if said.endswith(".") and not said.endswith("..") else said


def _lead(counted: Counter[Condition]) -> str:
    total, up, unknown = counted.total(), counted[Condition.UP], counted[Condition.UNKNOWN]
    if total < 2 or total in {counted[Condition.DEGRADED], counted[Condition.DOWN]}:
        return ""  # the headline says it all
    if unknown == total:
        return f"We have no fresh evidence about any of the {total} things we watch."
    if up == total:
        return f"All {total} things we watch work."
    seen = [
        f"{up} of {total} {'works' if up == 1 else 'work'}"
        if up
        else f"None of {total} works as it should"
    ]
    seen += _are(counted[Condition.DEGRADED], "slow") + _are(counted[Condition.DOWN], "down")
    unsure = f" We cannot tell about {unknown} of them right now." if unknown else ""
    return f"{words.listed(tuple(seen))}.{unsure}"


def _are(number: int, what: str) -> list[str]:
    return [f"{words.count(number, 'is', 'are')} {what}"] if number else []
