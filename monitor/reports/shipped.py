"""The deploys of an incident, told one by one as far as that helps: many before it are one line.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.notices import span
from monitor.notices.altered import said_of
from monitor.reports.account import Account
from monitor.store.deploys import AFTERWARDS, Deploy
from monitor.store.fingerprints import Change, Stands

MOST: Final = 20
_FOLDED_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """The oldest first, all of them."""

    singly: tuple[Deploy, ...]
    """Before it the newest of each service, meanwhile as many as there is room for."""
    before: tuple[Deploy, ...] = ()
    """Older ones, that went out before it."""
    meanwhile: tuple[Deploy, ...] = ()
    """The newest of those that went out while it lasted, where they are too many."""


def shown(found: Account) -> Shown:
    """A flood of deploys does not drown the incident."""
    before = [each for each in found.deploys if each.at <= found.began_at]
    later = [each for each in found.deploys if each.at > found.began_at]
    newest = sorted({each.service: each for each in before}.values(), key=lambda each: each.at)
    stand = {each.id for each in newest[-MOST:]} | {*found.suspects[:1]}
    older = [each for each in before if each.id not in stand]
    if len(older) < _FOLDED_LEAST:
        older = []
    rest = later[MOST:] if len(later) > MOST + 1 else []
    folded = {each.id for each in (*older, *rest)}
    singly = tuple(each for each in found.deploys if each.id not in folded)
    return Shown(singly, tuple(older), tuple(rest))


def suspected(found: Account) -> list[Deploy]:
    """Those that it may follow, the likeliest first."""
    by_id = {each.id: each for each in found.deploys}
    return [by_id[each] for each in found.suspects if each in by_id]


def deployed(deploy: Deploy) -> str:
    """`api 1.4.2`."""
    return f"{deploy.service} {deploy.version}"


def distance(found: Account, deploy: Deploy) -> str:
    """`10 seconds before the first failing run`; empty of what went out well after it."""
    gap = found.began_at - deploy.at
    if gap < -AFTERWARDS:
        return ""
    return f"{span(abs(gap))} {'before' if gap >= timedelta() else 'after'} the first failing run"


def line(found: Account, deploy: Deploy) -> str:
    """One sentence, as plain text."""
    by = f" by {deploy.by}" if deploy.by else ""
    before = f", in the place of {deploy.previous}" if deploy.previous else ""
    near = distance(found, deploy)
    return f"{deployed(deploy)} was deployed{by}{before}{f', {near}' if near else ''}."


def altered(change: Change) -> str:
    """One sentence, as plain text."""
    silent = change.state not in (Stands.ANNOUNCED, Stands.NOTED)
    what = said_of(change.name, change.was, change.became)
    return f"Seen for the first time: {what}{', and no deploy was recorded' if silent else ''}."


def folded(deploys: Sequence[Deploy]) -> str:
    """One sentence about all of them, as plain text."""
    services = sorted({each.service for each in deploys})
    whose = services[0] if len(services) == 1 else f"{len(services)} services"
    until = span(deploys[-1].at - deploys[0].at)
    return f"{len(deploys)} more deploys of {whose}, the last of them {until} later."
