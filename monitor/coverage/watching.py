"""How well one probe watches, told by its settings. Pure.

A probe of a kind that nothing is known of counts as an address that is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from monitor.config.model import Probe
from monitor.origins import origin_of
from monitor.routing import Severity
from probes.browser import BrowserOptions
from probes.expect import Expect

_HARMLESS: Final = {"GET", "HEAD", "OPTIONS"}
_HEALTH: Final = re.compile(
    r"/(health\w*|[a-z]*-?status\w*|ping|alive|live(ness|z)?|ready(z)?|readiness|up|heartbeat|version)"
    r"(/|\.\w+)?$",
    re.IGNORECASE,
)
_TYPED: Final = {"fill", "upload"}
_ONLY_SIGN_IN: Final = "login"
_DATA: Final = re.compile(r"/api(/|$)|\.json$|/v\d+/", re.IGNORECASE)


@unique
class Depth(StrEnum):
    """What watches a component, the best first."""

    WRITES = "journey that writes"
    JOURNEY = "journey"
    FLOW = "flow"
    ANSWER = "address"
    HEALTH = "health address"
    HOME = "home page only"
    NOTHING = "nothing"


DEEP: Final = {
    Depth.WRITES: 70,
    Depth.JOURNEY: 60,
    Depth.FLOW: 60,
    Depth.ANSWER: 45,
    Depth.HEALTH: 25,
    Depth.HOME: 15,
    Depth.NOTHING: 0,
}
"""Points for the best that watches a component; the rest of a hundred is for what is pinned."""
BEST_FIRST: Final = tuple(Depth)


@dataclass(frozen=True)
class Watch:
    """One probe. `types_in` says of a journey that is a file whether it fills in anything."""

    probe: Probe
    types_in: bool = False

    @property
    def _settings(self) -> Any:
        return self.probe.settings

    @cached_property
    def url(self) -> str:
        """Empty where it has none."""
        return str(getattr(self._settings, "url", "") or "")

    @cached_property
    def origin(self) -> str:
        """Empty where it asks no address of the web."""
        origin = origin_of(self.probe)
        return origin if "://" in origin else ""

    @property
    def host(self) -> str:
        return self.origin.partition("://")[2]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path if self.origin else ""

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https:")

    @cached_property
    def expect(self) -> Expect | None:
        """None for what expects otherwise, as journeys do."""
        found = getattr(self._settings, "expect", None)
        return found if isinstance(found, Expect) else None

    @property
    def is_journey(self) -> bool:
        return isinstance(self._settings, BrowserOptions)

    @property
    def only_signs_in(self) -> bool:
        return self.is_journey and getattr(self._settings, "journey", "") == _ONLY_SIGN_IN

    @property
    def writes(self) -> bool:
        """Whether it does what users do that leaves something behind."""
        if not self.is_journey:
            return getattr(self._settings, "method", "GET") not in _HARMLESS
        name = str(getattr(self._settings, "journey", ""))
        if name.endswith(".py"):
            return self.types_in
        steps = getattr(self._settings, "steps", None)
        return bool(_verbs(steps) & _TYPED) if steps else name != _ONLY_SIGN_IN

    @property
    def reads_data(self) -> bool:
        """Whether its answer is, or looks like, a JSON document."""
        expect = self.expect
        return expect is not None and (expect.reads_json or bool(_DATA.search(self.path)))

    @property
    def wakes(self) -> bool:
        """Whether somebody is told when it fails."""
        return bool(self.probe.routing.everybody)

    @property
    def is_for_reading(self) -> bool:
        """Whether it is meant that nobody is told."""
        return not self.wakes and self.probe.routing.severity is Severity.INFO

    @cached_property
    def depth(self) -> Depth:
        if self.is_journey:
            return Depth.WRITES if self.writes else Depth.JOURNEY
        if self.writes:
            return Depth.FLOW
        expect = self.expect
        if expect is None:
            return Depth.ANSWER
        if _HEALTH.search(self.path):
            return Depth.HEALTH
        wants = expect.reads_body or bool(expect.header)
        if expect.reads_json or (wants and self.path.strip("/")):
            return Depth.ANSWER
        return Depth.HOME


def _verbs(steps: Any) -> set[str]:
    """Also of steps that are grouped."""
    found: set[str] = set()
    for step in steps:
        inner = getattr(step, "do", None)  # of an action it is what does it
        found |= _verbs(inner) if isinstance(inner, tuple) else {getattr(step, "VERB", "")}
    return found


def depth_of(watches: tuple[Watch, ...]) -> Depth:
    """Of several together: addresses that belong to one thing people do are a flow."""
    best = min((each.depth for each in watches), key=BEST_FIRST.index, default=Depth.NOTHING)
    asked = {(each.origin, each.path) for each in watches if each.depth is Depth.ANSWER}
    return Depth.FLOW if best is Depth.ANSWER and len(asked) > 1 else best
