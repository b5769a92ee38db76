"""What is known of a notice, as facts in the order in which they are needed, and how loud it is.
Pure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from monitor.notices import altered
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
from monitor.notices.message import Fact, Message, Tone
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
    if notice.event in _CALM or not is_open(notice) or notice.severity is Severity.INFO:
        return Tone.CALM
    if notice.event is EventKind.ACTED and is_dry(notice):
        return Tone.CALM
    critical = notice.severity is Severity.CRITICAL and voice_of(notice).loud
    return Tone.BAD if critical and not _may_wait(notice) else Tone.UNEASY


_CALM: Final = (EventKind.ACKNOWLEDGED, EventKind.TEST)


def _may_wait(notice: Notice) -> bool:
    """Whoever is to get up has been told already."""
    acted = notice.event is EventKind.ACTED and not is_by_hand(notice)
    changed = notice.event is EventKind.REMINDED and notice.why == Why.CHANGED_UNANNOUNCED
    return acted or changed or notice.event is EventKind.FLAPPING


def _facts(notice: Notice) -> list[Fact]:
    if notice.event is EventKind.TEST:
        return [
            _fact("Sent at", instant(notice.at)),
            _fact("Told", ", ".join(notice.told)),
            _fact("From", f"trueup in {notice.environment}, at {notice.location}"),
        ]
    if not is_open(notice):
        return _past(notice)
    return _news(notice) if notice.event in _NEWS_OF_WHAT_IS_KNOWN else _present(notice)


_NEWS_OF_WHAT_IS_KNOWN: Final = (EventKind.ACTED, EventKind.ACKNOWLEDGED)
"""Told shortly after something that told everything."""


def _present(notice: Notice) -> list[Fact]:
    one = voice_of(notice).counts_runs
    good = instant(notice.last_good_at) if notice.last_good_at else "none known"
    if notice.deploys and notice.last_good_at:
        good = ""  # said with the deploy
    return [
        *_matter(notice),
        _changed(notice),
        _shown("Last deploy", deployed(notice)),
        _shown("Action", done(notice)),
        _shown("Captured", ("", ()) if notice.event is EventKind.FLAPPING else captured(notice)),
        _fact("Failing runs", _in_a_row(notice.failures) if one else ""),
        _fact("Last good run", good if one else ""),
        _fact("Why now", in_words(notice.why) if notice.why in _TELLING else ""),
        *_around(notice),
        _shown("Budget", _budgets(notice)),
    ]


def _news(notice: Notice) -> list[Fact]:
    """What whoever heard of it needs once more."""
    return [
        *(replace(fact, quote=()) for fact in _matter(notice)),
        _changed(notice),
        _fact("Last deploy", last_deploy(notice)),
        _shown("Action", done(notice)),
        *_around(notice),
    ]


def _matter(notice: Notice) -> list[Fact]:
    """What is wrong, and what to do about it."""
    by_hand = "" if notice.acknowledge else f"trueup ack {notice.incident}"
    ways = [_link("Acknowledge", notice.acknowledge), _fact("Acknowledge", by_hand)]
    return [
        _fact(voice_of(notice).since(notice), _began(notice)),
        Fact(label="Seen", value=seen(notice), quote=_quoted(notice.excerpt)),
        _members(notice),
        _fact("Acknowledged", _acknowledged(notice)),
        _fact("Note", notice.note if notice.event is EventKind.ACKNOWLEDGED else ""),
        *_of_change(notice),
        _link("What to do", notice.playbook),
        *(ways if may_acknowledge(notice) else []),
    ]


def _of_change(notice: Notice) -> list[Fact]:
    """Whom it concerns, and what ends it."""
    if notice.about is not About.CHANGE:
        return []
    return [
        _fact("Behind it", ", ".join(notice.components)),
        _fact("If meant", notice.remedy),
        _fact("Next time", altered.next_time(notice) if is_open(notice) else ""),
    ]


def _around(notice: Notice) -> list[Fact]:
    """Who knows, where there is more to see of it, and which one it is."""
    return [
        _fact("Severity", "" if notice.severity is Severity.CRITICAL else notice.severity.value),
        _fact("Told", ", ".join(notice.told)),
        *_shown_at(notice),
        _link("Status page", notice.page),
        _incident(notice),
    ]


def _shown_at(notice: Notice) -> list[Fact]:
    """Where there is more to see of it."""
    shown = bool(notice.pictures or notice.captures) and notice.incident > 0
    by_hand = _fact("Evidence", f"trueup evidence {notice.incident}" if shown else "")
    return [
        _link("Evidence", notice.evidence) if notice.evidence else by_hand,
        _link("Deploy", notice.deploys[0].url if notice.deploys else ""),
        _fact("Trace", "") if notice.event in _NEWS_OF_WHAT_IS_KNOWN else _trace(notice),
    ]


def _trace(notice: Notice) -> Fact:
    return _link("Trace", notice.trace) if notice.trace else _fact("Trace", notice.trace_id)


def _changed(notice: Notice) -> Fact:
    """Of the target, without a deploy."""
    if notice.about is About.CHANGE:
        past = notice.event is EventKind.RESOLVED
        return _shown("Had changed" if past else "Changed", altered.itself(notice))
    return _shown("Changed", altered.beside(notice))


def _budgets(notice: Notice) -> Shown:
    """Without the one that the opening speaks of."""
    said = notice.about is About.OBJECTIVE and len(notice.budgets) == 1
    return ("", ()) if said else budgets(notice)


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
        _changed(notice),
        _fact("Last deploy", last_deploy(notice)),
        _shown("Action", done(notice)),
        _fact("Told", ", ".join(notice.told)),
        _link("Status page", notice.page),
        _incident(notice),
        _shown("Budget", _budgets(notice)),
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
