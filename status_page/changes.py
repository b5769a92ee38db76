"""What changed, what was promised, and what was done about it. All of it is for internal pages, but
for where a page shows deploys to everybody: then it is told when and of what, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """A change of a service."""

    at: datetime
    service: str
    """Its name, for people."""
    version: str = ""
    """Empty where that is not told, as is everything below."""
    before: str = ""
    """The version until then; empty when nobody knows."""
    by: str = ""
    environment: str = ""
    link: str = ""
    """Where it is read about: an absolute address of the web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """A target that is not what it was. In English, and for internal pages only."""

    at: datetime
    """The first run that saw it."""
    target: str
    said: str
    """What it was and became."""
    then: str
    """What announced it, or who was told."""
    announced: bool = True
    """False while it is for somebody to find out."""
    incident: str = ""
    """The id of the incident on the page that `then` names; empty where it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What was promised of a component, and how it stands."""

    id: str
    component: str
    """Its id."""
    promise: str
    """As it was configured: `15m per year`."""
    rolling: timedelta | None = None
    """The last so long; None: a part of the calendar, see below."""
    since: date | None = None
    until: date | None = None
    """Its last day."""
    allowed: timedelta
    """The whole budget."""
    spent: timedelta
    unknown: timedelta = timedelta()
    """Time in the window of which nothing is known: not spent, and not kept either."""
    detection: timedelta | None = None
    """From a fault to people who hear of it, at the worst; None: they never do."""
    burns_since: datetime | None = None
    """While it is spent too fast."""

    @property
    def left(self) -> timedelta:
        """Below zero when more was spent than there was."""
        return self.allowed - self.spent

    @property
    def spent_share(self) -> float:
        """Of the budget, from 0 on."""
        return self.spent / self.allowed if self.allowed else float(bool(self.spent))

    @property
    def detection_share(self) -> float | None:
        """What one worst detection costs of the budget, from 0 on."""
        if self.detection is None or not self.allowed:
            return None
        return self.detection / self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What trueup did by itself, or did not, and why."""

    at: datetime
    name: str
    """Of the action."""
    said: str
    """The whole of it, in English: what came of it, or why nothing was done."""
    done: bool = False
    """Whether anything was done at all."""
    incident: str = ""
    """The id of the incident on the page; empty where it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What was fetched at the moment of failure. Scrubbed of secrets, may quote the service."""

    name: str
    first: str = ""
    """The first lines; empty when there were none."""
    lines: int = 0
    """How many there are in all."""
    why: str = ""
    """Why nothing could be fetched; empty when it was."""
    waiting: bool = False
    """Whether it is still under way."""
