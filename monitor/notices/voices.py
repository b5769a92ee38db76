"""What is said otherwise depending on whose trouble it is: one voice for each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from monitor.notices import altered
from monitor.notices.changes import left
from monitor.notices.lines import one_line
from monitor.notices.notice import About, EventKind, Notice
from monitor.notices.traits import (
    NAME_MAX,
    after,
    age,
    count,
    is_drill,
    names,
    sentence,
    state,
    things,
    things_listed,
    trouble,
)
from monitor.notices.voice import OfOne
from monitor.routing import Severity
from monitor.why import Why

SUBJECT_MAX: Final = 120


class OfDrill(OfOne):
    """Nothing at all: somebody wants to see that a page arrives. As loud as a real one."""

    counts_runs = False

    def what(self, _: Notice) -> str:
        return "nothing is wrong, this is a drill"

    def over(self, _: Notice) -> tuple[str, str]:
        return "UP again: ", "the drill is over"

    def matter(self, _: Notice) -> str:
        return (
            "This is a drill: nothing is wrong, and nothing needs to be done."
            " Somebody wants to see that a page arrives."
        )

    def good_news(self, notice: Notice) -> str:
        return f"The drill is over{after(notice, ' after ')}: nothing was wrong."

    def since(self, _: Notice) -> str:
        return "Since"

    def was(self, _: Notice) -> tuple[str, str]:
        return "", "Lasted from"


class OfSeveral(OfOne):
    """A summary."""

    counts_runs = False

    def headline(self, notice: Notice) -> tuple[str, str]:
        lead = self.lead(notice)
        room = SUBJECT_MAX - len(lead) - NAME_MAX - len("[] ")
        return lead, things_listed(notice, room)

    def lead(self, notice: Notice) -> str:
        many = f"{things(notice)} {state(notice)}"
        match notice.event:
            case EventKind.WORSENED:
                return f"{many} by now: "
            case EventKind.REMINDED if notice.why == Why.CHANGED_UNANNOUNCED:
                return f"{many}, and CHANGED without a deploy: "
            case EventKind.REMINDED:
                return f"{self.still(notice)}: "
            case EventKind.ESCALATED:
                return f"NOBODY IS ON IT, {many}: "
            case EventKind.ACTED:
                return self.acted(notice, many)
            case _:
                return f"{many} since {notice.began_at:%H:%M} UTC: "

    def still(self, notice: Notice) -> str:
        return f"{things(notice)} STILL {state(notice)} after {age(notice)}"

    def what(self, notice: Notice) -> str:
        return things(notice)

    def over(self, notice: Notice) -> tuple[str, str]:
        return "UP again: ", f"all of {things(notice)}"

    def matter(self, notice: Notice) -> str:
        verb = "is" if count(notice) == 1 else "are"
        since = f"{notice.began_at:%H:%M} UTC"
        return f"{things(notice)} {verb} down since {since}: {things_listed(notice)}."

    def worse(self, _: Notice) -> str:
        return "More of them than when you were told last."

    def good_news(self, notice: Notice) -> str:
        return f"All of {things(notice)} are over{after(notice, ' after ')}."


class OfOurselves(OfOne):
    """The watching itself."""

    loud = False
    counts_runs = False

    def lead(self, notice: Notice) -> str:
        match notice.event:
            case EventKind.REMINDED:
                return f"OWN TROUBLE for {age(notice)}, no outage: "
            case EventKind.ESCALATED:
                return "NOBODY IS ON IT, OWN TROUBLE, no outage: "
            case _:
                return "OWN TROUBLE, no outage: "

    def what(self, notice: Notice) -> str:
        return trouble(notice)

    def over(self, notice: Notice) -> tuple[str, str]:
        return "OWN TROUBLE OVER: ", trouble(notice).rstrip(".")

    def matter(self, notice: Notice) -> str:
        return f"{sentence(trouble(notice))} {_NO_OUTAGE}"

    def good_news(self, notice: Notice) -> str:
        was = sentence(trouble(notice))
        return f"trueup is well again{after(notice, ' after ')}. It was: {was}"

    def since(self, _: Notice) -> str:
        return "Since"

    def was(self, _: Notice) -> tuple[str, str]:
        return "", "Lasted from"


class OfObjective(OfOne):
    """A budget that burns too fast: what it is of may work at this very moment."""

    counts_runs = False

    def lead(self, notice: Notice) -> str:
        grave = notice.severity is Severity.CRITICAL
        much = "" if grave else f" ({notice.severity.value})"
        match notice.event:
            case EventKind.WORSENED:
                return "BUDGET BURNS FASTER: "
            case EventKind.REMINDED:
                return f"BUDGET STILL BURNS{much} after {age(notice)}: "
            case EventKind.ESCALATED:
                return f"NOBODY IS ON IT, BUDGET BURNS{much} for {age(notice)}: "
            case _:
                return f"BUDGET BURNS TOO FAST{much}: "

    def what(self, notice: Notice) -> str:
        return f"{names(notice)}, {left(notice.budgets[0])}" if notice.budgets else names(notice)

    def over(self, notice: Notice) -> tuple[str, str]:
        return "BUDGET STEADY: ", self.what(notice)

    def matter(self, notice: Notice) -> str:
        return (
            f"Fails too often: {names(notice)}. It may work at this very moment, and fail again."
            f" The budget burns too fast{_left(notice)}."
        )

    def good_news(self, notice: Notice) -> str:
        after_all = after(notice, ", after ")
        return f"The budget of {names(notice)} is steady again{after_all}{_left(notice)}."

    def since(self, _: Notice) -> str:
        return "Burning since"

    def was(self, _: Notice) -> tuple[str, str]:
        return "", "Burned from"


class OfChange(OfOne):
    """A target that is not what it was: it may work as well as ever."""

    loud = False
    counts_runs = False

    def lead(self, notice: Notice) -> str:
        match notice.event:
            case EventKind.WORSENED:
                return "MORE CHANGED, no deploy recorded: "
            case _:
                return "CHANGED, no deploy recorded: "

    def what(self, notice: Notice) -> str:
        return f"{notice.probe_name}, {notice.summary}"

    def over(self, notice: Notice) -> tuple[str, str]:
        match notice.why:
            case Why.CHANGE_ANNOUNCED:
                return "CHANGE EXPLAINED by a deploy: ", self.what(notice)
            case Why.CHANGED_BACK:
                return "CHANGED BACK: ", f"{notice.probe_name}, {altered.again(notice)}"
            case _:
                return "CHANGE ACCEPTED: ", self.what(notice)

    def matter(self, notice: Notice) -> str:
        return (
            f"{notice.probe_name} changed and no deploy was recorded. It may work as well as ever."
            " If it was meant, record the deploy or acknowledge this: either ends it."
        )

    def worse(self, _: Notice) -> str:
        return "More changed than when you were told last."

    def good_news(self, notice: Notice) -> str:
        match notice.why:
            case Why.CHANGE_ANNOUNCED:
                how = "a deploy that explains it was recorded late"
            case Why.CHANGED_BACK:
                how = altered.again(notice)
            case _:
                how = "what is new counts as usual from now on"
        return f"Nothing to do about {notice.probe_name} any more: {how}."

    def since(self, _: Notice) -> str:
        return "Since"

    def was(self, _: Notice) -> tuple[str, str]:
        return "", "Lasted from"


def _left(notice: Notice) -> str:
    if not notice.budgets:
        return ""
    first = notice.budgets[0]
    return f": {left(first)} ({one_line(first.objective, 80)})"


_NO_OUTAGE: Final = (
    "This is trouble of trueup itself and no outage: it says nothing about the service."
)

_VOICES: Final[Mapping[About, OfOne]] = MappingProxyType(
    {
        About.PROBE: OfOne(),
        About.SUMMARY: OfSeveral(),
        About.OURSELVES: OfOurselves(),
        About.OBJECTIVE: OfObjective(),
        About.CHANGE: OfChange(),
    }
)


_DRILL: Final = OfDrill()


def voice_of(notice: Notice) -> OfOne:
    return _DRILL if is_drill(notice) else _VOICES[notice.about]
