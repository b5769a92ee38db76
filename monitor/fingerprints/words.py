"""What became of a change, in words."""

from __future__ import annotations

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.notices.lines import instant
from monitor.store import deploys
from monitor.store.fingerprints import Change, Stands


def became_of(db: Database, change: Change) -> str:
    """`announced by web 1.5.0, by ci, at 2026-03-14 02:00:00 UTC`."""
    return _said(db, change) + _told_before(change)


def _said(db: Database, change: Change) -> str:
    match change.state:
        case Stands.OPEN:
            return "no deploy yet; told soon"
        case Stands.TOLD:
            return f"told as incident {change.incident}"
        case Stands.EXPLAINED:
            return f"told with incident {change.incident}"
        case Stands.ANNOUNCED:
            return f"announced by {_deploy(db, change)}"
        case Stands.BACK:
            return "went back"
        case Stands.ACCEPTED:
            return "accepted"
        case Stands.NOTED:
            return "noted only"


def _told_before(change: Change) -> str:
    told = change.state in (Stands.ANNOUNCED, Stands.BACK, Stands.ACCEPTED)
    return f"; told before, in incident {change.incident}" if told and change.incident else ""


def _deploy(db: Database, change: Change) -> str:
    """One that was forgotten since is not named."""
    deploy = deploys.one(db, change.deploy) if change.deploy else None
    if deploy is None:
        return "a deploy"
    by = f", by {deploy.by}" if deploy.by else ""
    return f"{deploy.service} {deploy.version}{by}, at {instant(deploy.at)}"
