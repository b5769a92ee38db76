"""What is said of a hole: lines that close it, a sentence, or how to accept it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from monitor.blindspots.candidates import NO_LINE, SENTENCES
from monitor.blindspots.lines import Line
from monitor.config import Probe
from probes.injection import FAULTS, Fault

_UNLEARNED: Final = "Nothing is learned yet: run trueup learn {}"
_ACCEPT: Final = "blindspots_accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """`table` is where the `lines` belong; without lines, `sentence` says what else would help."""

    probe: str
    faults: tuple[str, ...]
    table: str = ""
    lines: tuple[str, ...] = ()
    sentence: str = ""
    new: bool = False
    """Whether the table is one more."""
    last: bool = False
    """Nothing in the configuration of this probe closes it; it may be accepted."""
    accepts: bool = False
    """The lines close nothing: they say that it is known."""


@dataclass(frozen=True, slots=True)
class Closing:
    """In the order of the matrix."""

    remedies: tuple[Remedy, ...] = ()

    def of(self, probe: str) -> tuple[Remedy, ...]:
        return tuple(remedy for remedy in self.remedies if remedy.probe == probe)

    def scrubbed(self, scrub: Callable[[str], str]) -> Closing:
        """The same without what *scrub* takes out of texts: an answer may hold a secret."""
        return Closing(
            tuple(
                replace(each, lines=tuple(map(scrub, each.lines)), sentence=scrub(each.sentence))
                for each in self.remedies
            )
        )


def names(faults: Sequence[Fault]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault.name for fault in faults))


def sentences(probe: Probe, left: Sequence[Fault]) -> Iterator[Remedy]:
    """Of what no line closes."""
    learning = is_learning(probe)
    said: dict[str, list[Fault]] = {}
    for fault in left:
        unlearned = learning and fault.at
        sentence = _UNLEARNED.format(probe.id) if unlearned else SENTENCES.get(fault.name, NO_LINE)
        said.setdefault(sentence, []).append(fault)
    for sentence, faults in said.items():
        last = sentence != _UNLEARNED.format(probe.id)
        yield Remedy(probe=probe.id, faults=names(faults), sentence=sentence, last=last)


def accepting(probe: Probe, found: Sequence[Remedy], keys: Mapping[str, Any]) -> Iterator[Remedy]:
    """The line that accepts what nothing in *found* closes; *keys* stand in the probe's table."""
    closed = {fault for each in found if each.lines for fault in each.faults}
    left = {fault for each in found if each.last for fault in each.faults} - closed
    if not left:
        return
    accepted = left | probe.blindspots_accept
    line = Line((_ACCEPT,), tuple(each.name for each in FAULTS if each.name in accepted))
    yield Remedy(
        probe=probe.id,
        faults=tuple(each.name for each in FAULTS if each.name in left),
        table=f"[probe.{probe.id}]",
        lines=(line.written(keys),),
        accepts=True,
    )


def is_learning(probe: Probe) -> bool:
    """Whether its shape is to be learned, and was not yet."""
    pin = getattr(getattr(probe.settings, "expect", None), "shape", None)
    return pin is not None and pin.learns and pin.shape is None
