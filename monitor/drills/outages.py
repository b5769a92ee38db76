"""The five outages, and what is known of how they went when they happened.

The spans are those of the reports; where a report says nothing, neither does this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_AT_MOST: Final = "at most "
_AT_LEAST: Final = "at least "


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """Spans since it began."""

    found: timedelta
    bound: str = ""
    """`at most ` or `at least ` where the report does not say when exactly it was found."""
    how: str
    """By whom, or by what; for `found … `."""
    said: str = ""
    """When users were told; empty where the report does not say."""
    over: str
    """How it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One of them, as the practice site and the sample configuration know it."""

    id: str
    """The switch of the practice site that breaks it."""
    title: str
    met: str
    """What people met, in a sentence."""
    components: tuple[str, ...]
    """All that is down, the one that is told of first."""
    original: Original

    @property
    def component(self) -> str:
        return self.components[0]


_ALL: Final = (
    Outage(
        id="accidental-upgrade",
        title="The accidental upgrade",
        met="Nobody could sign in, and whoever was signed in could not send a message.",
        components=("signing-in", "messages"),
        original=Original(
            found=timedelta(days=2),  # the report contradicts itself; its shortest reading
            bound=_AT_LEAST,
            how="by somebody reading the deployment log",
            over="days, by a backup without the newest accounts",
        ),
    ),
    Outage(
        id="shortener-500",
        title="The shortener",
        met="Whoever shortened an address got an error instead.",
        components=("short-links",),
        original=Original(
            found=timedelta(minutes=23),  # when it was found is not known, only how long it took
            bound=_AT_MOST,
            how="and searched for in logs that were downloaded by hand",
            over="23 min, and 15 a year had been promised",
        ),
    ),
    Outage(
        id="upload-down",
        title="The upload service",
        met="Nobody could contribute a file; every page looked as it always does.",
        components=("uploads",),
        original=Original(
            found=timedelta(hours=15, minutes=26),
            how="the next morning; nothing had looked whether it started",
            over="15 h 51 min, 25 min of them for the repair",
        ),
    ),
    Outage(
        id="database-deleted",
        title="The deleted database",
        met="People signed in and found nothing; home, sign-in and sign-up were fine.",
        components=("library",),
        original=Original(
            found=timedelta(minutes=5),
            how="and seven minutes went into pings, caches and restarts",
            over="20 min, copied back from the replica",
        ),
    ),
    Outage(
        id="wrong-environment",
        title="The wrong environment",
        met="Every list was empty: work meant for staging ran on production.",
        components=("library",),
        original=Original(
            found=timedelta(hours=1, minutes=56),  # begun at 14:45, seen to have failed at 16:41
            bound=_AT_MOST,
            how="by whoever had started it",
            said="16 h 30 min, the next morning",
            over="5 h 48 min; nobody could stop what was started",
        ),
    ),
)

OUTAGES: Final = {outage.id: outage for outage in _ALL}
