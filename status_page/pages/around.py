"""What stands around a component's numbers: what went wrong with it, and what is announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from status_page.drawing.escaped import escape
from status_page.incident import Incident
from status_page.pages.kin import Kin, Phase, Work, link
from status_page.pages.pieces import section, timed
from status_page.tongue import Timed, Tongue

HOME = "../../"
MOST = 50


def open_now(kin: Kin, tongue: Tongue, today: date) -> str:
    """What is going on, right below the verdict."""
    still = [incident for incident in kin.incidents if incident.resolved_at is None]
    works = [work for work in kin.works if work.phase is Phase.NOW]
    items = "".join(
        [
            *(f'<li class="trouble">{_incident(each, tongue, today)}</li>' for each in still),
            *(f'<li class="work">{_work(each, tongue, today)}</li>' for each in works),
        ]
    )
    return f'<ul class="now" role="list">{items}</ul>' if items else ""


def past(kin: Kin, tongue: Tongue, today: date) -> str:
    over = [incident for incident in kin.incidents if incident.resolved_at is not None]
    found = _listed(_incident(each, tongue, today) for each in over[:MOST])
    if not found:
        none = escape(tongue.say("None that we know of."))
        found = f'<p class="note">{none}</p>'
    all_of_it = escape(tongue.say("All incidents by month"))
    more = f'<p class="note"><a href="{HOME}history/index.html">{all_of_it}</a></p>'
    return section("incidents", tongue.say("Past incidents"), found + more)


def announced(kin: Kin, tongue: Tongue, today: date) -> str:
    works = [work for work in kin.works if work.phase is not Phase.NOW]
    found = _listed(_work(each, tongue, today) for each in works[:MOST])
    return section("works", tongue.say("Maintenance"), found) if found else ""


def _listed(items: Iterable[str]) -> str:
    found = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="told" role="list">{found}</ul>' if found else ""


def _incident(incident: Incident, tongue: Tongue, today: date) -> str:
    said = timed(when(incident, tongue, today))
    return f'{link(incident, HOME, tongue)}<span class="when">{said}</span>'


def when(incident: Incident, tongue: Tongue, today: date) -> Timed:
    """`14 November, 14:03 to 14:15 UTC`, or since when."""
    if incident.resolved_at is None:
        said = tongue.moment(incident.began_at, today)
        return tongue.timed("Since {time}", incident.began_at, said)
    said = tongue.between(incident.began_at, incident.resolved_at, today)
    return Timed("", incident.began_at, said, until=incident.resolved_at)


def _work(work: Work, tongue: Tongue, today: date) -> str:
    what = work.what
    said = tongue.between(what.starts_at, what.ends_at, today)
    span = timed(Timed("", what.starts_at, said, until=what.ends_at))
    return f'{link(what, HOME, tongue)}<span class="when">{span}</span>'
