"""What comes of one more run of a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Learnt:
    """More is known of it, and worth being remembered."""


@dataclass(frozen=True, slots=True)
class Changed:
    was: tuple[str, ...]
    became: str
    seen_at: datetime
    before_at: datetime | None
    first: bool = True
    """It was never that before, as far as it is known."""
    instead: str | None = None
    """What it seemed to have become, and did not."""


@dataclass(frozen=True, slots=True)
class Again:
    """It became what it was often enough before, or what was a guess is certain: no news, but it is
    not any more what it was.
    """

    was: tuple[str, ...]
    became: str
    seen_at: datetime | None = None
    """As for `Changed`; None where it was found as one before."""
    before_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """It is as it was before it became this, which was seen last at that instant."""

    became: str
    at: datetime
    since_at: datetime | None = None
    """The first run in a row that showed the other one."""


Event = Learnt | Changed | Again | Back
