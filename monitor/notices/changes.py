"""What is said of deploys, of what was done and fetched, and of budgets. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from monitor.notices.lines import brief, one_line
from monitor.notices.notice import Captured, Change, Deed, EventKind, Left, Notice

NAME_MAX: Final = 40
DEPLOYS_MOST: Final = 5
"""So many deploys a notice names at most."""
OLDER_SHOWN: Final = 2
CAPTURE_LINES: Final = 8
"""Of all captures together."""
LINES_LEAST: Final = 2
"""Of each of several captures."""
CAPTURES_SHOWN: Final = 3
LINE_WIDTH: Final = 160
SAID_MAX: Final = 400
HEADLINE_MAX: Final = 100

Shown = tuple[str, tuple[str, ...]]
"""One line, and those that belong to it."""


def after_deploy(notice: Notice, *, by: bool = False) -> str:
    """`40 s after deploy api 1.4.2`, of the newest one, and by whom; empty without any."""
    if not notice.deploys:
        return ""
    newest = notice.deploys[0]
    which = _version(newest) + (_by(newest) if by else "")
    if newest.at > notice.began_at:
        return f"{brief(newest.at - notice.began_at)} before deploy {which} was recorded"
    return f"{brief(notice.began_at - newest.at)} after deploy {which}"


def last_deploy(notice: Notice) -> str:
    """The newest deploy with how far it is from the first failing run."""
    if not notice.deploys:
        return ""
    newest = notice.deploys[0]
    return f"{_deploy(newest)}, {_distance(notice, newest)} the first failing run"


def deployed(notice: Notice) -> Shown:
    """As `last_deploy`, with the last good run, and other deploys."""
    if not notice.deploys:
        return "", ()
    newest, *others = notice.deploys
    others.sort(key=lambda deploy: deploy.at <= notice.began_at)  # what came after goes first
    older = [f"and {_deploy(e)}, {_distance(notice, e)} it" for e in others[:OLDER_SHOWN]]
    if more := len(others) - len(older):
        least = "at least " if len(notice.deploys) >= DEPLOYS_MOST else ""
        older.append(f"and {least}{more} more")
    return last_deploy(notice) + _last_good(notice, newest), tuple(older)


def _distance(notice: Notice, deploy: Change) -> str:
    if deploy.at > notice.began_at:
        return f"{brief(deploy.at - notice.began_at)} after"
    return f"{brief(notice.began_at - deploy.at)} before"


def _last_good(notice: Notice, deploy: Change) -> str:
    """A good run between a deploy and the failure speaks for the deploy."""
    good_at = notice.last_good_at
    if good_at is None:
        return ""
    if good_at < deploy.at:
        return f"; last good run {brief(deploy.at - good_at)} before the deploy"
    return f"; last good run {brief(good_at - deploy.at)} after the deploy"


def _version(deploy: Change) -> str:
    return f"{one_line(deploy.service, NAME_MAX)} {one_line(deploy.version, NAME_MAX)}"


def _deploy(deploy: Change) -> str:
    before = f" (was {one_line(deploy.previous, NAME_MAX)})" if deploy.previous else ""
    return f"{_version(deploy)}{before}{_by(deploy)}"


def _by(deploy: Change) -> str:
    return f" by {one_line(deploy.by, NAME_MAX)}" if deploy.by else ""


def said_of(deed: Deed) -> str:
    return one_line(deed.said, SAID_MAX)


def headline_of(deed: Deed) -> str:
    return one_line(deed.headline or deed.name, HEADLINE_MAX)


def last_deed(notice: Notice) -> Deed | None:
    """The newest, but for dry runs while there is another."""
    carried_out = [deed for deed in notice.deeds if not deed.dry_run]
    return next(reversed(carried_out or notice.deeds), None)


def was_mended(notice: Notice) -> bool:
    """Whether the last thing that was done has helped, and it is over."""
    last = last_deed(notice)
    return notice.event is EventKind.RESOLVED and last is not None and last.helped


def is_dry(notice: Notice) -> bool:
    """Whether something would have been done, and nothing was."""
    return bool(notice.deeds) and all(deed.dry_run for deed in notice.deeds)


def is_by_hand(notice: Notice) -> bool:
    """Whether something that was to be done is left to a person."""
    return any(deed.by_hand for deed in notice.deeds)


def done(notice: Notice) -> Shown:
    """The last deed, only by its name where the opening says it, and the others."""
    last = last_deed(notice)
    if last is None:
        return "", ()
    others = [_timed(deed) for deed in notice.deeds if deed is not last]
    newest = _timed(last)
    if notice.event is EventKind.ACTED or was_mended(notice):
        newest = f"{one_line(last.name, NAME_MAX)}, decided at {last.at:%H:%M:%S} UTC"
    return newest, tuple(others)


def _timed(deed: Deed) -> str:
    return f"{deed.at:%H:%M:%S} UTC: {said_of(deed)}"


def captured(notice: Notice) -> Shown:
    """What was fetched by name, and the first lines of it."""
    shown = notice.captures[:CAPTURES_SHOWN]
    named = [_captured(each) for each in shown]
    if len(notice.captures) > len(shown):
        named.append(f"{len(notice.captures) - len(shown)} more")
    return "; ".join(named), tuple(_first_lines([each for each in shown if each.first.strip()]))


def _captured(capture: Captured) -> str:
    name = one_line(capture.name, NAME_MAX)
    if capture.why:
        return f"{name}: {one_line(capture.why, LINE_WIDTH)}"
    return f"{name}: {capture.lines} line{'' if capture.lines == 1 else 's'}"


def _first_lines(captures: Sequence[Captured]) -> list[str]:
    """Each under its name where there are several; the first of them has the most room."""
    told: list[str] = []
    room = CAPTURE_LINES
    for later, capture in zip(reversed(range(len(captures))), captures, strict=True):
        lines = [line for line in capture.first[:10_000].splitlines() if line.strip()]
        shown = lines[: room - LINES_LEAST * later]
        room -= len(shown)
        head = [f"{one_line(capture.name, NAME_MAX)}:"] if len(captures) > 1 else []
        told += [*head, *map(_unwrapped, shown)]
    return told


def _unwrapped(line: str) -> str:
    """As it is indented: a traceback is read by that."""
    blank = line[: len(line) - len(line.lstrip(" "))][:16]
    return blank + one_line(line, LINE_WIDTH)


def budgets(notice: Notice) -> Shown:
    """The budget of which least is left, and the others."""
    by_share = sorted(notice.budgets, key=_share)
    first, *others = [f"{left(each)} ({one_line(each.objective, 80)})" for each in by_share] or [""]
    return first, tuple(others)


def left(budget: Left) -> str:
    """`3 min 20 s of 15 min left`."""
    allowed = brief(budget.allowed)
    if budget.left >= timedelta(seconds=1):
        return f"{brief(budget.left)} of {allowed} left"
    over = -budget.left
    more = f", and {brief(over)} more" if over >= timedelta(seconds=1) else ""
    return f"all {allowed} spent{more}"


def _share(budget: Left) -> float:
    return budget.left / budget.allowed if budget.allowed else 0.0
