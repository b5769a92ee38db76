"""A notice as it is laid out for people: what every template and every channel with buttons and
colours is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final

from monitor.notices.changes import (
    Shown,
    budgets,
    captured,
    deployed,
    done,
    is_by_hand,
    is_dry,
    last_deploy,
)
from monitor.notices.lines import instant, one_line, span
from monitor.notices.notice import About, EventKind, Notice
from monitor.notices.traits import count, is_open, is_unwatched, may_acknowledge, seen, who
from monitor.notices.voices import voice_of
from monitor.notices.wording import opening, short, subject
from monitor.routing import Severity
from monitor.why import Why, in_words

QUOTE_LINES: Final = 6
QUOTE_WIDTH: Final = 160
MEMBERS_SHOWN: Final = 20
LINK_MAX: Final = 2000


@unique
class Tone(StrEnum):
    """How loud it is."""

    BAD = "bad"
    """Something critical goes on."""
    UNEASY = "uneasy"
    """Something goes on that is not critical, keeps changing, or is trueup's own trouble."""
    GOOD = "good"
    """It is over."""
    CALM = "calm"
    """Nothing is to be done: a test, an acknowledgement, mere information."""


COLOURS: Final[Mapping[Tone, str]] = MappingProxyType(
    {Tone.BAD: "#c62828", Tone.UNEASY: "#b26a00", Tone.GOOD: "#2e7d32", Tone.CALM: "#546e7a"}
)
"""As `#rrggbb`; white reads well on each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known."""

    label: str
    """What it is, such as `Down since`, without a colon."""
    value: str
    """One line. May quote the target, so it is text and never markup."""
    quote: tuple[str, ...] = ()
    """Lines that belong to it: the first lines of an answer or of what was fetched, deploys before
    the last one, what a summary speaks of.
    """
    is_link: bool = False
    """Whether `value` is an address to go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """All that a template may say."""

    subject: str
    """One line of at most 120 characters; the environment comes first."""
    opening: str
    """A sentence or two: what people cannot do, and what is new about it."""
    short: str
    """The whole in at most 320 characters, for a text message."""
    tone: Tone
    """`bad`, `uneasy`, `good` or `calm`."""
    facts: tuple[Fact, ...]
    """What is known, the most urgent first. What is not known has no fact."""
    notice: Notice
    """The notice itself, every field of it; see the body of a webhook."""

    @property
    def details(self) -> tuple[Fact, ...]:
        """The facts that are no links."""
        return tuple(fact for fact in self.facts if not fact.is_link)

    @property
    def links(self) -> tuple[Fact, ...]:
        """The facts that are: what to do, how to acknowledge, the status page."""
        return tuple(fact for fact in self.facts if fact.is_link)


def message_of(notice: Notice) -> Message:
    return Message(
        subject=subject(notice),
        opening=opening(notice),
        short=short(notice),
        tone=_tone(notice),
        facts=tuple(fact for fact in _facts(notice) if fact.value),
        notice=notice,
    )


def _tone(notice: Notice) -> Tone:
    if notice.event is EventKind.RESOLVED and not is_unwatched(notice):
        return Tone.GOOD
    if not may_acknowledge(notice) or notice.severity is Severity.INFO:
        return Tone.CALM
    if notice.event is EventKind.ACTED and is_dry(notice):
        return Tone.CALM
    critical = notice.severity is Severity.CRITICAL and voice_of(notice).loud
    return Tone.BAD if critical and not _may_wait(notice) else Tone.UNEASY


def _may_wait(notice: Notice) -> bool:
    """Whoever is to get up has been told already."""
    acted = notice.event is EventKind.ACTED and not is_by_hand(notice)
    return acted or notice.event is EventKind.FLAPPING


def _facts(notice: Notice) -> list[Fact]:
    if notice.event is EventKind.TEST:
        return [
            _fact("Sent at", instant(notice.at)),
            _fact("Told", ", ".join(notice.told)),
            _fact("From", f"trueup in {notice.environment}, at {notice.location}"),
        ]
    if not is_open(notice):
        known = _past(notice)
    elif notice.event in _NEWS_OF_WHAT_IS_KNOWN:
        known = _news(notice)
    else:
        known = _present(notice)
    return [fact for fact in known if fact.value]


_NEWS_OF_WHAT_IS_KNOWN: Final = (EventKind.ACTED, EventKind.ACKNOWLEDGED)
"""Told shortly after something that told everything."""


def _present(notice: Notice) -> list[Fact]:
    one = voice_of(notice).counts_runs
    good = instant(notice.last_good_at) if notice.last_good_at else "none known"
    return [
        *_matter(notice, _quoted(notice.excerpt)),
        _shown("Last deploy", deployed(notice)),
        _shown("Action", done(notice)),
        _shown("Captured", ("", ()) if notice.event is EventKind.FLAPPING else captured(notice)),
        _fact("Failing runs", _in_a_row(notice.failures) if one else ""),
        _fact("Last good run", good if one else ""),
        _fact("Why now", in_words(notice.why) if notice.why in _TELLING else ""),
        *_around(notice),
        _shown("Budget", budgets(notice)),
    ]


def _news(notice: Notice) -> list[Fact]:
    """What whoever heard of it needs once more."""
    return [
        *_matter(notice, ()),
        _fact("Last deploy", last_deploy(notice)),
        _shown("Action", done(notice)),
        *_around(notice),
    ]


def _matter(notice: Notice, quote: tuple[str, ...]) -> list[Fact]:
    """What is wrong, and what to do about it."""
    by_hand = "" if notice.acknowledge else f"trueup ack {notice.incident}"
    ways = [_link("Acknowledge", notice.acknowledge), _fact("Acknowledge", by_hand)]
    return [
        _fact(voice_of(notice).since(notice), _began(notice)),
        Fact(label="Seen", value=seen(notice), quote=quote),
        _members(notice),
        _fact("Acknowledged", _acknowledged(notice)),
        _fact("Note", notice.note if notice.event is EventKind.ACKNOWLEDGED else ""),
        _link("What to do", notice.playbook),
        *(ways if may_acknowledge(notice) else []),
    ]


def _around(notice: Notice) -> list[Fact]:
    """Who knows, where there is more to see of it, and which one it is."""
    return [
        _fact("Severity", "" if notice.severity is Severity.CRITICAL else notice.severity.value),
        _fact("Told", ", ".join(notice.told)),
        *_more(notice),
        _link("Status page", notice.page),
        _incident(notice),
    ]


_TELLING: Final = frozenset(
    (Why.NO_LONGER_ACKNOWLEDGED, Why.CAUSE_OVER, Why.WAITED_ENOUGH, Why.FELL_BACK)
)
"""Reasons that the opening does not say already."""


def _past(notice: Notice) -> list[Fact]:
    until = f" until {instant(notice.began_at + notice.lasted)}" if notice.lasted else ""
    was, lasted = voice_of(notice).was(notice)
    return [
        _fact("It was", was),
        _fact(lasted, instant(notice.began_at) + until),
        _fact("Seen then", seen(notice)),
        _members(notice),
        _fact("Last deploy", last_deploy(notice)),
        _shown("Action", done(notice)),
        _fact("Told", ", ".join(notice.told)),
        _link("Status page", notice.page),
        _incident(notice),
        _shown("Budget", budgets(notice)),
    ]


def _more(notice: Notice) -> list[Fact]:
    """Where there is more to see of it."""
    deploy = _link("Deploy", notice.deploys[0].url if notice.deploys else "")
    if not is_open(notice):
        return [deploy]
    shown = bool(notice.pictures or notice.captures) and notice.incident > 0
    by_hand = _fact("Evidence", f"trueup evidence {notice.incident}" if shown else "")
    return [
        _link("Evidence", notice.evidence) if notice.evidence else by_hand,
        deploy,
        _link("Trace", notice.trace) if notice.trace else _fact("Trace", notice.trace_id),
    ]


def _fact(label: str, value: str) -> Fact:
    return Fact(label=label, value=one_line(value))


def _shown(label: str, shown: Shown) -> Fact:
    return Fact(label=label, value=one_line(shown[0]), quote=shown[1])


def _link(label: str, address: str) -> Fact:
    """What is no web address, or too long for one, is text."""
    clean = one_line(address, LINK_MAX)
    is_link = clean == address and clean.startswith(("https://", "http://")) and " " not in clean
    return Fact(label=label, value=clean, is_link=is_link)


def _began(notice: Notice) -> str:
    age = notice.at - notice.began_at
    ago = f", {span(age)} before this was written" if age >= timedelta(seconds=1) else ""
    return instant(notice.began_at) + ago


def _members(notice: Notice) -> Fact:
    shown = notice.members[:MEMBERS_SHOWN]
    quote = [
        f"{one_line(m.name, 80)} ({one_line(m.probe, 64)}), incident {m.incident}" for m in shown
    ]
    if count(notice) > len(shown):
        quote.append(f"and {count(notice) - len(shown)} more")
    several = notice.about is About.SUMMARY
    return Fact(label="Together", value=f"{count(notice)}" if several else "", quote=tuple(quote))


def _quoted(excerpt: str) -> tuple[str, ...]:
    lines = (one_line(line, QUOTE_WIDTH) for line in excerpt[:10_000].splitlines())
    return tuple([line for line in lines if line][:QUOTE_LINES])


def _in_a_row(failures: int) -> str:
    return f"{failures} in a row" if failures > 1 else str(failures or "")


def _acknowledged(notice: Notice) -> str:
    if notice.acknowledged_at is None or not is_open(notice):
        return ""
    return f"{instant(notice.acknowledged_at)} by {who(notice)}"


def _incident(notice: Notice) -> Fact:
    seen_by = f" by {notice.probe} ({notice.kind})" if voice_of(notice).counts_runs else ""
    where = f"{notice.incident} in {notice.environment}, seen from {notice.location}"
    return _fact("Incident", where + seen_by)
