"""What is said of one probe, and what all other voices have in common with it. Pure."""

from __future__ import annotations

from monitor.notices.changes import headline_of, last_deed
from monitor.notices.lines import one_line
from monitor.notices.notice import EventKind, Notice
from monitor.notices.traits import NAME_MAX, after, age, is_slow, names, state
from monitor.why import Why


class OfOne:
    """One probe, and what all the others have in common with it."""

    loud: bool = True
    """Whether it is somebody's emergency when it is critical."""
    counts_runs: bool = True
    """Whether there is one probe whose runs can be spoken of."""

    def headline(self, notice: Notice) -> tuple[str, str]:
        """While it goes on: how it begins, and what it is about."""
        return self.lead(notice), self.what(notice)

    def lead(self, notice: Notice) -> str:
        now = state(notice)
        match notice.event:
            case EventKind.WORSENED:
                return f"{now.split()[0]}, now {notice.severity.value}: "
            case EventKind.REMINDED if notice.why == Why.CHANGED_UNANNOUNCED:
                return f"{now}, and CHANGED without a deploy: "
            case EventKind.REMINDED:
                return f"{self.still(notice)}: "
            case EventKind.ESCALATED:
                return f"NOBODY IS ON IT, {now} for {age(notice)}: "
            case EventKind.ACTED:
                return self.acted(notice, now)
            case _:
                return f"{now}: "

    def acted(self, notice: Notice, now: str) -> str:
        last = last_deed(notice)
        if last and notice.why == Why.DID_NOT_HELP:
            return f"{self.still(notice)}, {one_line(last.name, NAME_MAX)} has not helped: "
        return f"{now}, {headline_of(last) if last else 'trueup acted'}: "

    def still(self, notice: Notice) -> str:
        return f"STILL {state(notice)} after {age(notice)}"

    def what(self, notice: Notice) -> str:
        """The subject of the matter, as a headline has it."""
        return names(notice) if is_slow(notice) else " ".join(notice.says) or names(notice)

    def over(self, notice: Notice) -> tuple[str, str]:
        """As `headline`, once it is over."""
        return "UP again: ", names(notice)

    def matter(self, notice: Notice) -> str:
        """What is wrong, in whole sentences."""
        if is_slow(notice):
            return f"Slower than it should be: {names(notice)}."
        return " ".join(notice.says) or f"Not working: {names(notice)}."

    def worse(self, notice: Notice) -> str:
        return f"It matters more than before: {notice.severity.value} now."

    def good_news(self, notice: Notice) -> str:
        return f"Works again{after(notice, ' after ')}: {names(notice)}."

    def since(self, notice: Notice) -> str:
        """What the beginning is called while it goes on."""
        if notice.event is EventKind.FLAPPING:
            return "Since"
        return "Slow since" if is_slow(notice) else "Down since"

    def was(self, notice: Notice) -> tuple[str, str]:
        """Once it is over: what it was, and what the time of it is called."""
        return " ".join(notice.says), "Was down from"
