"""What became of one attempt to deliver a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it."""


@dataclass(frozen=True, slots=True)
class Later:
    """It may work another time. `after` is what the other side asked for, if it did."""

    why: str
    after: timedelta | None = None
    counts: bool = False
    """Whether it speaks against the address."""


@dataclass(frozen=True, slots=True)
class Never:
    """It will not work like this. `gone`: nor will anything else that is sent there."""

    why: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    """The trouble is ours or our mail server's, and would be the same for every address."""

    why: str


Outcome = Sent | Later | Never | Stuck
