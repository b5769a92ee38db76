"""How each event is said: in a subject, in an opening, and in a text message. Pure."""

from __future__ import annotations

from typing import Final

from monitor.notices.lines import gsm, listed, one_line, span
from monitor.notices.notice import NO_LONGER_WATCHED, About, EventKind, Notice
from monitor.reasons import in_words
from monitor.routing import Severity

SUBJECT_MAX: Final = 120
SHORT_MAX: Final = 320
NAME_MAX: Final = 24
_PARAGRAPH_MAX: Final = 1000

_Headline = tuple[str, str, str]  # the lead, what it is about (cut when long), the end


def subject(notice: Notice) -> str:
    """One line of at most 120 characters; a long sentence is cut, the ends never."""
    return _headed(notice, SUBJECT_MAX, probe=True)


def _headed(notice: Notice, room: int, *, probe: bool) -> str:
    lead, what, end = _headline(notice)
    lead = f"[{one_line(notice.environment, NAME_MAX)}] {lead}"
    if probe and notice.about is not About.SUMMARY and notice.event is not EventKind.TEST:
        end += f" ({one_line(notice.probe, 32)})"
    return lead + one_line(what, max(room - len(lead) - len(end), 1)) + end


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
    for more in (f"Since {notice.began_at:%H:%M} UTC", seen(notice)):
        if more and is_open(notice) and len(said) + 20 < room:
            said = _sentence(f"{_sentence(said)} {gsm(more)}")
    return gsm(one_line(said, room))[:room].rstrip() + act


def _act(notice: Notice) -> str:
    if not may_acknowledge(notice):
        return ""
    link = f" Acknowledge: {notice.acknowledge}"
    return link if notice.acknowledge and len(link) <= 180 else f" trueup ack {notice.incident}"


def is_open(notice: Notice) -> bool:
    """Whether something is wrong now."""
    return notice.event not in (EventKind.RESOLVED, EventKind.TEST)


def may_acknowledge(notice: Notice) -> bool:
    known = notice.incident > 0  # a drill, and what is told without the store, has no number
    return known and is_open(notice) and notice.event is not EventKind.ACKNOWLEDGED


def is_unwatched(notice: Notice) -> bool:
    return notice.event is EventKind.RESOLVED and notice.outcome == NO_LONGER_WATCHED


def is_slow(notice: Notice) -> bool:
    return notice.outcome == "SLOW"


def names(notice: Notice) -> str:
    return ", ".join(notice.components) or notice.probe_name


def count(notice: Notice) -> int:
    """How many incidents a summary speaks of."""
    return max(notice.members_count, len(notice.members))


def seen(notice: Notice) -> str:
    """The reason, the step, and what was seen, on one line."""
    step = f'at the step "{notice.failed_step}"' if notice.failed_step else ""
    what = ", ".join(part for part in (in_words(notice.reason), step) if part)
    return one_line(": ".join(part for part in (what, notice.summary) if part))


def who(notice: Notice) -> str:
    return one_line(notice.acknowledged_by, NAME_MAX) or "somebody"


def _age(notice: Notice) -> str:
    return span(notice.at - notice.began_at)


def _after(notice: Notice, lead: str) -> str:
    return f"{lead}{span(notice.lasted)}" if notice.lasted is not None else ""


def _state(notice: Notice) -> str:
    word = "SLOW" if is_slow(notice) else "DOWN"
    return word if notice.severity is Severity.CRITICAL else f"{word} ({notice.severity.value})"


def _trouble(notice: Notice) -> str:
    return " ".join(notice.says) or notice.summary or in_words(notice.reason) or notice.probe_name


def _what(notice: Notice) -> str:
    """The subject of the matter, as a headline has it."""
    match notice.about:
        case About.SUMMARY:
            return _listed(notice)
        case About.OURSELVES:
            return _trouble(notice)
        case About.PROBE | About.OBJECTIVE:
            return names(notice) if is_slow(notice) else " ".join(notice.says) or names(notice)


def _headline(notice: Notice) -> _Headline:
    match notice.event:
        case EventKind.TEST:
            return "TEST: ", "nothing is wrong", ""
        case EventKind.ACKNOWLEDGED:
            return f"ACKNOWLEDGED by {who(notice)}: ", _whole(notice), ""
        case EventKind.RESOLVED:
            return _over(notice)
        case _:
            return _goes_on(notice)


def _whole(notice: Notice) -> str:
    return _things(notice) if notice.about is About.SUMMARY else _what(notice)


def _things(notice: Notice) -> str:
    return "1 thing" if count(notice) == 1 else f"{count(notice)} things"


def _over(notice: Notice) -> _Headline:
    if is_unwatched(notice):
        return "No longer watched: ", names(notice), ""
    after = _after(notice, ", after ")
    match notice.about:
        case About.SUMMARY:
            return "UP again: ", f"all of {_things(notice)}", after
        case About.OURSELVES:
            return "OWN TROUBLE OVER: ", _trouble(notice).rstrip("."), after
        case About.PROBE | About.OBJECTIVE:
            return "UP again: ", names(notice), after


