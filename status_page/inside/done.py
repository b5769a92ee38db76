"""What trueup did by itself, or did not, and what was fetched when something failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from status_page.changes import Capture, Deed
from status_page.drawing.escaped import escape
from status_page.inside.pieces import incident_path, section, word
from status_page.pages.pieces import timed
from status_page.text import shorten, tidy
from status_page.tongue import Timed, Tongue

MOST: Final = 20
_SENTENCE: Final = 800
_TITLE: Final = 90
_QUOTED_LINES: Final = 20
_QUOTED: Final = 400


def done(deeds: Sequence[Deed], titles: Mapping[str, str], tongue: Tongue, today: date) -> str:
    """*titles* of the incidents that are led to, by id; none on an incident's own page."""
    rows = "".join(_deed(each, titles, tongue, today) for each in deeds[:MOST])
    listed = f'<ol class="deeds" role="list">{rows}</ol>' if rows else ""
    return section("done", tongue.say("What trueup did"), listed)


def _deed(given: Deed, titles: Mapping[str, str], tongue: Tongue, today: date) -> str:
    at = timed(Timed("", given.at, tongue.moment(given.at, today)))
    led = ""
    if given.incident in titles:
        path, title = incident_path(given.incident), word(titles[given.incident], _TITLE)
        led = f'<p><a href="{path}">{title}</a></p>'
    return (
        f'<li class="{"was-done" if given.done else "was-not"}"><p class="at">{at}</p><div>'
        f"<p><b>{word(given.name)}</b></p>{_english(given.said)}{led}</div></li>"
    )


def _english(said: str) -> str:
    return f'<p lang="en" dir="ltr">{escape(shorten(tidy(said), _SENTENCE))}</p>'


def captured(captures: Sequence[Capture], tongue: Tongue) -> str:
    parts = "".join(_capture(each, tongue) for each in captures[:MOST])
    return section("captures", tongue.say("Fetched when it failed"), parts)


def _capture(given: Capture, tongue: Tongue) -> str:
    number = ""
    if given.lines:
        said = tongue.count("{number} line", "{number} lines", given.lines)
        number = f' <span class="quiet">{escape(said)}</span>'
    head = f"<h3>{word(given.name)}{number}</h3>"
    return f'<div class="capture">{head}{_content(given, tongue)}</div>'


def _content(given: Capture, tongue: Tongue) -> str:
    if given.waiting:
        return f'<p class="quiet">{escape(tongue.say("Still being fetched."))}</p>'
    lines = [shorten(_indented(line), _QUOTED) for line in given.first.split("\n")]
    quoted = escape("\n".join(lines[:_QUOTED_LINES]).strip("\n"))
    label = escape(tidy(given.name))
    why = _english(given.why) if given.why else ""
    if not quoted.strip():
        return why
    return (
        f'{why}<pre tabindex="0" role="group" aria-label="{label}" dir="ltr" translate="no">'
        f"{quoted}</pre>"
    )


def _indented(line: str) -> str:
    """As `tidy`, with its indents."""
    return " ".join(map(tidy, line.expandtabs(4).rstrip().split(" ")))
