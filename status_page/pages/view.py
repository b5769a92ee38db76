"""What the templates behind the first page say. Everything is in words already; `Markup` is safe
to be shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from status_page.component import Condition
from status_page.tongue import Timed


@dataclass(frozen=True, slots=True)
class Held:
    """The page of a component, which is joined from pieces that know no template."""

    main: str
    inside: bool = False
    """Whether it is on an internal page."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A word and what it stands before."""

    name: str
    value: Markup


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that was said, or that happened."""

    stage: str
    kind: str
    """A CSS class: the stage in English, or `event` for what nobody wrote."""
    when: Timed
    words: Markup
    corrected: Timed | None = None
    anchor: str = ""
    """What feeds lead to."""


@dataclass(frozen=True, slots=True)
class Story:
    """The page of an incident, or of announced work."""

    title: str
    tone: Condition
    state: Timed
    facts: tuple[Fact, ...]
    note: str
    """Set apart; empty for none."""
    words: Markup
    """Of announced work; empty for none."""
    lessons: Saying | None
    """The post-mortem."""
    timeline: tuple[Saying, ...]
    """Newest first."""
    back: str
    """Address of the month that it is listed in."""
    month: str
    inside: Markup
    """What only internal pages tell: deploys, actions, what was fetched."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a month."""

    title: str
    address: str
    tone: Condition
    state: str
    when: Timed
    components: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A month: what happened in it, newest first."""

    title: str
    address: str
    entries: tuple[Entry, ...]
    more: str
    """Where only some of the entries are told; empty for all."""
    quiet: str
    """Said where there are none, or where not all are known."""


@dataclass(frozen=True, slots=True)
class Near:
    """A month beside another."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Past:
    """A page of months: all of them, or one with its neighbours."""

    title: str
    months: tuple[Listed, ...]
    alone: bool
    newer: Near | None = None
    older: Near | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """Files that machines read."""

    what: str
    files: tuple[tuple[str, str], ...]
    """Where each is, and the address to copy: absolute where ours is known."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """HTML to be copied."""

    what: str
    html: str
    """As it is copied: not escaped."""


@dataclass(frozen=True, slots=True)
class About:
    """How the numbers are made, and where machines find them."""

    formats: tuple[Format, ...]
    snippets: tuple[Snippet, ...]
    example: str
    """The id of a component, for addresses that have one in them; empty where there is none."""
    fresh_for: str
    subscribe: str
    """Address of the form; empty where there is none."""
    root: str
