"""What the templates see: one `Sheet`, made of words that are ready to be shown.

Every text is plain and gets escaped by the template. Nothing here is computed any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from status_page.component import Condition
from status_page.words import Timed


@dataclass(frozen=True, slots=True)
class Day:
    """One bar."""

    mark: str
    """Its look, a class of the style sheet: `u` up, `s` slow, `d1` to `d4` down, `g` gap,
    `n` not watched yet; followed by ` p` when the day is known in part only."""
    words: str
    """`14 Nov: down for 12 minutes`."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row of which the same is to be told."""

    when: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A component."""

    anchor: str
    name: str
    condition: Condition
    verdict: Timed
    says: str
    """What people cannot do; empty when it works, or when an open incident says it already."""
    share: str
    """`99.98 % of the time we watched`, or that there is nothing to count yet."""
    days: tuple[Day, ...]
    starts: tuple[tuple[str, str], ...]
    """For each width of screen: the style sheet's class, and the first day that it shows."""
    stretches: tuple[Stretch, ...]
    """Days that stand out, newest first."""
    rest: str
    """What is to be said of all the other days."""


@dataclass(frozen=True, slots=True)
class Group:
    """Components under one heading; the heading is empty for those without."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about an incident."""

    stage: str
    """`Identified`."""
    when: Timed
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Announced maintenance."""

    anchor: str
    title: str
    when: Timed
    """`Until 15:00 UTC`, or `Starts 22 November, 02:00 UTC, for 2 hours`."""
    components: str
    now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incident."""

    anchor: str
    sentence: str
    components: str
    when: Timed
    span: str
    """`14:03 to 14:15 UTC` once resolved; empty while open."""
    echo: bool = False
    """Whether the headline says the very same, so that the eye need not read it twice."""
    said: tuple[Said, ...] = ()
    """The newest first."""
    said_count: str = ""
    """`3 updates`; empty for none."""


@dataclass(frozen=True, slots=True)
class PastDay:
    """The incidents that began on one day, newest first."""

    heading: str
    iso: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """That this is not production. `colour` numbers one of six, always the same for a name."""

    name: str
    colour: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The answer, at a glance."""

    tone: Condition
    words: str
    lead: str
    """One more sentence: how many work, and what we cannot tell."""


@dataclass(frozen=True, slots=True)
class Links:
    """Relative addresses of the assets, with a version so that caches never mix two."""

    style: str
    script: str
    icon: str
    stale_icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole page."""

    title: str
    tab: str
    """The title of the browser tab: a sign, the headline, the title."""
    stale_tab: str
    headline: Headline
    band: Band | None
    made: Timed
    since: Timed
    """As `made`, to the minute, for the banner of a page that went stale."""
    fresh_for: str
    fresh_for_ms: int
    window: str
    """`90 days`."""
    open: tuple[Story, ...]
    work: tuple[Work, ...]
    groups: tuple[Group, ...]
    past: tuple[PastDay, ...]
    past_note: str
    """What stands for the past incidents when there are none, or how many are left out."""
    links: Links
