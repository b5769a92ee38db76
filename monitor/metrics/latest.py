"""What is kept of every probe's newest run: little, for there may be ten thousand of them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Final, NamedTuple

from monitor.clock import Clock
from monitor.config.model import Config, Probe
from monitor.runner import Run
from probes import Outcome, Result

OUTCOMES: Final = tuple(Outcome)
PHASES: Final = ("resolve", "connect", "tls", "processing", "transfer")
CLS: Final = "cls"
AT_ONCE: Final = 500
"""Probes that are looked at before the event loop has its turn again."""

_PLACE: Final = {outcome: place for place, outcome in enumerate(OUTCOMES)}
_NOTHING: Final = timedelta()
_LABEL_MOST: Final = 64
STEPS_MOST: Final = 50
"""Of one journey, and as many pages."""


@dataclass(slots=True)
class Latest:
    """The newest run, in seconds, bytes and Unix time; `seen_s` alone is by the monotonic clock.
    What the run did not get to know is None, or empty.
    """

    seen_s: float
    began_s: float
    took_s: float
    outcome: Outcome
    reason: str
    phases_s: tuple[float, ...]
    """In the order of PHASES; empty for a kind that has none."""
    ip: int | None
    """4 or 6."""
    status: int
    http_version: float
    redirects: int
    body_bytes: int
    tls_version: str
    tls_cipher: str
    certificate_ends_s: float | None
    steps: tuple[tuple[str, float], ...] = ()
    """By name; a second one of the same name has a number after it."""
    vitals: tuple[tuple[str, str, float], ...] = ()
    """The page, by the step that it was opened in; what it is; seconds, but for `cls`."""


@dataclass(slots=True)
class _Tally:
    kind: str
    patience_s: float
    runs: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    latest: Latest | None = None


class Row(NamedTuple):
    """One probe at one moment. `told` is its newest run where that says something of the target:
    None when it was ERROR, or is too old to be evidence.
    """

    probe: str
    labels: str
    runs: tuple[int, ...]
    latest: Latest | None
    told: Latest | None


class Metrics:
    """Is shown every run, and configured before the first. Keeps something of them as soon as
    there is a token to read it with, or somebody has asked: most never do.
    """

    _config: Config

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tallies: dict[str, _Tally] = {}
        self._kept = False

    def configure(self, config: Config) -> None:
        """Probes that stay keep their figures; those of others are forgotten."""
        self._config = config
        self._kept = self._kept or bool(config.metrics_token)
        if self._kept:
            self._tallies = {probe.id: self._tally(probe) for probe in config.probes.values()}

    def _tally(self, probe: Probe) -> _Tally:
        known = self._tallies.get(probe.id)
        if known is None or known.kind != probe.kind.name:
            return _Tally(probe.kind.name, probe.patience.total_seconds())
        known.patience_s = probe.patience.total_seconds()
        return known

    def saw(self, run: Run) -> None:
        tally = self._tallies.get(run.probe.id)
        if tally is not None:
            tally.runs[_PLACE[run.result.outcome]] += 1
            tally.latest = _latest(run, self._clock.monotonic())

    async def rows(self) -> list[Row]:
        """Every probe, in the order of the configuration. The event loop has its turn between."""
        if not self._kept:
            self._kept = True
            self.configure(self._config)
        rows: list[Row] = []
        now, left = self._clock.monotonic(), iter(list(self._tallies.items()))
        while some := list(islice(left, AT_ONCE)):
            rows += [self._row(probe, tally, now) for probe, tally in some]
            await asyncio.sleep(0)
        return rows

    def _row(self, probe: str, tally: _Tally, now: float) -> Row:
        latest = tally.latest
        tells = (
            latest is not None
            and latest.outcome is not Outcome.ERROR
            and now - latest.seen_s <= tally.patience_s
        )
        location, kind = label(self._config.location), label(tally.kind)
        labels = f'probe="{label(probe)}",kind="{kind}",location="{location}"'
        return Row(probe, labels, tuple(tally.runs), latest, latest if tells else None)


def label(value: str) -> str:
    """As it is written between the quotes of a label."""
    if value.isalnum():
        return value
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _latest(run: Run, seen_s: float) -> Latest:
    result, facts = run.result, run.result.facts
    ends_at = facts.certificate_ends_at
    return Latest(
        seen_s=seen_s,
        began_s=run.started_at.timestamp(),
        took_s=result.took.total_seconds(),
        outcome=result.outcome,
        reason=result.reason.value if result.reason else "",
        phases_s=_phases(result),
        ip=_ip(facts.address),
        status=facts.status or 0,
        http_version=_number(facts.http_version),
        redirects=facts.redirects,
        body_bytes=facts.body_bytes or 0,
        tls_version=_named(facts.tls_version),
        tls_cipher=_named(facts.tls_cipher),
        certificate_ends_s=ends_at.timestamp() if ends_at else None,
        steps=_steps(result) if result.steps else (),
        vitals=_vitals(result) if result.views else (),
    )


def _steps(result: Result) -> tuple[tuple[str, float], ...]:
    steps = result.steps[:STEPS_MOST]
    names = _apart(step.name for step in steps)
    return tuple((name, s.took.total_seconds()) for name, s in zip(names, steps, strict=True))


def _vitals(result: Result) -> tuple[tuple[str, str, float], ...]:
    views = result.views[:STEPS_MOST]
    found = []
    for page, view in zip(_apart(view.step for view in views), views, strict=True):
        for vital, span in (("ttfb", view.ttfb), ("fcp", view.fcp), ("lcp", view.lcp)):
            if span is not None:
                found.append((page, vital, span.total_seconds()))
        if view.cls is not None:
            found.append((page, CLS, view.cls))
    return tuple(found)


def _apart(names: Iterable[str]) -> list[str]:
    """No two of them the same, and none without an end."""
    seen: dict[str, None] = {}
    for name in names:
        short, number = name[:_LABEL_MOST], 1
        apart = short
        while apart in seen:
            number += 1
            apart = f"{short} {number}"
        seen[apart] = None
    return [sys.intern(name) for name in seen]


def _phases(result: Result) -> tuple[float, ...]:
    took: Mapping[str, timedelta] = result.phases
    if not took:
        return ()
    get = took.get
    return (
        get("resolve", _NOTHING).total_seconds(),
        get("connect", _NOTHING).total_seconds(),
        get("tls", _NOTHING).total_seconds(),
        (get("send", _NOTHING) + get("wait", _NOTHING)).total_seconds(),
        get("receive", _NOTHING).total_seconds(),
    )


def _ip(address: str) -> int | None:
    if not address:
        return None
    return 6 if address.startswith("[") or address.count(":") > 1 else 4


def _number(version: str) -> float:
    try:
        return float(version) if version else 0.0
    except ValueError:
        return 0.0


def _named(value: str) -> str:
    """One text for all that have the same."""
    return sys.intern(value[:_LABEL_MOST])
