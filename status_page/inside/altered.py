"""How targets changed, the newest first, and whether that was announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from status_page.changes import Altered
from status_page.drawing.escaped import escape
from status_page.inside.pieces import section, word
from status_page.pages.pieces import timed
from status_page.text import shorten, tidy
from status_page.tongue import Timed, Tongue

MOST: Final = 20
_SENTENCE: Final = 300


def altered(changes: Sequence[Altered], tongue: Tongue, today: date) -> str:
    rows = "".join(_row(each, tongue, today) for each in changes[:MOST])
    listed = f'<ol class="deeds" role="list">{rows}</ol>' if rows else ""
    return section("altered", tongue.say("What changed"), listed)


def _row(given: Altered, tongue: Tongue, today: date) -> str:
    at = timed(Timed("", given.at, tongue.moment(given.at, today)))
    return (
        f'<li class="{"was-not" if given.announced else "was-done"}"><p class="at">{at}</p><div>'
        f"<p><b>{word(given.target)}</b></p>{_english(given.said)}"
        f"{_english(given.then, 'quiet')}</div></li>"
    )


def _english(said: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<p{named} lang="en" dir="ltr">{escape(shorten(tidy(said), _SENTENCE))}</p>'
