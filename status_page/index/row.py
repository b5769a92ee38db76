"""A component as a piece of HTML: plain strings, for there may be a thousand of them.

What is escaped here is escaped once; numbers, classes and paths are our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import escape

from status_page.component import Component, Condition, Note, together
from status_page.index import bars, days
from status_page.shares import share_words
from status_page.templates import marked, sign
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Tongue
from status_page.verdicts import verdict

# The style sheet shows so many of the newest days on a wide, a middling and a narrow screen.
WIDTHS: Final = (("wide", 90), ("middling", 60), ("narrow", 30))
_WELL: Final = frozenset({Condition.UP, Condition.UNWATCHED})
_MOST_NOTES: Final = 5
_LONGEST_NOTE: Final = 300


@dataclass(frozen=True, slots=True)
class Source:
    """All that a row is made from."""

    component: Component
    today: date
    told: bool
    """Whether an open incident says already what people cannot do."""
    happened: tuple[tuple[date, str], ...] = ()
    """Its incidents, by each of the days that they touched."""


def row(source: Source, read: tuple[days.Read, ...], tongue: Tongue) -> str:
    """*read* is what its days were."""
    component, today = source.component, source.today
    place = anchor(component.id)
    share = _share(component, tongue)
    name = escape(tidy(component.name))
    said = marked(verdict(tongue, component.condition, component.since, today))
    return (
        f'<article class="row row-{component.condition}" id="component-{place}">'
        f'<div class="verdict"><h3 dir="auto"><a href="components/{place}/index.html">{name}</a>'
        f'</h3><p class="says-it">{sign(component.condition)}<span>{said}</span></p></div>'
        f"{_described(component)}{_says(source)}{_notes(source, tongue)}"
        f"{_bars(read, component, tongue, share)}{_foot(source, read, tongue, share)}"
        "</article>\n"
    )


def _described(component: Component) -> str:
    said = escape(tidy(component.description))
    return f'<p class="about" dir="auto">{said}</p>' if said else ""


def _says(source: Source) -> str:
    component = source.component
    if component.condition is not Condition.DOWN or source.told or not component.says:
        return ""
    return f'<p class="says" dir="auto">{escape(tidy(component.says))}</p>'


def _notes(source: Source, tongue: Tongue) -> str:
    """What the probes say of what is not well; only internal pages have any."""
    found = [each for each in source.component.notes if each.condition not in _WELL][:_MOST_NOTES]
    items = "".join(_note(each, source.today, tongue) for each in found)
    return f'<ul class="notes" role="list">{items}</ul>' if items else ""


def _note(note: Note, today: date, tongue: Tongue) -> str:
    said = escape(shorten(tidy(note.summary), _LONGEST_NOTE))
    state = marked(verdict(tongue, note.condition, note.since, today))
    name = escape(shorten(tidy(note.name) or tidy(note.probe), 120))
    reason = f' <span dir="auto">{said}</span>' if said else ""
    return f"<li><b><bdi>{name}</bdi></b> {state}{reason}</li>"


def _share(component: Component, tongue: Tongue) -> str:
    if component.condition is Condition.UNWATCHED:
        return ""
    known = dict(component.uptime).get("90d") or together(component.days[-days.SHOWN :])
    share = share_words(tongue, known, component.resolution)
    if not share:
        return tongue.say("Nothing to count yet")
    first, shown = component.first_seen, component.days[-days.SHOWN :]
    if first is None or not shown or first <= shown[0].day:
        return tongue.say("{share} uptime", share=share)
    return tongue.say("{share} uptime since {day}", share=share, day=tongue.short_day(first))


def _bars(read: tuple[days.Read, ...], component: Component, tongue: Tongue, share: str) -> str:
    if not read or component.condition is Condition.UNWATCHED:
        return ""
    said = tongue.count("{number} day", "{number} days", len(read))
    begun = next((at for at, day in enumerate(read) if day.mark != "n"), len(read))
    first = days.SHOWN - len(read) + begun
    label = escape(f"{tidy(component.name)}: {said}, {share}")
    return (
        f'<div class="bars" data-first="{first}"><svg viewBox="0 0 {days.SHOWN} {bars.HEIGHT}" '
        f'preserveAspectRatio="none" role="img" aria-label="{label}">'
        f"{bars.paths(bars.marks(read))}</svg></div>"
    )


def _foot(source: Source, read: tuple[days.Read, ...], tongue: Tongue, share: str) -> str:
    if not share:
        return ""
    place = anchor(source.component.id)
    begins, ends = (_begins(len(read), tongue), escape(tongue.say("Today"))) if read else ("", "")
    told = "".join(
        f'<tr data-at="{found.first}-{found.last}"><th scope="row">{escape(found.when)}</th>'
        f"<td>{escape(found.what)}</td></tr>"
        for found in days.stretches(read, tongue, source.happened)
    )
    middle = f'<p class="share">{escape(share)}</p>'
    if told:
        middle = (
            f'<details id="days-{place}"><summary><span>{escape(share)}</span></summary><table>'
            f'<caption class="unseen">{escape(tongue.say("Days that stand out"))}</caption>'
            f"{told}</table></details>"
        )
    return (
        f'<div class="foot"><p class="from" aria-hidden="true">{begins}</p>{middle}'
        f'<p class="to" aria-hidden="true">{ends}</p></div>'
    )


def _begins(length: int, tongue: Tongue) -> str:
    return "".join(
        f'<span class="{width}">'
        f"{escape(tongue.count('{number} day ago', '{number} days ago', min(most, length)))}</span>"
        for width, most in WIDTHS
    )
