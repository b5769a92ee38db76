"""How things stand at one moment of a drill, from what the page, the pager and the store say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

UP: Final = "operational"
DOWN: Final = "major_outage"


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident that opened since the break, that long after it."""

    probe: str
    after: timedelta
    is_over: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A notice on the pager."""

    event: str
    incident: int
    probe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """None for what could not be had at that moment."""

    after: timedelta
    """Since the break."""
    conditions: Mapping[str, str] | None
    """Of each component, in the words of `api/v2/components.json`."""
    heard: tuple[Heard, ...] | None
    """Since the break, the oldest first."""
    opened: tuple[Opened, ...] | None

    def is_up(self, components: Collection[str] = ()) -> bool:
        """Whether the page says that these are up, and none is down; without any, that all are."""
        known = self.conditions or {}
        wanted = components or known
        return bool(known) and not self.down and all(known.get(name) == UP for name in wanted)

    @property
    def down(self) -> frozenset[str]:
        known = self.conditions or {}
        return frozenset(name for name, condition in known.items() if condition == DOWN)

    def is_over(self, components: Collection[str], probes: Collection[str]) -> bool:
        """These are up and none is down, every incident of these *probes* is closed, and each that
        was told is told to have ended.
        """
        if not self.is_up(components) or self.heard is None or self.opened is None:
            return False
        told = {each.incident for each in self.heard}
        ended = {each.incident for each in self.heard if each.event == "resolved"}
        return told == ended and all(each.is_over for each in self.opened if each.probe in probes)


def conditions_of(document: Any) -> Mapping[str, str] | None:
    """From `api/v2/components.json`."""
    if not isinstance(document, dict):
        return None
    rows = document.get("components", [])
    return {row["id"]: row["status"] for row in rows if not row["group"]}


def heard_of(document: Any) -> tuple[Heard, ...] | None:
    """From what the pager has."""
    if not isinstance(document, list):
        return None
    return tuple(
        Heard(str(body.get("event")), int(body.get("incident", 0)), str(body.get("probe")))
        for body in document
        if isinstance(body, dict)
    )
