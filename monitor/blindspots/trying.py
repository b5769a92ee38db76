"""Tries lines: on what the target answered, and on the same with a fault in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from monitor.blindspots.candidates import SHAPE, candidates
from monitor.blindspots.cells import NOTICED
from monitor.blindspots.known import Known
from monitor.blindspots.lines import Line
from monitor.blindspots.seeking import Seeking
from monitor.config import Probe
from probes import Settings
from probes.expect import Shape
from probes.injection import Fault

Make: TypeAlias = Callable[[tuple[Line, ...]], Probe | None]
"""The probe with these lines more; None where the configuration would refuse them."""


@dataclass(slots=True)
class Subject:
    """One probe whose holes are to be closed, and what was found so far."""

    make: Make
    known: Known
    learning: bool = False
    """Whether its shape is to be learned, and was not yet."""
    closes: dict[Line, list[Fault]] = field(default_factory=dict)
    noticed: list[Fault] = field(default_factory=list)
    """Without any line more."""
    left: list[Fault] = field(default_factory=list)
    """What no line shows."""

    def probe(self, lines: Iterable[Line]) -> Probe | None:
        """Having learned the answer as it is, where the shape is to be learned."""
        wanted = tuple(lines)
        made = self.make(wanted)
        if made is None or SHAPE not in wanted or self.known.answer is None:
            return made
        return replace(made, settings=_taught(made.settings, self.known.answer.document))


def _taught(settings: Settings, document: object) -> Settings:
    expect = getattr(settings, "expect", None)
    pin = getattr(expect, "shape", None)
    if expect is None or pin is None or pin.shape is not None:
        return settings
    learned = expect.model_copy(update={"shape": replace(pin, shape=Shape.of(document))})
    return settings.model_copy(update={"expect": learned})


async def try_lines(subject: Subject, seeking: Seeking, holes: Sequence[Fault]) -> None:
    """Fills in what closes what. A line that is there already is preferred to one more."""
    shapely = len({fault.at for fault in holes if fault.at}) > 1
    for fault in sorted(holes, key=lambda each: not each.at):
        if subject.learning and fault.at:
            subject.left.append(fault)
        elif await _shows(subject, seeking, (), fault):
            subject.noticed.append(fault)
        elif line := await _line(subject, seeking, fault, shape_first=shapely):
            subject.closes.setdefault(line, []).append(fault)
        else:
            subject.left.append(fault)


async def _line(
    subject: Subject, seeking: Seeking, fault: Fault, *, shape_first: bool
) -> Line | None:
    for line in subject.closes:
        if await _shows(subject, seeking, (line,), fault):
            return line
    if subject.known.answer is None:
        return None
    proposed = list(candidates(subject.known.answer, fault))
    if shape_first and fault.at:
        proposed.sort(key=lambda each: each != SHAPE)
    for line in proposed:
        if line == SHAPE and subject.learning:
            continue
        lines = (*subject.closes, line)
        if await _shows(subject, seeking, lines, fault) and await _passes(subject, seeking, lines):
            return line
    return None


async def _shows(subject: Subject, seeking: Seeking, lines: tuple[Line, ...], fault: Fault) -> bool:
    probe = subject.probe(lines)
    if probe is None:
        return False
    trial = await seeking.replay(probe, subject.known.recorder, fault)
    return trial.verdict in NOTICED


async def _passes(subject: Subject, seeking: Seeking, lines: tuple[Line, ...]) -> bool:
    probe = subject.probe(lines)
    return probe is not None and await seeking.passes(probe, subject.known.recorder)
