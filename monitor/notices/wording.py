"""How each event is said: in a subject, in an opening, and in a text message. Pure."""

from __future__ import annotations

from typing import Final

from monitor.notices.altered import last_time, newest
from monitor.notices.changes import (
    after_deploy,
    headline_of,
    is_by_hand,
    last_deed,
    said_of,
    was_mended,
)
from monitor.notices.lines import capital, gsm, one_line
from monitor.notices.notice import About, EventKind, Notice
from monitor.notices.traits import (
    NAME_MAX,
    after,
    age,
    is_drill,
    is_open,
    is_unwatched,
    may_acknowledge,
    names,
    seen,
    sentence,
    who,
)
from monitor.notices.voices import SUBJECT_MAX, voice_of
from monitor.why import Why

__all__ = ["SHORT_MAX", "SUBJECT_MAX", "opening", "short", "subject"]

SHORT_MAX: Final = 320
_PARAGRAPH_MAX: Final = 1000
_WHAT_MIN: Final = 16

_Headline = tuple[str, str, str]  # the lead, what it is about (cut when long), the end


def subject(notice: Notice) -> str:
    """One line of at most 120 characters; a long sentence is cut, the ends never."""
    return _headed(notice, SUBJECT_MAX, probe=True)


def _headed(notice: Notice, room: int, *, probe: bool) -> str:
    lead, what, end = _headline(notice)
    drill = "[DRILL] " if is_drill(notice) else ""
    lead = f"{drill}[{one_line(notice.environment, NAME_MAX)}] {lead}"
    named = notice.about not in (About.SUMMARY, About.CHANGE) and not drill
    if probe and named and notice.event is not EventKind.TEST:
        end += f" ({one_line(notice.probe, 32)})"
    most = room - len(end) - _WHAT_MIN
    if len(lead) > most:
        lead = f"{one_line(lead, most - 2)}: "
    left = max(room - len(lead) - len(end), 1)
    return lead + (_with_deploy(notice, what, left) or one_line(what, left)) + end


def _with_deploy(notice: Notice, what: str, room: int) -> str:
    """What it is about, and the deploy that it follows; empty where that has no room."""
    deploy = after_deploy(notice) if notice.event is EventKind.OPENED else ""
    said = f"{one_line(what).rstrip('.')}, {deploy}" if deploy else ""
    return said if len(said) <= room else ""


def opening(notice: Notice) -> str:
    """A sentence or two: what people cannot do, and what is new about it. On one line."""
    about_it = notice.event in (EventKind.TEST, EventKind.ACKNOWLEDGED)
    first = "" if about_it else notice.note
    return one_line(" ".join(part for part in (first, _news(notice)) if part), _PARAGRAPH_MAX)


def short(notice: Notice) -> str:
    """At most 320 characters for a text message, in its own letters wherever that is possible.
    An address that has no room is left out, never cut.
    """
    act = _act(notice)
    room = SHORT_MAX - len(act)
    said = gsm(_headed(notice, SUBJECT_MAX, probe=False))
    if notice.event is EventKind.ACTED and is_by_hand(notice):
        return _by_hand(notice, said, room) + act
    for more in _more(notice, said):
        if more and len(said) + 20 < room:
            said = sentence(f"{sentence(said)} {gsm(more)}")
    whole = sentence(said) if act else said
    return gsm(one_line(whole, room))[:room].rstrip() + act


def _by_hand(notice: Notice, said: str, room: int) -> str:
    """No full stop may follow an address: it would become part of it."""
    words = " Do it by hand."
    where = f" Do it by hand: {one_line(notice.playbook)}" if notice.playbook else words
    head = sentence(said)
    if len(head) + len(where) <= room and gsm(where) == where:
        return head + where
    return sentence(one_line(head, room - len(words))) + words


