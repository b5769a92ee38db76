"""What other people's sites show of ours: `api/embed.json` for the banner of `embed.js`.

It names only what is down or being worked on, in every language of the page, so that the script
itself knows no words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from status_page.component import Component, Condition
from status_page.frame import languages
from status_page.kept import Kept
from status_page.machine.facts import dumped, line
from status_page.page import Page
from status_page.tongue import Tongue, tongue

SHOWN: Final = (Condition.DOWN, Condition.MAINTENANCE)
MOST: Final = 100
_Source = tuple[str, tuple[str, ...], tuple[tuple[str, Condition, str, str], ...]]


class Embed:
    """`api/embed.json`"""

    def __init__(self) -> None:
        self._kept: Kept[_Source, bytes] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        source = (page.language, languages(page), tuple(map(_facts, _troubled(page)[:MOST])))
        yield "api/embed.json", self._kept.get("", source, _made)


def _troubled(page: Page) -> list[Component]:
    """What is down first, then what is being worked on; else in the order of the page."""
    found = [each for each in page.components if each.condition in SHOWN]
    return sorted(found, key=lambda each: SHOWN.index(each.condition))


def _sentence(name: str, condition: Condition, says: str, speaking: Tongue) -> str:
    """What people cannot do, or that it is being worked on."""
    if condition is Condition.MAINTENANCE:
        return speaking.say("Under maintenance: {component}.", component=name)
    return says or speaking.say("Down: {component}.", component=name)


def _facts(component: Component) -> tuple[str, Condition, str, str]:
    return component.id, component.condition, line(component.name), line(component.says)


def _made(source: _Source) -> bytes:
    own, codes, found = source
    speakers = {code: tongue(code) for code in codes}
    told = {
        "language": own,
        "more": {code: speaking.say("Status page") for code, speaking in speakers.items()},
        "components": [
            {
                "id": id_,
                "condition": condition.value,
                "words": {
                    code: _sentence(name, condition, says, speaking)
                    for code, speaking in speakers.items()
                },
            }
            for id_, condition, name, says in found
        ],
    }
    return f"{dumped(told)}\n".encode()
