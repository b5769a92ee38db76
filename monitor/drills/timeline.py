"""How one drill went, reading by reading. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from monitor.config import Config
from monitor.drills.outages import Outage
from monitor.drills.reading import Reading

BESIDE: Final = timedelta(seconds=5)
"""What a detection may take beside two intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Spans are since the break, `recovered` since the mending; None for what did not happen."""

    outage: Outage
    allowed: timedelta
    """For the detection."""
    probes: frozenset[str] = field(default_factory=frozenset)
    """Those that watch what is broken."""
    detected: timedelta | None = None
    """When the incident opened, as the daemon wrote it down."""
    told: timedelta | None = None
    published: timedelta | None = None
    mended: timedelta | None = None
    recovered: timedelta | None = None
    pages: int = 0
    """How many notices opened something."""
    down: frozenset[str] = field(default_factory=frozenset)
    """Every component that was ever shown down."""

    @property
    def false_components(self) -> tuple[str, ...]:
        return tuple(sorted(self.down - set(self.outage.components)))

    @property
    def missed(self) -> tuple[str, ...]:
        """Components that were broken and never shown so."""
        return tuple(name for name in self.outage.components if name not in self.down)

    @property
    def is_known(self) -> bool:
        """Whether all that people have to hear of it was said: it can be mended."""
        return None not in (self.detected, self.told, self.published) and not self.missed

    @property
    def is_good(self) -> bool:
        return not self.troubles

    @property
    def troubles(self) -> tuple[str, ...]:
        """What was not as promised, in words; nothing when all was."""
        return tuple(_troubles(self))


def begun(outage: Outage, config: Config) -> Timeline:
    """Before anything was broken. The slowest probe of the first component sets the pace."""
    first = config.components[outage.component].probes
    every = max(config.probes[name].every for name in first)
    watching = (name for each in outage.components for name in config.components[each].probes)
    return Timeline(outage=outage, allowed=2 * every + BESIDE, probes=frozenset(watching))


def seen(so_far: Timeline, reading: Reading) -> Timeline:
    """With what *reading* adds."""
    line = replace(so_far, down=so_far.down | reading.down)
    if reading.opened is not None and line.detected is None:
        spans = [each.after for each in reading.opened if each.probe in line.probes]
        line = replace(line, detected=min(spans, default=None))
    if reading.heard is not None:
        line = replace(line, pages=sum(each.event == "opened" for each in reading.heard))
        if line.told is None and line.pages:
            line = replace(line, told=reading.after)
    if line.published is None and line.outage.component in reading.down:
        line = replace(line, published=reading.after)
    if line.mended is not None and line.recovered is None and _is_over(line, reading):
        line = replace(line, recovered=reading.after - line.mended)
    return line


def _is_over(line: Timeline, reading: Reading) -> bool:
    return reading.is_over(line.outage.components, line.probes)


def document(line: Timeline) -> dict[str, Any]:
    """For programs: seconds with one decimal, null for what did not happen."""
    return {
        "outage": line.outage.id,
        "component": line.outage.component,
        "detected_s": _seconds(line.detected),
        "told_s": _seconds(line.told),
        "published_s": _seconds(line.published),
        "recovered_s": _seconds(line.recovered),
        "pages": line.pages,
        "false_components": list(line.false_components),
        "original_detection_s": _seconds(line.outage.original.found),
    }


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)


def _troubles(line: Timeline) -> list[str]:
    found = [
        said
        for span, said in (
            (line.detected, "it was not detected"),
            (line.told, "nobody was told"),
            (line.published, "the public page did not say so"),
            (line.recovered, "it was not seen to be over"),
        )
        if span is None
    ]
    if line.detected is not None and line.detected > line.allowed:
        late, allowed = _seconds(line.detected), _seconds(line.allowed)
        found.append(f"it was detected after {late} s instead of {allowed} s")
    if line.pages > 1:
        found.append(f"it was told {line.pages} times")
    if line.false_components:
        found.append(f"said to be down and was not: {', '.join(line.false_components)}")
    if line.published is not None and line.missed:
        found.append(f"not said to be down: {', '.join(line.missed)}")
    return found