def _more(notice: Notice, said: str) -> tuple[str, ...]:
    """What a text message goes on with."""
    if not is_open(notice):
        last = last_deed(notice)
        return (capital(headline_of(last)) if last and was_mended(notice) else "",)
    deploy = after_deploy(notice) if notice.event in _TO_WHOM_IT_IS_NEWS else ""
    when = (f"since {notice.began_at:%H:%M} UTC", deploy)
    known = notice.event is EventKind.ACTED
    return (
        capital(", ".join(part for part in when if gsm(part) not in said)),
        "" if known else capital(seen(notice)),
        last_time(notice),
    )


_TO_WHOM_IT_IS_NEWS: Final = (EventKind.OPENED, EventKind.ESCALATED)


def _act(notice: Notice) -> str:
    if not may_acknowledge(notice):
        return ""
    link = f" Acknowledge: {notice.acknowledge}"
    return link if notice.acknowledge and len(link) <= 180 else f" trueup ack {notice.incident}"


def _headline(notice: Notice) -> _Headline:
    voice = voice_of(notice)
    match notice.event:
        case EventKind.TEST:
            return "TEST: ", "nothing is wrong", ""
        case EventKind.ACKNOWLEDGED:
            return f"ACKNOWLEDGED by {who(notice)}: ", voice.what(notice), ""
        case EventKind.RESOLVED if is_unwatched(notice):
            return "No longer watched: ", names(notice), ""
        case EventKind.RESOLVED if notice.why == Why.CHANGED_BACK:
            return *voice.over(notice), ""  # which says for how long
        case EventKind.RESOLVED:
            return *voice.over(notice), after(notice, ", after ")
        case EventKind.FLAPPING:
            return "FLAPPING: ", names(notice), ""
        case _:
            return *voice.headline(notice), ""


def _news(notice: Notice) -> str:
    matter = voice_of(notice).matter(notice)
    match notice.event:
        case EventKind.TEST:
            return f"Nothing is wrong: this is a test. {capital(notice.note)}"
        case EventKind.RESOLVED:
            return _good_news(notice)
        case EventKind.ACKNOWLEDGED:
            return f"Acknowledged: {who(notice)} is on it. Still so: {matter}"
        case EventKind.FLAPPING:
            return _flaps(notice)
        case EventKind.ACTED:
            return _acted(notice, matter)
        case _:
            return f"{matter} {_progress(notice)}"


def _flaps(notice: Notice) -> str:
    when = f" When it breaks: {' '.join(notice.says)}" if notice.says else ""
    return (
        f"Keeps breaking and mending: {names(notice)}.{when} "
        "You will not hear of every change, only when it is over."
    )


def _acted(notice: Notice, matter: str) -> str:
    last = last_deed(notice)
    said = said_of(last) if last else ""
    if notice.why == Why.DID_NOT_HELP:
        return f"{matter} It has been so for {age(notice)}. {said}"
    if is_by_hand(notice):  # it ends with an address
        return f"{matter} {said}"
    return f"{said} Still so: {matter}"


def _progress(notice: Notice) -> str:
    match notice.event:
        case EventKind.WORSENED:
            return voice_of(notice).worse(notice)
        case EventKind.REMINDED if notice.why == Why.CHANGED_UNANNOUNCED:
            return f"It changed without a deploy: {newest(notice)}."
        case EventKind.REMINDED:
            which = f" This is reminder {notice.stage}." if notice.stage else ""
            return f"It has been so for {age(notice)}.{which}"
        case EventKind.ESCALATED:
            return f"Nobody has acknowledged it, {age(notice)} after it began."
        case EventKind.OPENED if notice.deploys:
            return f"It began {after_deploy(notice, by=True)}."
        case _:
            return ""


def _good_news(notice: Notice) -> str:
    if is_unwatched(notice):
        return f"No longer watched, so nobody knows whether it works again: {names(notice)}."
    said = voice_of(notice).good_news(notice)
    last = last_deed(notice)
    if last and was_mended(notice):
        said += f" {said_of(last)}"
    if notice.untold:
        said += " This is the first you hear of it: the news that it began never got here."
    return said
