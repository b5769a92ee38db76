"""What happened in one incident, in order: each instant with one sentence. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from monitor.actions import guard
from monitor.notices import EventKind, one_line, span
from monitor.notices.lines import capital
from monitor.reports import burnt, runs, shipped
from monitor.reports.account import Account, Seen
from monitor.reports.prose import listed
from monitor.store.captures import Kept
from monitor.store.chronicle import Acted, Event, Letter
from monitor.store.public import Words
from monitor.why import Why, in_words
from status_page.markdown import to_text

WITHHELD: Final = "withheld"
QUOTED: Final = 200
"""Characters of what somebody said."""


@unique
class Kind(StrEnum):
    """What a moment is about, for programs."""

    LAST_GOOD = "last_good"
    DEPLOY = "deploy"
    CHANGED = "changed"
    FAILED = "failed"
    OPENED = "opened"
    WITHHELD = "withheld"
    NEWS = "news"
    TOLD = "told"
    REFUSED = "refused"
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    ESCALATED = "escalated"
    REMINDED = "reminded"
    BUDGET = "budget"
    CAPTURED = "captured"
    ACTED = "acted"
    PUBLIC = "public"
    SAID = "said"
    RECOVERED = "recovered"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a time line."""

    at: datetime
    kind: Kind
    words: str
    """One sentence, as plain text. May quote the target, and people."""
    probe: str = ""
    """Whose it is; empty where it is everybody's."""


_ORDER: Final = {kind: number for number, kind in enumerate(Kind)}
_EVENTS: Final[Mapping[str, tuple[Kind, str]]] = {
    EventKind.OPENED: (Kind.NEWS, "was told after all"),
    EventKind.WORSENED: (Kind.NEWS, "got worse"),
    EventKind.FLAPPING: (Kind.NEWS, "keeps breaking and mending"),
    EventKind.REMINDED: (Kind.REMINDED, "was told again"),
    EventKind.ESCALATED: (Kind.ESCALATED, "was escalated"),
}
_ABOUT: Final[Mapping[str, str]] = {
    EventKind.OPENED: "that it opened",
    EventKind.WORSENED: "that it got worse",
    EventKind.FLAPPING: "that it keeps breaking and mending",
    EventKind.REMINDED: "that it goes on",
    EventKind.ESCALATED: "because nobody had acknowledged it",
    EventKind.ACKNOWLEDGED: "that somebody is on it",
    EventKind.ACTED: "what trueup did",
    EventKind.RESOLVED: "that it is over",
}


def timeline(found: Account) -> tuple[Moment, ...]:
    """Oldest first. Of what happened at the same instant, causes come before what followed."""
    moments = [*_deploys(found), *_altered(found), *_public(found), *_quiet(found), *_burnt(found)]
    for seen in found.seen:
        moments += _of_one(seen)
    if found.summary is not None:
        moments += _telling(found.summary)
    if not found.seen:
        moments += _by_hand(found)
    return tuple(sorted(moments, key=lambda each: (each.at, _ORDER[each.kind])))


def _of_one(seen: Seen) -> Iterator[Moment]:
    known = seen.known
    if seen.bounded and seen.last_good_at is not None:
        yield Moment(seen.last_good_at, Kind.LAST_GOOD, "The last good run.", known.probe)
    for at, words in runs.told(seen):
        yield Moment(at, Kind.FAILED, words, known.probe)
    yield from _telling(seen)
    for capture in seen.captures:
        yield _captured(capture, known.probe)
    for deed in seen.deeds:
        yield from _acted(deed, known.probe)
    if known.resolved_at is not None:
        if known.recovered_at is not None:
            words = "The first good run." if not known.own else "It was over."
            yield Moment(known.recovered_at, Kind.RECOVERED, words, known.probe)
        why = next((each.why for each in seen.events if each.kind == EventKind.RESOLVED), "")
        said = f"Incident {known.number} was over{_because(why)}."
        yield Moment(known.resolved_at, Kind.RESOLVED, said, known.probe)


