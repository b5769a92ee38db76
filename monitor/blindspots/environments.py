"""Which environment a target ought to be of: as its other probes expect it, or as it was learned.

What answers at the moment may be the very outage that is looked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from monitor.blindspots.answers import Answer
from monitor.config import Config, Probe
from monitor.notices import one_line
from monitor.origins import in_words, origin_of
from monitor.state import DATABASE
from monitor.store import StoreTrouble
from monitor.store import fingerprints as rows
from monitor.store.looking import looking
from probes import Settings
from probes.expect.environment import same
from probes.traits import Trait

_FIRST: Final = "look into that before you expect anything."
_PINNED: Final = "pinned"
"""In the store, what is certain; see `monitor.fingerprints.learning.State`."""


@dataclass(frozen=True, slots=True)
class Environments:
    """*learned* is what was usual, by origin."""

    config: Config
    learned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def doubt(self, probe: Probe, answer: Answer) -> str:
        """Why what the answer says of itself is not to be expected of it; empty when it may be."""
        named = answer.environment
        if not named:
            return ""
        origin = origin_of(probe)
        host, said = in_words(origin), one_line(named)
        if others := self._others(probe, origin):
            if any(same(named, each) for each in others.values()):
                return ""
            other, wanted = next(iter(others.items()))
            return f"{said} answers, and {other} expects {wanted} of {host}: {_FIRST}"
        usual = self.learned.get(origin, ())
        if not usual or any(same(named, each) for each in usual):
            return ""
        return f"{said} answers, and {host} was always {one_line(usual[-1])}: {_FIRST}"

    def _others(self, probe: Probe, origin: str) -> dict[str, str]:
        """By the ids of other probes of that server, what they expect."""
        return {
            other.id: wanted
            for other in self.config.probes.values()
            if other.id != probe.id and origin_of(other) == origin
            if (wanted := expected_by(other.settings))
        }


def expected_by(settings: Settings) -> str:
    """The environment; empty where none is."""
    expectation = getattr(getattr(settings, "expect", None), "environment", None)
    of_journey = getattr(settings, "expect_environment", "")
    return str(getattr(expectation, "is_", "") or of_journey)


async def environments(config: Config) -> Environments:
    """With what the daemon's database knows, where there is one."""
    return Environments(config, await asyncio.to_thread(_learned, config))


def _learned(config: Config) -> dict[str, tuple[str, ...]]:
    path = config.state / DATABASE
    if not path.exists():
        return {}
    with suppress(StoreTrouble), looking(path) as db:
        return {
            each.target: each.values
            for each in rows.pinned(db)
            if each.name == Trait.ENVIRONMENT and each.state == _PINNED and each.values
        }
    return {}
