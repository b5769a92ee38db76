"""What became of a change, in words."""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.fingerprints import stories
from monitor.notices.altered import changes
from monitor.notices.lines import instant
from monitor.store import altered_letters, attended, deploys
from monitor.store.fingerprints import Change, Stands
from monitor.why import in_words
from probes.traits import Trait


def became_of(db: Database, change: Change) -> str:
    """`announced by web 1.5.0, by ci, at 2026-03-14 02:00:00 UTC`."""
    return _said(db, change) + _told_before(db, change) + _told_last(db, change)


def _said(db: Database, change: Change) -> str:
    match change.state:
        case Stands.TOLD:
            return _incident(db, change)
        case Stands.EXPLAINED:
            return f"told with incident {change.incident}"
        case Stands.ANNOUNCED:
            return f"announced by {_deploy(db, change)}"
        case Stands.OPEN if not change.became and change.name != Trait.ENVIRONMENT:
            return "no deploy yet; told if it lasts"
        case Stands.HABIT:
            return f"not told by itself: it {changes(stories.period(db, change))}"
        case _:
            return _PLAIN[change.state]


_PLAIN: Final = {
    Stands.OPEN: "no deploy yet; told soon if it stays",
    Stands.BACK: "went back",
    Stands.ACCEPTED: "accepted",
    Stands.NOTED: "noted only",
}


def _incident(db: Database, change: Change) -> str:
    """What its own incident came to."""
    if altered_letters.is_told(db, change):
        return f"told as incident {change.incident}"
    own = attended.one(db, change.incident) if change.incident else None
    why = f": {in_words(own.withheld)}" if own is not None and own.withheld else ""
    return f"incident {change.incident}, told to nobody yet{why}"


def _told_before(db: Database, change: Change) -> str:
    over = change.state in (Stands.ANNOUNCED, Stands.BACK, Stands.ACCEPTED)
    told = over and change.incident and altered_letters.is_told(db, change)
    return f"; told before, in incident {change.incident}" if told else ""


def _told_last(db: Database, change: Change) -> str:
    last = change.incident and altered_letters.says_habit(db, change)
    return "; from then on not told by itself" if last else ""


def _deploy(db: Database, change: Change) -> str:
    """One that was forgotten since is not named."""
    deploy = deploys.one(db, change.deploy) if change.deploy else None
    if deploy is None:
        return "a deploy"
    by = f", by {deploy.by}" if deploy.by else ""
    return f"{deploy.service} {deploy.version}{by}, at {instant(deploy.at)}"
