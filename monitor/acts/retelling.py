"""How an incident is told: its title, whom it concerns, how bad it is, and whether at all. Inside
the writer's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.acts.orders import SOMEBODY, CannotAct, No, instant
from monitor.acts.planning import Known
from monitor.acts.speech import Announce, Telling
from monitor.acts.subject import Subject, as_it_is_now
from monitor.config.nearest import remedy
from monitor.store import speaking
from status_page import Stage

EARLIEST: Final = timedelta(days=3_660)
_PLAIN: Final = ("title", "audience", "impact", "components", "hidden")
_TIMES: Final = ("began_at", "ended_at")


def retold(db: Database, found: Subject, order: Telling, config: Known, at: datetime) -> Subject:
    """As it is told from now on. Raises CannotAct."""
    changes = _asked(order, (*_PLAIN, *_TIMES))
    if not changes:
        return found
    _demand_components(order.components, config)
    _demand_concern(found.seen is not None or order.components != (), config)
    if found.seen is not None and any(name in changes for name in _TIMES):
        raise CannotAct(
            No.MEASURED,
            f"when {found.name} began and ended is what its probe saw; say in words what you know"
            " better, or write down one of your own with: trueup say new",
        )
    if found.seen is None:
        _demand_span(order.began_at or found.began_at or at, order.ended_at or found.ended_at, at)
    entry = found.entry.id if found.entry else None
    if entry is None and found.seen is not None:
        entry = speaking.make(db, found.seen.number, by=order.by or SOMEBODY, at=at)
    if entry is not None:
        speaking.change(db, entry, changes, at=at)
    return as_it_is_now(db, found)


def demand_changes(order: Telling) -> None:
    """Raises CannotAct for an order that asks for nothing."""
    if not _asked(order, (*_PLAIN, *_TIMES)):
        raise CannotAct(
            No.NOTHING_NAMED,
            "say what is to change: a status and words, or --title, --audience, --impact,"
            " --component, --hide or --show",
        )


def write_down(db: Database, order: Announce, config: Known, at: datetime) -> Subject:
    """One by hand, which nothing was said of yet. Raises CannotAct."""
    _demand_components(order.components, config)
    _demand_concern(bool(order.components) != order.everything, config)
    began_at = order.began_at or order.at or at
    _demand_span(began_at, order.ended_at, at)
    if order.ended_at is None:
        _demand_open_end(order.status, lasted=began_at < (order.at or at))
    entry = speaking.add_by_hand(
        db, began_at=began_at, ended_at=order.ended_at, by=order.by or SOMEBODY, at=at
    )
    speaking.change(db, entry, _asked(order, _PLAIN), at=at)
    return Subject(None, speaking.by_hand(db, f"n{entry}"))


def _demand_open_end(status: Stage, *, lasted: bool) -> None:
    if status is Stage.POSTMORTEM:
        raise CannotAct(
            No.NOT_OVER, "a postmortem is for afterwards; say when it was over, with --ended"
        )
    if status is Stage.RESOLVED and not lasted:
        raise CannotAct(No.BAD_TIME, "say when it began, with --began, if it is over already")


def _asked(order: Telling, names: Iterable[str]) -> dict[str, Any]:
    values = {name: getattr(order, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _demand_components(named: tuple[str, ...] | None, config: Known) -> None:
    for each in named or ():
        if each not in config.components:
            hint = remedy(each, config.components, "components")
            raise CannotAct(No.UNKNOWN_NAME, f"there is no component {each!r}; {hint}")


def _demand_concern(said: bool, config: Known) -> None:
    if not said:
        known = ", ".join(config.components) or "none is configured"
        raise CannotAct(
            No.NOTHING_NAMED,
            f"say what it concerns, with --component and one of: {known}; or --all (not both)",
        )


def _demand_span(began_at: datetime, ended_at: datetime | None, at: datetime) -> None:
    newest = max(began_at, ended_at or began_at)
    if newest > at:
        raise CannotAct(
            No.BAD_TIME,
            f"{instant(newest)} is still to come; announce what is planned with: trueup"
            " maintenance",
        )
    if ended_at is not None and ended_at <= began_at:
        raise CannotAct(
            No.BAD_TIME,
            f"it would end at {instant(ended_at)}, before it begins at {instant(began_at)}",
        )
    if at - began_at > EARLIEST:
        raise CannotAct(No.BAD_TIME, f"{instant(began_at)} is too long ago")
