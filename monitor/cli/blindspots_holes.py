"""The holes that `blindspots` found, and what closes them: for people, and as lines to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.text import Text

from monitor.blindspots import Closing, Matrix, Remedy, is_learning
from monitor.cli import tables
from monitor.cli.ground import out
from monitor.config import Config
from monitor.coverage import places_in
from probes.injection import BY_NAME

_INDENT: Final = 6
_LISTED: Final = 6
"""So many probes with the same holes have their places told one by one."""
Place = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True, slots=True)
class _Group:
    """Probes with the same holes, and the same remedies for them."""

    probes: list[str]
    remedies: Sequence[Remedy]


def to_paste(remedies: Sequence[Remedy], place: Place) -> str:
    """Lines for the tables that there are, below comments that say where; then new tables."""
    known: dict[str, list[str]] = {}
    new: dict[str, list[str]] = {}
    for remedy in remedies:
        if remedy.lines:
            written = (new if remedy.new else known).setdefault(_head(remedy, place), [])
            written += _written(remedy)
    parts = ["\n".join((head, *written)) for head, written in (known | new).items()]
    return "\n\n".join(parts) + "\n" * bool(parts)


def _written(remedy: Remedy) -> list[str]:
    said = ", ".join(remedy.faults)
    if not remedy.accepts:
        return [f"# shows {said}", *remedy.lines]
    return [f"# accepts {said}, which nothing else closes:", *(f"# {e}" for e in remedy.lines)]


def _head(remedy: Remedy, place: Place) -> str:
    if remedy.new:
        return remedy.table
    return f"# in {_where(remedy.probe, place)}:"


def _where(probe: str, place: Place) -> str:
    found = place(("probe", probe))
    return f"[probe.{probe}]" + (f", {found}" if found else "")


def holes(config: Config, matrix: Matrix, closing: Closing) -> None:
    """To standard output, for people."""
    place = places_in(config)
    for group in _groups(config, matrix, closing):
        _print(Text("\n") + _named(group.probes))
        for probe in group.probes:
            learn = f"trueup learn {probe}"
            said = any(remedy.sentence.endswith(learn) for remedy in group.remedies)
            if is_learning(config.probes[probe]) and not said:
                _say(f"Nothing is learned yet: run {learn}", indent=2)
        for remedy in group.remedies:
            _hole(remedy)
        placed = [remedy for remedy in group.remedies if remedy.lines and not remedy.new]
        others = [remedy for remedy in placed if remedy.table == f"[probe.{remedy.probe}]"]
        if others:
            _places(group.probes, place, other="other " * (len(others) < len(placed)))


def _groups(config: Config, matrix: Matrix, closing: Closing) -> list[_Group]:
    found: dict[object, _Group] = {}
    for row in matrix.rows:
        remedies = closing.of(row.probe)
        own = row.probe if is_learning(config.probes[row.probe]) else ""
        alike = tuple(replace(each, probe="", table=each.table * each.new) for each in remedies)
        if remedies:
            found.setdefault((own, alike), _Group([], remedies)).probes.append(row.probe)
    return list(found.values())


def _named(probes: Sequence[str]) -> Text:
    if len(probes) == 1:
        return Text.assemble((probes[0], "bold"), " would not notice")
    listed = textwrap.fill(
        f"{len(probes)} probes would not notice: {', '.join(probes)}",
        out.width if tables.folded() else tables.UNFOLDED,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return Text(listed, "bold")


def _hole(remedy: Remedy) -> None:
    if remedy.accepts:
        _say(f"To know {', '.join(remedy.faults)} and accept that:")
    for name in () if remedy.accepts else remedy.faults:
        fault = BY_NAME[name]
        _print(Text.assemble(("  ○ ", "red"), (fault.name, "bold"), (f"  {fault.breaks}", "dim")))
    if remedy.sentence:
        _say(remedy.sentence)
    for line in (*([remedy.table] if remedy.new else []), *remedy.lines):
        _print(Text(" " * _INDENT + line, "green"))


def _places(probes: Sequence[str], place: Place, other: str) -> None:
    if len(probes) > _LISTED:
        _say(f"The {other}lines belong under the table of each of them.", indent=2, style="dim")
    else:
        where = " and ".join(_where(probe, place) for probe in probes)
        _say(f"The {other}lines belong under {where}.", indent=2, style="dim")


def _say(sentence: str, *, indent: int = _INDENT, style: str = "yellow") -> None:
    """Whole: over several lines on a terminal, on one line where it is read by a program."""
    room = out.width - indent if tables.folded() else tables.UNFOLDED
    lines = textwrap.wrap(sentence, room, break_long_words=False, break_on_hyphens=False)
    _print(Text("\n".join(" " * indent + line for line in lines), style))


def _print(text: Text) -> None:
    out.print(text, soft_wrap=True, highlight=False)
