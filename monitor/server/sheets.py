"""What the page behind a signed link says: no more than the notice that carried the link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from monitor.links import Flaw
from monitor.notices import About, Notice, from_json, one_line, span
from monitor.store.acts import Standing

_NAMES_MOST: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The page in words, ready to be shown."""

    status: int
    """Of the answer."""
    tone: str
    """`open`, `taken`, `over` or `bad`: a class of the style sheet."""
    title: str
    """Of the tab."""
    heading: str
    lines: tuple[str, ...] = ()
    news: tuple[str, ...] = ()
    """What has become of it."""
    environment: str = ""
    """Named where it is not production."""
    asks: bool = False
    """Whether there is a button."""


_INSTEAD: Final = "Look at it with: trueup incidents"
BAD: Final = {
    Flaw.FORGED: Sheet(
        status=404,
        tone="bad",
        title="Not found",
        heading="This link leads nowhere",
        lines=("It may have been cut in two. Open it from the message again.", _INSTEAD),
    ),
    Flaw.EXPIRED: Sheet(
        status=410,
        tone="bad",
        title="Expired",
        heading="This link has expired",
        lines=("It was good for a week from the beginning of the incident.", _INSTEAD),
    ),
}
GONE: Final = Sheet(
    status=404,
    tone="bad",
    title="Not found",
    heading="Nothing is known of this incident",
    lines=(_INSTEAD,),
)
GONE_FILE: Final = Sheet(
    status=404,
    tone="bad",
    title="Not found",
    heading="This file is not kept any more",
    lines=("Evidence goes after a while, and when newer needs its room.",),
)
BUSY: Final = Sheet(
    status=503,
    tone="bad",
    title="Not now",
    heading="That did not work",
    lines=("The database cannot be used at the moment. Nothing is lost; try again.",),
)


def about(found: Standing, at: datetime, status: int = 200) -> Sheet:
    """An incident, as it is at *at*."""
    notice = from_json(found.notice) if found.notice else None
    what = _what(found, notice)
    says = () if notice is None else tuple(one_line(said) for said in notice.says)
    said = _state(found, at)
    return Sheet(
        status=status,
        tone=_tone(found, at),
        title=f"{said[0]} {what}" if said else f"Acknowledge: {what}",
        heading=what,
        lines=(*says, _since(found, at)),
        news=said,
        environment=notice.environment if notice and notice.environment != "production" else "",
        asks=not said,
    )


def _what(found: Standing, notice: Notice | None) -> str:
    if notice is not None and notice.about is About.SUMMARY:
        return f"{notice.members_count} things are down"
    names = notice.components if notice else ()
    more = len(names) - _NAMES_MOST
    listed = ", ".join(names[:_NAMES_MOST]) + (f" and {more} more" if more > 0 else "")
    return one_line(listed or found.probe_name, 200)


def _since(found: Standing, at: datetime) -> str:
    ended_at = found.recovered_at or found.resolved_at
    if found.resolved_at is not None and ended_at is not None:
        return f"{_when(found.began_at)} to {_when(ended_at)}: {span(ended_at - found.began_at)}."
    age = max(at - found.began_at, timedelta())
    return f"Since {_when(found.began_at)}, for {span(age)}."


def _tone(found: Standing, at: datetime) -> str:
    if found.resolved_at is not None:
        return "over"
    return "taken" if found.acknowledged(at) else "open"


def _state(found: Standing, at: datetime) -> tuple[str, ...]:
    """Nothing while somebody is still to take it."""
    if found.resolved_at is not None:
        return ("It is over.", "Nothing is left to acknowledge.")
    if not found.acknowledged(at) or found.acknowledged_at is None:
        return ()
    until = found.acknowledged_until
    ends = f" until {_when(until)}" if until else " until it is over"
    return (
        f"Acknowledged by {found.acknowledged_by} at {_when(found.acknowledged_at)}.",
        f"No reminders and no escalation{ends}.",
    )


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M UTC on %Y-%m-%d}"