def _telling(seen: Seen) -> Iterator[Moment]:
    """What was decided, and what became of each letter."""
    known = seen.known
    openings = [each for each in seen.events if each.kind == EventKind.OPENED]
    why = next((each.why for each in openings if each.at <= known.opened_at), "")
    yield Moment(known.opened_at, Kind.OPENED, _opens(seen, why), known.probe)
    for event in seen.events:
        if moment := _event(seen, event):
            yield moment
    yield from _taken(seen.letters, known.probe)
    for letter in seen.letters:
        yield from _not_taken(letter, known.probe)


def _opens(seen: Seen, why: str = "") -> str:
    known = seen.known
    runs_ = f" ({known.failures} failing runs)" if known.failures > 1 and not known.own else ""
    queued = [each.channel for each in seen.letters if each.queued_at == known.opened_at]
    to = f" Queued for {', '.join(dict.fromkeys(queued))}." if queued else ""
    return f"Incident {known.number} opened, {known.severity}{_because(why)}{runs_}.{to}"


def _event(seen: Seen, event: Event) -> Moment | None:
    number, probe = seen.known.number, seen.known.probe
    first = event.kind == EventKind.OPENED and event.at <= seen.known.opened_at
    if first or event.kind in {EventKind.RESOLVED, EventKind.ACTED}:
        return None  # told with what it was
    if event.kind == EventKind.ACKNOWLEDGED:
        who = _who_acknowledged(seen, event)
        return Moment(event.at, Kind.ACKNOWLEDGED, f"{who} acknowledged it.", probe)
    if event.kind == WITHHELD:
        why = in_words(event.why)
        if seen.known.own and event.why == Why.CAUSE_KNOWN:
            why = "people know of the outage that makes it burn"
        words = f"Nobody was told of incident {number} yet: {why}."
        return Moment(event.at, Kind.WITHHELD, words, probe)
    if event.why == Why.NO_LONGER_ACKNOWLEDGED:
        return Moment(event.at, Kind.NEWS, "It was no longer acknowledged.", probe)
    kind, what = _EVENTS.get(event.kind, (Kind.NEWS, f"was {event.kind}"))
    words = f"Incident {number} {what}{_because(event.why)}."
    return Moment(event.at, kind, words, probe)


def _who_acknowledged(seen: Seen, event: Event) -> str:
    known = seen.known
    if known.acknowledged_at == event.at and known.acknowledged_by:
        return known.acknowledged_by
    letters = (each for each in seen.letters if each.queued_at == event.at)
    return next((each.acknowledged_by for each in letters if each.acknowledged_by), "Somebody")


def _because(why: str) -> str:
    return f": {in_words(why)}" if why else ""


def _taken(letters: Iterable[Letter], probe: str) -> Iterator[Moment]:
    """Those of one event that were taken in the same second are one moment."""
    found: dict[tuple[str, datetime, datetime], list[Letter]] = {}
    for letter in letters:
        if letter.delivered_at is not None:
            second = letter.delivered_at.replace(microsecond=0)
            found.setdefault((letter.kind, letter.queued_at, second), []).append(letter)
    for same in found.values():
        at = min(each.delivered_at for each in same if each.delivered_at)
        who = listed([_named(each) for each in same])
        were = "were" if len(same) > 1 else "was"
        about = _ABOUT.get(same[0].kind, "")
        yield Moment(at, Kind.TOLD, f"{who} {were} told {about}.", probe)


def _named(letter: Letter) -> str:
    return (
        f"{letter.channel} (attempt {letter.attempts})" if letter.attempts > 1 else letter.channel
    )


def _not_taken(letter: Letter, probe: str) -> Iterator[Moment]:
    about = _ABOUT.get(letter.kind, "")
    why = one_line(in_words(letter.why), QUOTED)
    if letter.delivered_at is not None:
        return
    if letter.refused and letter.gave_up_at is not None:
        words = f"{letter.channel} was never told {about}: {why or 'it refused'}."
        yield Moment(letter.gave_up_at, Kind.REFUSED, words, probe)
    elif letter.gave_up_at is None:
        tried = letter.first_tried_at or letter.queued_at
        refused = f", and has not taken it since: {why}" if why else ", and has not taken it yet"
        words = f"{letter.channel} was to be told {about}{refused}."
        yield Moment(tried, Kind.WAITING, words, probe)


