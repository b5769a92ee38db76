"""A page for each incident and for each announced work: its address stays, and no line of it
depends on the day it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from status_page.component import Condition
from status_page.drawing.cards import card_path, with_card
from status_page.frame import frame, languages
from status_page.incident import Incident
from status_page.kept import Kept
from status_page.machine.linked import incident_ld, work_ld
from status_page.markdown import to_text
from status_page.page import Page
from status_page.pages.kin import Phase, Work, own_address, path_of, title_of, works_of
from status_page.pages.mold import around
from status_page.pages.told import EVER, of_incident, of_work
from status_page.templates import template
from status_page.text import shorten, tidy
from status_page.tongue import Tongue

_LONGEST: Final = 200
_MOST_NAMES: Final = 6


@dataclass(frozen=True, slots=True)
class _Source:
    """All that such a page depends on but for its language."""

    what: Incident | Work
    names: tuple[tuple[str, str], ...]
    """Ids and names of the components concerned."""
    frame: tuple[object, ...]
    card: bool
    """Whether it has a picture of its own."""


class Stories:
    """Each page is made again when something on it changed, and only then."""

    def __init__(self) -> None:
        self._pages: Kept[_Source, bytes] = Kept()
        self._shown: frozenset[str] = frozenset()

    def files(self, page: Page, tongue: Tongue) -> Iterable[tuple[str, bytes]]:
        names = {component.id: component.name for component in page.components}
        outside, carded = around(page), {each.id for each in with_card(page)}
        everything: list[Incident | Work] = [*page.incidents, *works_of(page)]
        for what in everything:
            thing = what.what if isinstance(what, Work) else what
            named = tuple((id_, names[id_]) for id_ in thing.components if id_ in names)
            card = isinstance(what, Incident) and what.id in carded
            source, path = _Source(what, named, outside, card), path_of(thing)
            yield path, self._pages.get((path, tongue.code), source, partial(_made, page, tongue))
        self._forget(page)

    def _forget(self, page: Page) -> None:
        incidents, works = map(path_of, page.incidents), map(path_of, page.maintenance)
        shown = frozenset([*incidents, *works])
        if shown != self._shown:
            self._shown = shown
            self._pages.only({(path, code) for path in shown for code in languages(page)})


def _made(page: Page, tongue: Tongue, source: _Source) -> bytes:
    if isinstance(source.what, Work):
        return _work(page, tongue, source.what, source)
    return _incident(page, tongue, source.what, source)


def _incident(page: Page, tongue: Tongue, what: Incident, source: _Source) -> bytes:
    path = path_of(what)
    outside = frame(
        page,
        tongue,
        path=path,
        title=title_of(what, tongue),
        description=_described(what, source.names, tongue),
        tone=_tone(what.resolved_at is None),
        card=card_path(what) if source.card else "card.png",
        ld=(
            incident_ld(page, what, language=tongue.code, address=own_address(page, tongue, path)),
        ),
    )
    story = of_incident(what, source.names, tongue)
    return template("incident.html", tongue).render(frame=outside, page=story).encode()


def _work(page: Page, tongue: Tongue, what: Work, source: _Source) -> bytes:
    path = path_of(what.what)
    outside = frame(
        page,
        tongue,
        path=path,
        title=title_of(what.what, tongue),
        tone=Condition.MAINTENANCE if what.phase is Phase.NOW else None,
        ld=(
            work_ld(page, what.what, language=tongue.code, address=own_address(page, tongue, path)),
        ),
    )
    story = of_work(what, source.names, tongue)
    return template("maintenance.html", tongue).render(frame=outside, page=story).encode()


def _described(what: Incident, names: Sequence[tuple[str, str]], tongue: Tongue) -> str:
    """The newest words, or how it stands and what it concerns."""
    if what.updates and (words := tidy(to_text(what.updates[-1].words))):
        return shorten(words, _LONGEST)
    if what.resolved_at is None:
        state = tongue.say("Since {time}", time=tongue.moment(what.began_at, EVER))
    else:
        lasted = tongue.duration(what.lasted(what.resolved_at))
        state = tongue.say("Resolved after {span}", span=lasted)
    concerned = tongue.listed([shorten(tidy(name), 60) for _, name in names[:_MOST_NAMES]])
    return f"{state} · {concerned}" if concerned else state


def _tone(still_open: bool) -> Condition | None:
    return Condition.DOWN if still_open else None
