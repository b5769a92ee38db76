"""What went wrong and what was announced, as the public reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from status_page.changes import Capture, Deed, Deploy


@unique
class Stage(StrEnum):
    """How far people are with an incident, as they say it themselves."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    """After it is over: what happened, and what was learned."""


_OVER: Final = frozenset({Stage.RESOLVED, Stage.POSTMORTEM})


@unique
class Impact(StrEnum):
    """How bad it is: `minor` for slow, `major` for something down, `critical` for everything."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Update:
    """What was said in public about an incident."""

    at: datetime
    stage: Stage
    words: str
    """Markdown as a person wrote it; shown without anything that could do harm."""
    id: str = ""
    """Stable and unique on the page, also after corrections; empty for what nobody wrote."""
    edited_at: datetime | None = None
    """When the words were corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An outage as the public sees it, from the first failing run to recovery."""

    id: str
    """Stable and unguessable from outside; the name of its page."""
    sentence: str
    """What people cannot do, as configured; or a title that somebody wrote. Empty: in general words
    of each language, see `sentences`.
    """
    components: tuple[str, ...]
    """Ids of the components concerned."""
    began_at: datetime
    resolved_at: datetime | None
    updates: tuple[Update, ...] = ()
    """Oldest first."""
    impact: Impact = Impact.MAJOR
    audience: str = ""
    """Whom it concerned: `everyone who uploads`; empty when that is not told."""
    user_minutes: int | None = None
    """People times minutes; None when no number of people is configured."""
    backfilled: bool = False
    """Written down afterwards, by a person: nothing of ours saw it."""
    deploys: tuple[Deploy, ...] = ()
    """Shortly before its first failing run, the newest first; on internal pages only, as is what
    follows.
    """
    captures: tuple[Capture, ...] = ()
    deeds: tuple[Deed, ...] = ()
    """Oldest first."""

    @property
    def changed_at(self) -> datetime:
        """When what is told of it changed for the last time."""
        moments = [self.began_at, *(update.edited_at or update.at for update in self.updates)]
        return max([*moments, self.resolved_at] if self.resolved_at else moments)

    @property
    def stage(self) -> Stage:
        """How far it is: what the newest words say, or what is known without any. Never over while
        it is open: what people call resolved may still fail.
        """
        newest = self.updates[-1].stage if self.updates else Stage.INVESTIGATING
        if self.resolved_at is None:
            return Stage.MONITORING if newest in _OVER else newest
        return newest if newest is Stage.POSTMORTEM else Stage.RESOLVED

    def lasted(self, at: datetime) -> timedelta:
        return max((self.resolved_at or at) - self.began_at, timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Announced work: over, under way or still to come."""

    id: str
    """Stable and unique; the name of its page."""
    title: str
    components: tuple[str, ...]
    """Ids of the components concerned."""
    starts_at: datetime
    ends_at: datetime
    words: str = ""
    """Markdown; empty when the title says it all."""
    announced_at: datetime | None = None
    """None where it is configured, not announced by a person."""
