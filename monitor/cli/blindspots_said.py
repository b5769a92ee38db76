"""What `blindspots` tells in the end: to a person, to a program, or as lines to paste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.padding import Padding
from rich.text import Text

from monitor.blindspots import Matrix, Score, Verdict
from monitor.blindspots.closing import Closing, Remedy
from monitor.blindspots.document import document
from monitor.cli import tables
from monitor.cli.blindspots_table import MARKS, bars, blocks, keys
from monitor.cli.ground import banner, is_odd, out, say_json, write
from monitor.config import Config
from monitor.notices import one_line, span
from probes.injection import BY_NAME, FAULTS

_INDENT: Final = 6


@dataclass(frozen=True, slots=True)
class Told:
    """All there is to tell."""

    config: Config
    matrix: Matrix
    scores: Sequence[Score]
    all: Score
    closing: Closing


def faults(*, as_json: bool) -> None:
    """All there are, in the order in which people read them."""
    if as_json:
        listed = [{"name": f.name, "title": f.title, "breaks": f.breaks} for f in FAULTS]
        say_json({"faults": listed})
        return
    table = tables.table("fault", tables.words("what users would meet"))
    for fault in FAULTS:
        table.add_row(Text(fault.name, "bold"), fault.breaks)
    tables.show(table)


def say(told: Told, *, as_json: bool, as_toml: bool, verbose: bool) -> None:
    """To standard output."""
    if as_json:
        say_json(document(told.matrix, told.scores, told.all, told.closing))
    elif as_toml:
        write(lines(told))
    else:
        _say_to_people(told, verbose=verbose)


def lines(told: Told) -> str:
    """Ready to paste: every table once, and what each line is for."""
    found: dict[str, list[str]] = {}
    for remedy in told.closing.remedies:
        if remedy.lines:
            table = found.setdefault(remedy.table, [])
            table += (f"# shows {', '.join(remedy.faults)}", *remedy.lines)
    parts = ["\n".join((table, *written)) for table, written in found.items()]
    return "\n\n".join(parts) + "\n" * bool(parts)


def _say_to_people(told: Told, *, verbose: bool) -> None:
    matrix = told.matrix
    if is_odd(told.config):
        out.print(banner(told.config))
    for block in blocks(matrix, out.width if tables.folded() else 200):
        _print(block)
    _print(keys(matrix))
    _troubles(told)
    if verbose:
        _trials(told)
    _print(bars(told.scores, told.all))
    _holes(told)
    out.print(Text(f"\n{_runs(matrix)} in {span(matrix.lasted)}", "dim"))


def _print(text: Text) -> None:
    if text:
        out.print(text, soft_wrap=True, highlight=False)


def _runs(matrix: Matrix) -> str:
    count = sum(1 for row in matrix.rows for _ in row.trials)
    return f"{_many(count, 'broken run')} of {_many(len(matrix.rows), 'probe')}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _troubles(told: Told) -> None:
    for row in told.matrix.rows:
        if row.trouble:
            _print(
                Text.assemble(("! ", "magenta"), (row.probe, "bold"), f" {one_line(row.trouble)}")
            )
        for trial in row.trials:
            if trial.verdict is Verdict.ERROR:
                named = f" × {trial.fault.name}: {one_line(trial.said)}"
                _print(Text.assemble(("! ", "magenta"), (row.probe, "bold"), named))


def _trials(told: Told) -> None:
    table = tables.table("", tables.probe(), "fault", tables.words("what was said"))
    for row in told.matrix.rows:
        for trial in row.trials:
            mark, style = MARKS[trial.verdict]
            at = f" {trial.fault.at}" if trial.fault.at else ""
            fault = f"{trial.fault.name}{at}"
            table.add_row(Text(mark, style), row.probe, fault, Text(one_line(trial.said)))
    out.print()
    tables.show(table)


def _holes(told: Told) -> None:
    for row in told.matrix.rows:
        remedies = [each for each in told.closing.remedies if each.probe == row.probe]
        if not remedies:
            continue
        _print(Text.assemble("\n", (row.probe, "bold"), " would not notice"))
        for remedy in remedies:
            _hole(remedy)


def _hole(remedy: Remedy) -> None:
    for name in remedy.faults:
        fault = BY_NAME[name]
        _print(Text.assemble(("  ○ ", "red"), (fault.name, "bold"), (f"  {fault.breaks}", "dim")))
    if remedy.sentence:
        said = Padding(Text(remedy.sentence, "yellow"), (0, 0, 0, _INDENT))
        out.print(said, soft_wrap=not tables.folded(), highlight=False)
    for line in (remedy.table, *remedy.lines) if remedy.lines else ():
        _print(Text(" " * _INDENT + line, "green"))
