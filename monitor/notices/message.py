"""A notice as it is laid out for people: what every template and every channel with buttons and
colours is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final

from monitor.notices.notice import Notice


@unique
class Tone(StrEnum):
    """How loud it is."""

    BAD = "bad"
    """Something critical goes on."""
    UNEASY = "uneasy"
    """Something goes on that is not critical, keeps changing, is being acted on, or is trueup's own
    trouble.
    """
    GOOD = "good"
    """It is over."""
    CALM = "calm"
    """Nothing is to be done: a test, an acknowledgement, mere information."""


COLOURS: Final[Mapping[Tone, str]] = MappingProxyType(
    {Tone.BAD: "#c62828", Tone.UNEASY: "#b26a00", Tone.GOOD: "#2e7d32", Tone.CALM: "#546e7a"}
)
"""As `#rrggbb`; white reads well on each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known."""

    label: str
    """What it is, such as `Down since`, without a colon."""
    value: str
    """One line. May quote the target, so it is text and never markup."""
    quote: tuple[str, ...] = ()
    """Lines that belong to it: the first lines of an answer or of what was fetched, deploys before
    the last one, what a summary speaks of.
    """
    is_link: bool = False
    """Whether `value` is an address to go to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """All that a template may say."""

    subject: str
    """One line of at most 120 characters; the environment comes first."""
    opening: str
    """A sentence or two: what people cannot do, and what is new about it."""
    short: str
    """The whole in at most 320 characters, for a text message."""
    tone: Tone
    """`bad`, `uneasy`, `good` or `calm`."""
    facts: tuple[Fact, ...]
    """What is known, the most urgent first. What is not known has no fact."""
    notice: Notice
    """The notice itself, every field of it; see the body of a webhook."""

    @property
    def details(self) -> tuple[Fact, ...]:
        """The facts that are no links."""
        return tuple(fact for fact in self.facts if not fact.is_link)

    @property
    def links(self) -> tuple[Fact, ...]:
        """The facts that are: what to do, how to acknowledge, the status page."""
        return tuple(fact for fact in self.facts if fact.is_link)
