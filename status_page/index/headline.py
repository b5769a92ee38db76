"""The answer in a sentence that is true, and what holds for all the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from status_page.component import Component, Condition
from status_page.incident import Impact, Incident
from status_page.index.view import Headline
from status_page.page import Page
from status_page.sentences import broken
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

MARKS: Final = {
    Condition.UP: "✓",
    Condition.DEGRADED: "!",
    Condition.DOWN: "✕",
    Condition.MAINTENANCE: "~",
    Condition.UNKNOWN: "?",
    Condition.UNWATCHED: "?",
}
# Longer sentences stand in full further down the page.
LONGEST: Final = 140
_NAMED: Final = 3
_NAME: Final = 40
# Which one the headline is about: the first that any component is in.
_ORDER: Final = (
    Condition.DOWN,
    Condition.DEGRADED,
    Condition.MAINTENANCE,
    Condition.UNKNOWN,
    Condition.UNWATCHED,
)


def headline(page: Page, tongue: Tongue) -> Headline:
    """What a visitor wants to know first. An open incident is never outshone by green rows."""
    tone, said = _answer(page, tongue)
    rest = _rest(page, tongue, _spoken_of(page, tone), bool(_still_open(page)))
    return Headline(tone=tone, words=shorten(said, LONGEST), lead=" ".join(filter(None, rest)))


def _answer(page: Page, tongue: Tongue) -> tuple[Condition, str]:
    found = {component.condition for component in page.components}
    still_open = _still_open(page)
    if Condition.DOWN in found:
        return Condition.DOWN, _down(page.components, tongue)
    if still_open:
        minor = all(incident.impact is Impact.MINOR for incident in still_open)
        return Condition.DEGRADED if minor else Condition.DOWN, _incidents(still_open, tongue)
    return _without_trouble(page, found, tongue)


def _without_trouble(page: Page, found: set[Condition], tongue: Tongue) -> tuple[Condition, str]:
    if found <= {Condition.UNWATCHED}:
        return Condition.UNWATCHED, tongue.say("Nothing is watched yet.")
    if Condition.DEGRADED in found:
        return Condition.DEGRADED, _affected(page.components, Condition.DEGRADED, tongue)
    if Condition.MAINTENANCE in found:
        return Condition.MAINTENANCE, _affected(page.components, Condition.MAINTENANCE, tongue)
    if Condition.UP not in found:
        return Condition.UNKNOWN, tongue.say("We cannot tell right now.")
    if Condition.UNKNOWN in found:
        return Condition.UNKNOWN, tongue.say("Everything we can see works.")
    if Condition.UNWATCHED in found:
        return Condition.UP, tongue.say("Everything we watch works.")
    return Condition.UP, tongue.say("Everything works.")


def _still_open(page: Page) -> list[Incident]:
    """Those that anybody should be told of first."""
    told = (incident for incident in page.incidents if incident.resolved_at is None)
    return [incident for incident in told if incident.impact is not Impact.NONE]


def _down(components: Sequence[Component], tongue: Tongue) -> str:
    down = [component for component in components if component.condition is Condition.DOWN]
    sentences = {tidy(component.says) for component in down}
    said = sentences.pop() if len(sentences) == 1 else ""
    if said and (len(down) == 1 or len(down) < len(components)):
        return said
    return _affected(components, Condition.DOWN, tongue)


def _incidents(still_open: Sequence[Incident], tongue: Tongue) -> str:
    if len(still_open) == 1:
        return tidy(still_open[0].sentence) or tongue.say("Something is down.")
    number = len(still_open)
    return tongue.count("{number} incident is open.", "{number} incidents are open.", number)


def _affected(components: Sequence[Component], condition: Condition, tongue: Tongue) -> str:
    """Everything, two or three names, or how many."""
    found = [component for component in components if component.condition is condition]
    if len(found) == len(components) > 1:
        return _everything(tongue, condition)
    if len(found) <= _NAMED:
        return _named(tongue, condition, found)
    return _counted(tongue, condition, len(found))


def _everything(tongue: Tongue, condition: Condition) -> str:
    match condition:
        case Condition.DOWN:
            return tongue.say("Everything is down.")
        case Condition.DEGRADED:
            return tongue.say("Everything is slow.")
        case Condition.MAINTENANCE:
            return tongue.say("Everything is under maintenance.")
        case _:
            return tongue.say("We cannot tell right now.")


def _named(tongue: Tongue, condition: Condition, found: Iterable[Component]) -> str:
    called = [shorten(tidy(component.name), _NAME) for component in found]
    number, names = len(called), tongue.listed(called)
    match condition:
        case Condition.DOWN | Condition.DEGRADED:
            return broken(tongue, called, slow=condition is Condition.DEGRADED)
        case Condition.MAINTENANCE:
            return tongue.count(
                "{names} is under maintenance.",
                "{names} are under maintenance.",
                number,
                names=names,
            )
        case Condition.UNKNOWN:
            return tongue.say("We cannot tell about {names} right now.", names=names)
        case _:
            return tongue.count(
                "{names} is not watched.", "{names} are not watched.", number, names=names
            )


def _counted(tongue: Tongue, condition: Condition, number: int) -> str:
    match condition:
        case Condition.DOWN:
            return tongue.count("{number} thing is down.", "{number} things are down.", number)
        case Condition.DEGRADED:
            return tongue.count("{number} thing is slow.", "{number} things are slow.", number)
        case Condition.MAINTENANCE:
            return tongue.count(
                "{number} thing is under maintenance.",
                "{number} things are under maintenance.",
                number,
            )
        case Condition.UNKNOWN:
            return tongue.count(
                "We cannot tell about {number} thing right now.",
                "We cannot tell about {number} things right now.",
                number,
            )
        case _:
            return tongue.count(
                "{number} thing is not watched.", "{number} things are not watched.", number
            )


def _spoken_of(page: Page, tone: Condition) -> Condition:
    """What the headline's sentence is about: of a page known in part, that the rest works."""
    in_part = tone is Condition.UNKNOWN and any(
        c.condition is Condition.UP for c in page.components
    )
    return Condition.UP if in_part else tone


def _rest(page: Page, tongue: Tongue, said: Condition, trouble: bool) -> Iterable[str]:
    """A sentence for each condition that the headline does not speak of."""
    counted = dict.fromkeys(Condition, 0)
    for component in page.components:
        counted[component.condition] += 1
    total = len(page.components)
    for condition in _ORDER:
        if condition is not said and 0 < counted[condition] < total:
            yield _affected(page.components, condition, tongue)
    if counted[Condition.UP] == total:
        yield _all_up(tongue, total, trouble)
    elif counted[Condition.UP] and said is not Condition.UP:
        yield tongue.say("Everything else works.")
    elif counted[Condition.UNKNOWN] == total > 0:
        yield tongue.say("We have no fresh evidence about anything that we watch.")


def _all_up(tongue: Tongue, total: int, trouble: bool) -> str:
    if trouble or total < 2:
        return ""
    return tongue.count(
        "{number} thing we watch works.", "All {number} things we watch work.", total
    )
