"""How targets changed, the newest first, and whether that was announced."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from status_page.changes import Altered
from status_page.drawing.escaped import escape
from status_page.inside.pieces import incident_path, section, word
from status_page.pages.pieces import timed
from status_page.text import shorten, tidy
from status_page.tongue import Timed, Tongue

MOST: Final = 20
_SENTENCE: Final = 300
_INCIDENT: Final = re.compile(r"incident \d+", re.ASCII)


def altered(
    changes: Sequence[Altered], incidents: Collection[str], tongue: Tongue, today: date
) -> str:
    """*incidents* are the ids of those that are led to."""
    rows = "".join(_row(each, incidents, tongue, today) for each in changes[:MOST])
    listed = f'<ol class="deeds" role="list">{rows}</ol>' if rows else ""
    return section("altered", tongue.say("What changed"), listed)


def _row(given: Altered, incidents: Collection[str], tongue: Tongue, today: date) -> str:
    then = _english(given.then, "quiet")
    if given.incident in incidents:
        then = _led(then, incident_path(given.incident))
    at = timed(Timed("", given.at, tongue.moment(given.at, today)))
    return (
        f'<li class="{"was-not" if given.announced else "was-done"}"><p class="at">{at}</p><div>'
        f"<p><b>{word(given.target)}</b></p>{_english(given.said)}"
        f"{then}</div></li>"
    )


def _led(then: str, path: str) -> str:
    """The incident that it names is led to; *then* is HTML, and has no other tags inside."""
    return _INCIDENT.sub(lambda found: f'<a href="{path}">{found[0]}</a>', then, count=1)


def _english(said: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<p{named} lang="en" dir="ltr">{escape(shorten(tidy(said), _SENTENCE))}</p>'
