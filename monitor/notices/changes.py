"""What is said of deploys, of what was done and fetched, and of budgets. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from monitor.notices.lines import brief, one_line
from monitor.notices.notice import Captured, Change, Deed, Left, Notice

NAME_MAX: Final = 40
CAPTURE_LINES: Final = 8
CAPTURES_SHOWN: Final = 3
LINE_WIDTH: Final = 160
SAID_MAX: Final = 400

Shown = tuple[str, tuple[str, ...]]
"""One line, and those that belong to it."""


def after_deploy(notice: Notice, *, by: bool = False) -> str:
    """`40 s after deploy api 1.4.2`, of the newest one, and by whom; empty without any."""
    if not notice.deploys:
        return ""
    newest = notice.deploys[0]
    who = _by(newest) if by else ""
    return f"{brief(notice.began_at - newest.at)} after deploy {_version(newest)}{who}"


def deployed(notice: Notice) -> Shown:
    """The newest deploy with how far it is from the first failing run, and the others."""
    if not notice.deploys:
        return "", ()
    newest, *others = notice.deploys
    distance = brief(notice.began_at - newest.at)
    said = f"{_deploy(newest)}, {distance} before the first failing run"
    older = [
        f"and {_deploy(each)}, {brief(notice.began_at - each.at)} before it" for each in others
    ]
    return said + _last_good(notice, newest), tuple(older)


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


def said_briefly(deed: Deed) -> str:
    """Without which action it was and when, for a line that is cut: what became of it is in it."""
    return re.sub(r" \([^()]{1,200} after it opened\)", "", said_of(deed), count=1)


def has_helped(deed: Deed) -> bool:
    """Whether it says so."""
    return "passing again" in deed.said


def done(notice: Notice) -> Shown:
    """The newest deed, and those before it."""
    if not notice.deeds:
        return "", ()
    *before, newest = [f"{deed.at:%H:%M:%S} UTC: {said_of(deed)}" for deed in notice.deeds]
    return newest, tuple(before)


def captured(notice: Notice) -> Shown:
    """What was fetched by name, and the first lines of it."""
    shown = notice.captures[:CAPTURES_SHOWN]
    named = [_captured(each) for each in shown]
    if len(notice.captures) > len(shown):
        named.append(f"{len(notice.captures) - len(shown)} more")
    several = sum(1 for each in shown if each.first) > 1
    lines = [line for each in shown for line in _first_lines(each, named=several)]
    return "; ".join(named), tuple(lines)


def _captured(capture: Captured) -> str:
    name = one_line(capture.name, NAME_MAX)
    if capture.why:
        return f"{name}: {one_line(capture.why, LINE_WIDTH)}"
    return f"{name}: {capture.lines} line{'' if capture.lines == 1 else 's'}"


def _first_lines(capture: Captured, *, named: bool) -> list[str]:
    lines = [_unwrapped(line) for line in capture.first[:10_000].splitlines() if line.strip()]
    head = [f"{one_line(capture.name, NAME_MAX)}:"] if named and lines else []
    return [*head, *lines[:CAPTURE_LINES]]


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
