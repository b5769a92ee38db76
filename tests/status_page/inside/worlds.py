"""A page for those who run it, after a release that broke something and was taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from status_page import Capture, Deed, Deploy, Objective, Page
from tests.status_page.pages import lives
from tests.status_page.pages.lives import DAY, HOUR, MINUTE, NOW

SECOND = timedelta(seconds=1)
BROKEN_AT = NOW - 12 * MINUTE
"""When the open incident began."""
LINES = "14:01:04 upload: /usr/bin/env: 'node': No such file <or> directory\n    at (server.js:12)"


def deploy(
    version: str = "1.4.2", ago: timedelta = 12 * MINUTE + 40 * SECOND, **facts: Any
) -> Deploy:
    made = Deploy(
        at=NOW - ago,
        service="api",
        version=version,
        before="1.4.1",
        by="ci",
        link="https://ci.example.org/builds/812",
    )
    return replace(made, **facts)


def objective(**facts: Any) -> Objective:
    """15 minutes a year, of which three were spent."""
    made = Objective(
        id="uploads",
        component="uploads",
        promise="15m per year",
        since=date(2026, 1, 1),
        until=date(2026, 12, 31),
        allowed=15 * MINUTE,
        spent=3 * MINUTE + 5 * SECOND,
        detection=3 * MINUTE + 40 * SECOND,
    )
    return replace(made, **facts)


def deed(**facts: Any) -> Deed:
    made = Deed(
        at=BROKEN_AT + 20 * SECOND,
        name="rollback",
        said="Rolled back api 1.4.2 to 1.4.1: passing again after 34 s.",
        done=True,
        incident="i1",
    )
    return replace(made, **facts)


CAPTURES = (
    Capture(name="journal", first=LINES, lines=212),
    Capture(name="containers", why="it was ended after 20 s"),
    Capture(name="pods", waiting=True),
)


def operated(**facts: Any) -> Page:
    """Everything that only those who run it read."""
    found = lives.lived_in(internal=True, url="")
    uploads, messages, *others = found.components
    broken, *over = found.incidents
    older = (deploy("1.4.1", 3 * DAY, before="1.4.0"), deploy("77", 26 * HOUR, service="web"))
    made = replace(
        found,
        components=(
            replace(
                uploads, deploys=(*older, deploy()), objectives=(objective(),), notes=(lives.NOTE,)
            ),
            replace(messages, objectives=(objective(component="messages", spent=34 * MINUTE),)),
            *others,
        ),
        incidents=(
            replace(broken, deploys=(deploy(),), captures=CAPTURES, deeds=(deed(incident=""),)),
            *over,
        ),
        deploys=(deploy(), *reversed(older)),
        deeds=(deed(), deed(said="Nothing was done: it is over.", done=False, incident="gone")),
    )
    return replace(made, **facts)
