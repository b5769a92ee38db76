"""What is said of a hole: lines that close it, a sentence, or how to accept it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from monitor.blindspots.candidates import NO_LINE, SENTENCES
from monitor.blindspots.lines import Line
from monitor.config import Probe
from probes.browser import BrowserOptions
from probes.injection import FAULTS, Fault

_UNLEARNED: Final = "Nothing is learned yet: run trueup learn {}"
_STARRED: Final = "  # the stars hide a secret: choose something else"
UNCOUNTED: Final = (
    "Nothing is learned yet: its baseline notices this after three good runs of the daemon."
)
_OPTIONAL: Final = "{} lets {} be missing: take its ? away there if it has to be there."
_ACCEPT: Final = "blindspots_accept"
_NAMED: Final = 3
"""So many fields are named in a sentence, which somebody is to read."""
RENAMED: Final = (
    "Its scripts and style sheets have other names after each release: a journey that presses what"
    " needs them notices."
)
_JOURNEYS: Final[Mapping[str, str]] = {
    "empty-lists": "A step that looks for an entry of the list notices.",
    "slow": "A step of a journey of your own can say within: what takes longer is seen as slow.",
}
"""What a journey can do, where what helps other probes does not help it."""


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
                replace(
                    each,
                    lines=tuple(_without_secrets(line, scrub) for line in each.lines),
                    sentence=scrub(each.sentence),
                )
                for each in self.remedies
            )
        )


def _without_secrets(line: str, scrub: Callable[[str], str]) -> str:
    """What holds one is no line to be pasted: with stars in it, it is not what was tried."""
    scrubbed = scrub(line)
    return line if scrubbed == line else f"# {scrubbed}{_STARRED}"


def names(faults: Sequence[Fault]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault.name for fault in faults))


def sentences(probe: Probe, left: Sequence[Fault]) -> Iterator[Remedy]:
    """Of what no line closes."""
    learning = is_learning(probe)
    settings: object = probe.settings
    known = {**SENTENCES, **_JOURNEYS} if isinstance(settings, BrowserOptions) else SENTENCES
    said: dict[str, list[Fault]] = {}
    for fault in left:
        unlearned = learning and fault.at
        sentence = _UNLEARNED.format(probe.id) if unlearned else known.get(fault.name, NO_LINE)
        said.setdefault(sentence, []).append(fault)
    for sentence, faults in said.items():
        last = sentence != _UNLEARNED.format(probe.id)
        yield Remedy(probe=probe.id, faults=names(faults), sentence=sentence, last=last)


def allowed_by_pin(probe: Probe, holes: Sequence[Fault]) -> tuple[list[Remedy], list[Fault]]:
    """Of fields that may be missing, as was learned or reviewed; and the other holes."""
    pin = getattr(getattr(probe.settings, "expect", None), "shape", None)
    if pin is None or pin.shape is None:
        return [], list(holes)
    fields = pin.shape.fields
    known = [fault for fault in holes if fault.at and f"{fault.at}?" in fields]
    if not known:
        return [], list(holes)
    listed = _listed(list(dict.fromkeys(fault.at for fault in known)))
    said = _OPTIONAL.format(pin.path.name if pin.path else pin.text, listed)
    remedy = Remedy(probe=probe.id, faults=names(known), sentence=said)
    return [remedy], [fault for fault in holes if fault not in known]


def _listed(places: Sequence[str]) -> str:
    more = f" and {len(places) - _NAMED} more" * (len(places) > _NAMED)
    return (", ".join(places[:_NAMED]) if more else " and ".join(places)) + more


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
