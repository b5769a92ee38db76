"""What the first page shows: a `Sheet`, made of words and of pieces of HTML that are ready.

A `str` is plain text and gets escaped by the template; `Markup` is safe as it is. Nothing here is
computed any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from status_page.component import Condition
from status_page.tongue import Timed


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The answer, at a glance."""

    tone: Condition
    words: str
    lead: str
    """What holds for all the rest; empty where the headline says it all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Components under one heading."""

    anchor: str
    heading: str
    """Empty for those without."""
    fold: bool
    """Whether there are so many that they can be folded away."""
    open: bool
    """Whether something in it does not work."""
    sign: Condition
    summary: str
    """How many there are and how they are; only for what can be folded."""
    rows: Markup


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about an incident."""

    stage: str
    """`Identified`."""
    when: Timed
    words: Markup
    """From Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incident."""

    anchor: str
    address: str
    """Of its own page, relative."""
    sentence: str
    impact: str
    when: Timed
    """`Since 13:51 UTC`, or `Resolved after 23 minutes`."""
    span: Timed
    """From when to when; empty while it is open."""
    components: str
    """`Affects: Uploads`; empty where that is not known."""
    audience: str
    echo: bool = False
    """Whether the headline says the sentence already."""
    said: tuple[Said, ...] = ()
    """The newest first."""
    more: str = ""
    """That there are more updates than are shown."""
    lately: Markup
    """What was deployed before it; on internal pages only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Announced maintenance."""

    anchor: str
    address: str
    title: str
    when: Timed
    lasts: str
    components: str
    words: Markup
    now: bool
    """Whether it is under way."""


@dataclass(frozen=True, slots=True)
class PastDay:
    """Incidents that began on one day."""

    heading: str
    iso: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The whole page."""

    today: str
    """`2026-11-21`, in UTC: the day of the last bar."""
    headline: Headline
    open: tuple[Story, ...]
    work: tuple[Work, ...]
    dense: bool
    """Whether there are so many components that each gets one line."""
    groups: tuple[Group, ...]
    past: tuple[PastDay, ...]
    past_note: str
    """What is to be said of the days without incidents."""
    inside: Markup
    """What only internal pages tell: promises, deploys, actions."""