def _captured(capture: Kept, probe: str) -> Moment:
    at, fetched = capture.ended_at or capture.planned_at, capture.fetched
    if capture.is_under_way:
        return Moment(at, Kind.CAPTURED, f"The capture {capture.name} is being fetched.", probe)
    if fetched.lines:
        lines = f"{fetched.lines:,} line{'' if fetched.lines == 1 else 's'}"
        return Moment(at, Kind.CAPTURED, f"The capture {capture.name} was fetched: {lines}.", probe)
    why = one_line(fetched.why, QUOTED) or "nothing was found"
    return Moment(at, Kind.CAPTURED, f"The capture {capture.name} was to be fetched: {why}.", probe)


def _acted(deed: Acted, probe: str) -> Iterator[Moment]:
    if deed.decision != "act":
        if deed.why in guard.BESIDE_THE_POINT:
            return
        why = one_line(guard.in_words(deed.why), QUOTED)
        words = f"Action {deed.name} on {deed.service} was not carried out: {why}."
        yield Moment(deed.at, Kind.ACTED, words, probe)
        return
    known_at = max(at for at in (deed.verified_at, deed.ended_at, deed.at) if at is not None)
    if known_at > deed.at:
        why = one_line(guard.in_words(deed.why), QUOTED)
        words = f"Action {deed.name} on {deed.service} was begun: {why}."
        yield Moment(deed.at, Kind.ACTED, words, probe)
    if deed.ended_at is not None and deed.at < deed.ended_at < known_at:
        came = one_line(deed.answer or deed.state, QUOTED)
        yield Moment(deed.ended_at, Kind.ACTED, f"Action {deed.name} was answered: {came}.", probe)
    yield Moment(known_at, Kind.ACTED, deed.said or f"Action {deed.name} was carried out.", probe)


def _deploys(found: Account) -> Iterator[Moment]:
    shown = shipped.shown(found)
    for deploy in shown.singly:
        yield Moment(deploy.at, Kind.DEPLOY, shipped.line(found, deploy))
    for many in (shown.before, shown.meanwhile):
        if many:
            yield Moment(many[0].at, Kind.DEPLOY, shipped.folded(many))


def _altered(found: Account) -> Iterator[Moment]:
    for each in found.altered[: shipped.MOST]:
        yield Moment(each.seen_at, Kind.CHANGED, shipped.altered(each))


def _burnt(found: Account) -> Iterator[Moment]:
    for known in found.burns:
        said = one_line(known.summary, QUOTED)
        name = capital(burnt.whose(known))
        words = f"{name} burnt too fast: incident {known.number}. {said}."
        yield Moment(known.opened_at, Kind.BUDGET, words)
    for outage in found.outages:
        if (outage.ended_at or found.at) >= found.began_at:
            numbers = " and ".join(map(str, outage.incidents))
            words = f"It was down for {span(outage.spent)}: incident {numbers}."
            yield Moment(outage.began_at, Kind.FAILED, words)
    for failed in found.failed:
        yield Moment(failed.first_at, Kind.FAILED, burnt.line(failed), failed.probe)


def _quiet(found: Account) -> Iterator[Moment]:
    for span_ in found.silences:
        by = f"{span_.by} silenced it" if span_.by else "It was silenced"
        why = f": {one_line(span_.words, QUOTED)}" if span_.words else ""
        words = f"{by} for {span(span_.ends_at - span_.starts_at)}{why}."
        yield Moment(span_.starts_at, Kind.SILENCED, words)


def _public(found: Account) -> Iterator[Moment]:
    said = [each for each in found.told.updates if not each.withdrawn]
    if found.public_at is not None and (not said or found.public_at < said[0].at):
        sentence = found.page.sentence if found.page and not found.told.title else ""
        words = f": “{one_line(sentence, QUOTED)}”" if sentence else "."
        yield Moment(found.public_at, Kind.PUBLIC, f"Due on the public page{words}")
    for words_ in said:
        yield Moment(words_.at, Kind.SAID, _said(words_))


def _said(words: Words) -> str:
    text = one_line(to_text(words.words), QUOTED)
    return f"{words.by} said in public ({words.status}): “{text}”"


def _by_hand(found: Account) -> Iterable[Moment]:
    yield Moment(found.told.began_at, Kind.FAILED, "It began, as people wrote it down.")
    if found.told.ended_at is not None:
        yield Moment(found.told.ended_at, Kind.RECOVERED, "It was over, as people wrote it down.")
