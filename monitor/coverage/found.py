"""What is found out about the watching: how deep it goes, and where it has holes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final

from monitor.coverage.lines import Line, toml
from monitor.coverage.watching import Depth, Watch


@unique
class Hole(StrEnum):
    """What is missing. Closed, so that programs can count it."""

    UNWATCHED = "unwatched"
    HOME_ONLY = "home_only"
    NEVER_WRITES = "never_writes"
    UNTOLD = "untold"
    NO_PLAYBOOK = "no_playbook"
    CERTIFICATE = "certificate"
    IDENTITY = "identity"
    CONTRACT = "contract"
    NOT_LEARNED = "not_learned"
    UNCOUNTED = "uncounted"
    NO_COMPONENT = "no_component"
    UNUSED_CHANNEL = "unused_channel"
    COULD_BE_DEEPER = "could_be_deeper"
    """No hole: what watches it is good, and something else would be better."""

    @property
    def heading(self) -> str:
        return _HEADINGS[self]


_HEADINGS: Final = {
    Hole.UNWATCHED: "Watched by nothing",
    Hole.HOME_ONLY: "Watched only from outside",
    Hole.NEVER_WRITES: "Never writes",
    Hole.UNTOLD: "Nobody is told",
    Hole.NO_PLAYBOOK: "No playbook",
    Hole.CERTIFICATE: "Certificate not watched",
    Hole.IDENTITY: "Environment not pinned",
    Hole.CONTRACT: "Data without expectations",
    Hole.NOT_LEARNED: "Not learned yet",
    Hole.UNCOUNTED: "Lists not counted",
    Hole.NO_COMPONENT: "Behind no component",
    Hole.UNUSED_CHANNEL: "Channels nobody uses",
    Hole.COULD_BE_DEEPER: "Could be better",
}
BY_KIND: Final = tuple(Hole)


@dataclass(frozen=True, slots=True)
class Finding:
    """`component` and `probe` are ids, empty where it is about none."""

    hole: Hole
    says: str
    remedy: str
    """What to do, as a sentence."""
    lines: tuple[Line, ...] = ()
    component: str = ""
    probe: str = ""

    @property
    def toml(self) -> str:
        return toml(self.lines)

    @property
    def is_hole(self) -> bool:
        return self.hole is not Hole.COULD_BE_DEEPER


@dataclass(frozen=True, slots=True)
class Watched:
    """A component, and how well it is watched, from 0 to 100."""

    id: str
    name: str
    depth: Depth
    watches: tuple[Watch, ...]
    score: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Components and findings in the order in which the configuration names what they are about."""

    components: tuple[Watched, ...]
    findings: tuple[Finding, ...]

    @property
    def score(self) -> int:
        """Of everything: components count alike. Where there are none, nothing is watched."""
        if not self.components:
            return 0
        return round(sum(each.score for each in self.components) / len(self.components))

    @property
    def by_kind(self) -> tuple[Finding, ...]:
        """As people read them: what could be better comes last."""
        return tuple(sorted(self.findings, key=lambda each: BY_KIND.index(each.hole)))

    @property
    def in_short(self) -> str:
        """`Score 91 of 100, 1 hole; 2 things could be better.`"""
        holes = sum(each.is_hole for each in self.findings)
        better = len(self.findings) - holes
        said = f"{holes} hole{'s' if holes != 1 else ''}" if holes else "no holes"
        more = f"; {better} thing{'s' if better != 1 else ''} could be better" if better else ""
        return f"Score {self.score} of 100, {said}{more}."


@dataclass(frozen=True, slots=True)
class Known:
    """What was learned of targets; by probe."""

    environments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What answers say of their environment."""
    documents: frozenset[str] = frozenset()
    """Those whose answer is JSON."""
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """JSONPaths of lists in the answer."""
    types_in: frozenset[str] = frozenset()
    """Journeys in files that fill in something."""


NOTHING_KNOWN = Known()
