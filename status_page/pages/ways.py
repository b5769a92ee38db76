"""Where machines read about a component, and the probes behind it for those who run them."""

from __future__ import annotations

from datetime import date
from typing import Final

from status_page.component import Component, Note
from status_page.drawing.escaped import escape
from status_page.pages.mold import FEEDS
from status_page.pages.pieces import fold, section, table
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Tongue
from status_page.verdicts import verdict

_LONGEST: Final = 500


def follow(component: Component, tongue: Tongue, root: str, url: str) -> str:
    """Feeds, and badges with addresses to copy: absolute where *url* says ours."""
    own = f"components/{anchor(component.id)}/"
    feeds = "".join(
        f'<li><a href="{root}{own}{end}" type="{kind}">{way}</a></li>' for kind, way, end in FEEDS
    )
    table_of_days = f'<li><a href="{root}{own}history.csv" type="text/csv">CSV</a></li>'
    badges = _badges(component, tongue, root, url)
    content = f'<ul class="ways" role="list">{feeds}{table_of_days}</ul>{badges}'
    return section("follow", tongue.say("Follow it"), content)


def _badges(component: Component, tongue: Tongue, root: str, url: str) -> str:
    told = (
        ("status", tongue.say("Its state")),
        ("uptime", tongue.say("Its uptime")),
        ("response", tongue.say("How long it takes")),
    )
    place = anchor(component.id)
    items = "".join(
        f'<div><dt><img src="{root}badges/{place}/{kind}.svg" alt="{escape(said)}" height="20"'
        f' loading="lazy"></dt><dd><code>{escape(url or root)}badges/{place}/{kind}.svg</code></dd>'
        "</div>"
        for kind, said in told
    )
    return fold(tongue.say("Badges"), f'<dl class="badges">{items}</dl>')


def notes(component: Component, tongue: Tongue, today: date) -> str:
    """Only internal pages have any."""
    if not component.notes:
        return ""
    heads = (
        tongue.say("Probe"),
        tongue.say("State"),
        tongue.say("Last run"),
        tongue.say("Took"),
        tongue.say("What it says"),
    )
    rows = "".join(_note(note, tongue, today) for note in component.notes)
    title = tongue.say("The probes behind it")
    return section("notes", title, table(title, heads, rows))


def _note(note: Note, tongue: Tongue, today: date) -> str:
    last = tongue.moment(note.last_run_at, today) if note.last_run_at else "–"
    took = tongue.span(note.took) if note.took is not None else "–"
    state = str(verdict(tongue, note.condition, note.since, today))
    name = escape(shorten(tidy(note.name), 120))
    said = escape(shorten(tidy(note.summary), _LONGEST))
    return (
        f'<tr><th scope="row"><bdi>{name}</bdi><code>{escape(tidy(note.probe))}</code></th>'
        f"<td>{escape(state)}</td><td>{escape(last)}</td>"
        f'<td>{escape(took)}</td><td dir="auto">{said}</td></tr>'
    )
