"""What would make a slow detection quick enough: the least change of one key that does, or of two
where one is not enough. Every one of them was tried by working out what it comes to. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any, Final

from monitor.config.changes import Objective
from monitor.config.detection import watching, worst, worst_to_page
from monitor.config.model import Config, Probe
from monitor.policy import InARow
from probes import write_duration

_S: Final = timedelta(seconds=1)
_SPANS: Final = tuple(
    seconds * _S
    for seconds in (
        *(43_200, 21_600, 7_200, 3_600, 1_800, 1_200, 900, 600, 300, 240, 180, 120, 90, 60),
        *(45, 30, 20, 15, 10, 5),
    )
)


@dataclass(frozen=True, slots=True)
class Change:
    """One key of some probes, and what is to stand there."""

    key: str
    value: Any
    probes: tuple[str, ...]

    def __str__(self) -> str:
        """As it is written."""
        match self.value:
            case timedelta():
                text = json.dumps(write_duration(self.value))
            case tuple():
                text = json.dumps([write_duration(each) for each in self.value])
            case _:
                text = str(self.value)
        return f"{self.key} = {text}"


def changed(config: Config, change: Change) -> Config:
    """As if it had been written."""
    probes = {
        id_: _KEYS[change.key].put(probe, change.value) if id_ in change.probes else probe
        for id_, probe in config.probes.items()
    }
    return replace(config, probes=probes)


def remedy(config: Config, objective: Objective, most: timedelta) -> tuple[Change, ...]:
    """Changes that together bring the worst detection to *most*; none where nothing does."""
    concerned = {probe.id: probe for probe in watching(config, objective)}
    config = replace(config, probes=concerned)  # a thousand others need not be copied each time
    for key in _KEYS:
        found = _least(config, objective, most, key)
        if found is not None:
            return (found,)
    for first, key in product([key for key in _KEYS if key != "every"], ["every"]):
        for other in _milder(config, objective, most, first):
            found = _least(changed(config, other), objective, most, key)
            if found is not None:
                return found, other
    return ()


def _least(config: Config, objective: Objective, most: timedelta, key: str) -> Change | None:
    return next(
        (
            change
            for change in _milder(config, objective, most, key)
            if _is_quick(changed(config, change), objective, most)
        ),
        None,
    )


def _is_quick(config: Config, objective: Objective, most: timedelta) -> bool:
    found = worst(config, objective)
    return found is not None and found.total <= most


def _milder(config: Config, objective: Objective, most: timedelta, key: str) -> Iterator[Change]:
    """What may be written there, the least change first, in the probes that are too slow."""
    slow = [p for p in watching(config, objective) if worst_to_page(p, config).total > most]
    known = _KEYS[key]
    tried = []
    for value in (value for probe in slow for value in known.values(probe)):
        if value not in tried:
            tried.append(value)
    for value in sorted(tried, key=_size, reverse=True):
        concerned = [probe for probe in slow if value in known.values(probe)]
        change = Change(key, value, tuple(probe.id for probe in concerned))
        if concerned and not any(_overlaps(probe, known.put(probe, value)) for probe in concerned):
            yield change


def _size(value: Any) -> Any:
    return (len(value), value) if isinstance(value, tuple) else value


def _overlaps(before: Probe, after: Probe) -> bool:
    """A failing run must still fit between two, where it did."""
    return _spare(after) < timedelta() <= _spare(before)


def _spare(probe: Probe) -> timedelta:
    return probe.every - probe.settings.timeout - sum(probe.confirm, timedelta())


@dataclass(frozen=True, slots=True)
class _Key:
    """Smaller values than a probe has, and a probe with one of them."""

    values: Callable[[Probe], Sequence[Any]]
    put: Callable[[Probe, Any], Probe]


def _shorter(probe: Probe) -> Sequence[timedelta]:
    return [span for span in _SPANS if span < probe.every]


def _fewer_tries(probe: Probe) -> Sequence[tuple[timedelta, ...]]:
    return [probe.confirm[:count] for count in reversed(range(len(probe.confirm)))]


def _sooner(probe: Probe) -> Sequence[timedelta]:
    """Not less than half of it: an answer takes the time it takes."""
    timeout = probe.settings.timeout
    return [span for span in _SPANS if timeout / 2 <= span < timeout]


def _fewer_runs(probe: Probe) -> Sequence[int]:
    opening = probe.policy.opening
    return list(reversed(range(1, opening.runs))) if isinstance(opening, InARow) else []


def _with_timeout(probe: Probe, value: timedelta) -> Probe:
    return replace(probe, settings=probe.settings.model_copy(update={"timeout": value}))


def _with_opening(probe: Probe, value: int) -> Probe:
    return replace(probe, policy=replace(probe.policy, opening=InARow(value)))


_KEYS: Final = {
    "every": _Key(_shorter, lambda probe, value: replace(probe, every=value)),
    "confirm": _Key(_fewer_tries, lambda probe, value: replace(probe, confirm=value)),
    "timeout": _Key(_sooner, _with_timeout),
    "open_after": _Key(_fewer_runs, _with_opening),
}
"""In the order in which they are preferred: asking more often costs the least certainty."""
