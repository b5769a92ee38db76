"""What is true of a notice, and the small pieces that its words are made of. Pure."""

from __future__ import annotations

from typing import Final

from monitor.notices.lines import listed, one_line, span
from monitor.notices.notice import NO_LONGER_WATCHED, About, EventKind, Notice
from monitor.reasons import in_words, told_once
from monitor.routing import Severity

NAME_MAX: Final = 24
DRILL: Final = "trueup/drill"
"""The probe of what is only practised."""


def is_open(notice: Notice) -> bool:
    """Whether something is wrong now."""
    return notice.event not in (EventKind.RESOLVED, EventKind.TEST)


def may_acknowledge(notice: Notice) -> bool:
    known = notice.incident > 0  # a drill, and what is told without the store, has no number
    return known and is_open(notice) and notice.event is not EventKind.ACKNOWLEDGED


def is_drill(notice: Notice) -> bool:
    return notice.incident == 0 and notice.probe == DRILL


def is_unwatched(notice: Notice) -> bool:
    return notice.event is EventKind.RESOLVED and notice.outcome == NO_LONGER_WATCHED


def is_slow(notice: Notice) -> bool:
    return notice.outcome == "SLOW"


def names(notice: Notice) -> str:
    return ", ".join(notice.components) or notice.probe_name


def count(notice: Notice) -> int:
    """How many incidents a summary speaks of."""
    return max(notice.members_count, len(notice.members))


def things(notice: Notice) -> str:
    return "1 thing" if count(notice) == 1 else f"{count(notice)} things"


def things_listed(notice: Notice, room: int = 400) -> str:
    return listed([each.name for each in notice.members], count(notice), room)


def seen(notice: Notice) -> str:
    """The reason, the step, and what was seen, on one line."""
    if notice.about is About.CHANGE:
        return ""  # said with every part of it
    if notice.about is About.OBJECTIVE:
        return one_line(notice.summary)
    step = f'at the step "{notice.failed_step}"' if notice.failed_step else ""
    reason, summary = told_once(notice.reason, notice.summary)
    what = ", ".join(part for part in (reason, step) if part)
    return one_line(": ".join(part for part in (what, summary) if part))


def who(notice: Notice) -> str:
    return one_line(notice.acknowledged_by, NAME_MAX) or "somebody"


def age(notice: Notice) -> str:
    return span(notice.at - notice.began_at)


def after(notice: Notice, lead: str) -> str:
    return f"{lead}{span(notice.lasted)}" if notice.lasted is not None else ""


def state(notice: Notice) -> str:
    word = "SLOW" if is_slow(notice) else "DOWN"
    return word if notice.severity is Severity.CRITICAL else f"{word} ({notice.severity.value})"


def trouble(notice: Notice) -> str:
    return " ".join(notice.says) or notice.summary or in_words(notice.reason) or notice.probe_name


def sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."