def _goes_on(notice: Notice) -> _Headline:
    if notice.event is EventKind.FLAPPING:
        return "FLAPPING: ", names(notice), ""
    match notice.about:
        case About.SUMMARY:
            lead = _of_several(notice)
            return lead, _listed(notice, SUBJECT_MAX - len(lead) - NAME_MAX - len("[] ")), ""
        case About.OURSELVES:
            return _of_ourselves(notice), _trouble(notice), ""
        case About.PROBE | About.OBJECTIVE:
            return _of_one(notice), _what(notice), ""


def _of_one(notice: Notice) -> str:
    state = _state(notice)
    match notice.event:
        case EventKind.WORSENED:
            return f"{state.split()[0]}, now {notice.severity.value}: "
        case EventKind.REMINDED:
            return f"STILL {state} after {_age(notice)}: "
        case EventKind.ESCALATED:
            return f"NOBODY IS ON IT, {state} for {_age(notice)}: "
        case _:
            return f"{state}: "


def _listed(notice: Notice, room: int = 400) -> str:
    return listed([each.name for each in notice.members], count(notice), room)


def _of_several(notice: Notice) -> str:
    many = f"{_things(notice)} {_state(notice)}"
    match notice.event:
        case EventKind.WORSENED:
            return f"{many} by now: "
        case EventKind.REMINDED:
            return f"{_things(notice)} STILL {_state(notice)} after {_age(notice)}: "
        case EventKind.ESCALATED:
            return f"NOBODY IS ON IT, {many}: "
        case _:
            return f"{many} since {notice.began_at:%H:%M} UTC: "


def _of_ourselves(notice: Notice) -> str:
    match notice.event:
        case EventKind.REMINDED:
            return f"OWN TROUBLE for {_age(notice)}, no outage: "
        case EventKind.ESCALATED:
            return "NOBODY IS ON IT, OWN TROUBLE, no outage: "
        case _:
            return "OWN TROUBLE, no outage: "


def _news(notice: Notice) -> str:
    match notice.event:
        case EventKind.TEST:
            return f"Nothing is wrong: this is a test. {notice.note}"
        case EventKind.RESOLVED:
            return _good_news(notice)
        case EventKind.ACKNOWLEDGED:
            return f"Acknowledged: {who(notice)} is on it. Still so: {_matter(notice)}"
        case EventKind.FLAPPING:
            return _flaps(notice)
        case _:
            return f"{_matter(notice)} {_progress(notice)}"


def _matter(notice: Notice) -> str:
    """What is wrong, in whole sentences."""
    match notice.about:
        case About.SUMMARY:
            verb = "is" if count(notice) == 1 else "are"
            since = f"{notice.began_at:%H:%M} UTC"
            return f"{_things(notice)} {verb} down since {since}: {_listed(notice)}."
        case About.OURSELVES:
            return f"{_sentence(_trouble(notice))} {_NO_OUTAGE}"
        case About.PROBE if is_slow(notice):
            return f"Slower than it should be: {names(notice)}."
        case About.PROBE | About.OBJECTIVE:
            return " ".join(notice.says) or f"Not working: {names(notice)}."


_NO_OUTAGE: Final = (
    "This is trouble of trueup itself and no outage: it says nothing about the service."
)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _flaps(notice: Notice) -> str:
    when = f" When it breaks: {' '.join(notice.says)}" if notice.says else ""
    return (
        f"Keeps breaking and mending: {names(notice)}.{when} "
        "You will not hear of every change, only when it is over."
    )


def _progress(notice: Notice) -> str:
    match notice.event:
        case EventKind.WORSENED if notice.about is About.SUMMARY:
            return "More of them than when you were told last."
        case EventKind.WORSENED:
            return f"It matters more than before: {notice.severity.value} now."
        case EventKind.REMINDED:
            which = f" This is reminder {notice.stage}." if notice.stage else ""
            return f"It has been so for {_age(notice)}.{which}"
        case EventKind.ESCALATED:
            return f"Nobody has acknowledged it, {_age(notice)} after it began."
        case _:
            return ""


def _good_news(notice: Notice) -> str:
    if is_unwatched(notice):
        return f"No longer watched, so nobody knows whether it works again: {names(notice)}."
    after = _after(notice, " after ")
    match notice.about:
        case About.SUMMARY:
            said = f"All of {_things(notice)} are over{after}."
        case About.OURSELVES:
            said = f"trueup is well again{after}. It was: {_sentence(_trouble(notice))}"
        case About.PROBE | About.OBJECTIVE:
            said = f"Works again{after}: {names(notice)}."
    if notice.untold:
        said += " This is the first you hear of it: the news that it began never got here."
    return said
