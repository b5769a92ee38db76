"""Deploys as a list, the newest first, and what went wrong after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from status_page.changes import Deploy
from status_page.drawing.escaped import escape
from status_page.incident import Incident
from status_page.inside.pieces import incident_path, leading, section, word
from status_page.page import Page
from status_page.pages.pieces import timed
from status_page.tongue import Timed, Tongue

MOST: Final = 20
_TITLE: Final = 90
_HERE: Final = "\0"
"""No text on the page can hold it."""


def deployed(page: Page, tongue: Tongue, today: date) -> str:
    """Those of the whole page."""
    after = _after(page.incidents)
    rows = "".join(_row(each, after, tongue, today) for each in page.deploys[:MOST])
    listed = f'<ol class="deploys" role="list">{rows}</ol>' if rows else ""
    return section("deploys", tongue.say("Deploys"), listed)


def _after(incidents: Sequence[Incident]) -> Mapping[Deploy, Incident]:
    """By deploy, the first incident that followed it."""
    found: dict[Deploy, Incident] = {}
    for incident in sorted(incidents, key=lambda each: each.began_at, reverse=True):
        found.update(dict.fromkeys(incident.deploys[:1], incident))
    return found


def _row(given: Deploy, after: Mapping[Deploy, Incident], tongue: Tongue, today: date) -> str:
    at = timed(Timed("", given.at, tongue.moment(given.at, today)))
    incident = after.get(given)
    return (
        f'<li><p class="at">{at}</p><div><p>{what(given)}</p>{_about(given, tongue)}'
        f"{_followed(incident, tongue) if incident else ''}</div></li>"
    )


def what(given: Deploy) -> str:
    """`api 1.4.2`, which leads to where it is read about."""
    return leading(f"<b>{word(given.service)}</b> {word(given.version, 60)}", given.link)


def _about(given: Deploy, tongue: Tongue) -> str:
    told = [
        _named(tongue.say("by {name}", name=_HERE), given.by) if given.by else "",
        _named(tongue.say("before: {version}", version=_HERE), given.before)
        if given.before and given.before != given.version
        else "",
        word(given.environment, 60) if given.environment else "",
    ]
    said = " · ".join(filter(None, told))
    return f'<p class="quiet">{said}</p>' if said else ""


def _named(sentence: str, name: str, most: int = 60) -> str:
    """HTML of a sentence with a name from outside in it."""
    return escape(sentence).replace(_HERE, word(name, most))


def _followed(incident: Incident, tongue: Tongue) -> str:
    said = _named(tongue.say("Followed by: {what}", what=_HERE), incident.sentence, _TITLE)
    return f'<p class="followed"><a href="{incident_path(incident.id)}">{said}</a></p>'


def lately(incident: Incident, tongue: Tongue, today: date) -> str:
    """The newest deploy before an incident, in two lines; empty where there was none."""
    if not incident.deploys:
        return ""
    given = incident.deploys[0]
    at = timed(Timed("", given.at, tongue.moment(given.at, today)))
    label = escape(tongue.say("Deployed shortly before"))
    return (
        f'<p class="lately"><span>{label}</span> {what(given)} <span>{at}</span>'
        f"<br>{escape(_after_it(given, incident.began_at, tongue))}</p>"
    )


def shortly_before(
    deploys: Sequence[Deploy], began_at: datetime, tongue: Tongue, today: date
) -> str:
    """Those of an incident that began at *began_at*."""
    rows = "".join(_before(each, began_at, tongue, today) for each in deploys[:MOST])
    listed = f'<ol class="deploys" role="list">{rows}</ol>' if rows else ""
    return section("deploys", tongue.say("Deployed shortly before"), listed)


def _before(given: Deploy, began_at: datetime, tongue: Tongue, today: date) -> str:
    at = timed(Timed("", given.at, tongue.moment(given.at, today)))
    said = escape(_after_it(given, began_at, tongue))
    return (
        f'<li><p class="at">{at}</p><div><p>{what(given)}</p><p>{said}</p>'
        f"{_about(given, tongue)}</div></li>"
    )


def _after_it(given: Deploy, began_at: datetime, tongue: Tongue) -> str:
    span = tongue.brief(began_at - given.at)
    return tongue.say("The first run failed {span} after it.", span=span)
