"""Whether trueup itself is sound, by figures that its parts give. Pure: told the figures.

Two questions with two answers. Whoever watches from outside must hear of everything that keeps
people from being told; the service manager only of what a restart mends. A pager that cannot be
reached is such trouble for the one, and no reason at all to be killed by the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from monitor.notices import span

LATE: Final = timedelta(seconds=5)
STUCK: Final = timedelta(seconds=60)
UNTOLD: Final = timedelta(minutes=15)
UNPUBLISHED: Final = timedelta(minutes=3)
UNRECORDED: Final = timedelta(minutes=2)
UNATTENDED: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Spans, all by the monotonic clock where there is a choice."""

    late: timedelta = timedelta()
    """By how much the slot that should have begun first is overdue."""
    unrecorded: timedelta = timedelta()
    """Since the last commit, while something waits to be recorded; zero while nothing does."""
    untold: timedelta = timedelta()
    """The age of the oldest letter in the outbox; zero when none waits."""
    unpublished: timedelta = timedelta()
    """Since the page was made for the last time, or since the start."""
    unattended: timedelta = timedelta()
    """Since open incidents were looked at for the last time, or since the start."""


def troubles_of(figures: Figures, unrecorded: timedelta = UNRECORDED) -> list[str]:
    """What is wrong, in a phrase each; nothing when all is well. *unrecorded* is for how long the
    store may take nothing.
    """
    return [said.format(span(found)) for found, _, said in _beyond(figures, unrecorded)]


def words_of(figures: Figures) -> list[str]:
    """What is wrong, in a word each, with nothing in it that strangers must not know."""
    return [word for _, word, _ in _beyond(figures, UNRECORDED)]


def _beyond(figures: Figures, unrecorded: timedelta) -> list[tuple[timedelta, str, str]]:
    limits = (
        (figures.late, LATE, "late", "runs begin {} late"),
        (figures.unrecorded, unrecorded, "behind", "runs wait for the store since {}"),
        (figures.untold, UNTOLD, "untold", "a notice waits since {}"),
        (figures.unpublished, UNPUBLISHED, "unpublished", "the page was made {} ago"),
        (figures.unattended, UNATTENDED, "unattended", "incidents were looked at {} ago"),
    )
    return [(found, word, said) for found, limit, word, said in limits if found > limit]


def is_stuck(figures: Figures) -> bool:
    """Whether a restart is the remedy."""
    return figures.late > STUCK
