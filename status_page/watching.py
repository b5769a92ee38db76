"""What watches what the page is about. For internal pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Of one component."""

    component: str
    """Its id."""
    watched_by: str
    """The best that does, in English: `journey that writes`."""
    score: int
    """From 0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Where nobody watches, or where watching could be better, in English."""

    kind: str
    """What sort of hole, as a heading; those of a kind follow each other."""
    says: str
    remedy: str
    toml: str = ""
    """Lines of the configuration that would close it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well everything is watched."""

    score: int
    said: str = ""
    """The score, and how many holes there are, as a sentence in English; empty where the page is of
    some components only.
    """
    components: tuple[Watching, ...] = ()
    holes: tuple[Hole, ...] = ()
    more: int = 0
    """How many holes there are besides."""
