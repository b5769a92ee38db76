"""What `blindspots` tells in the end: to a person, to a program, or as lines to paste."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from monitor.blindspots import Closing, Matrix, Row, Score, Verdict
from monitor.blindspots.document import document
from monitor.cli import tables
from monitor.cli.blindspots_holes import holes, to_paste
from monitor.cli.blindspots_table import MARKS, bars, blocks, keys
from monitor.cli.ground import banner, err, is_odd, out, say_json, write
from monitor.config import Config
from monitor.coverage import places_in
from monitor.notices import one_line, span
from probes.injection import FAULTS, Fault


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
        for row in (row for row in told.matrix.rows if row.trouble):
            said = f"{row.probe} {one_line(row.trouble)}"
            err.print(said, style="magenta", markup=False, highlight=False, soft_wrap=True)
        write(to_paste(told.closing.remedies, places_in(told.config)))
    else:
        _say_to_people(told, verbose=verbose)


def _say_to_people(told: Told, *, verbose: bool) -> None:
    matrix = told.matrix
    if is_odd(told.config):
        out.print(banner(told.config))
    for block in blocks(matrix, out.width):
        _print(block)
    _print(keys(matrix))
    _troubles(told)
    if verbose:
        _trials(told)
    _print(bars(told.scores, told.all))
    holes(told.config, told.matrix, told.closing)
    out.print(Text(f"\n{_runs(matrix)} in {span(matrix.lasted)}", "dim"))


def _print(text: Text) -> None:
    if text:
        out.print(text, soft_wrap=True, highlight=False)


def _runs(matrix: Matrix) -> str:
    counts = [sum(trial.ran for trial in row.trials) for row in matrix.rows]
    probes = sum(count > 0 for count in counts)
    return f"{_many(sum(counts), 'broken run')} of {_many(probes, 'probe')}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _counted(struck: Sequence[Fault]) -> str:
    """A field counts once, whichever ways it is broken."""
    counts = {
        "field": len({fault.at for fault in struck if fault.at}),
        "fault": len({fault.name for fault in struck if not fault.at}),
    }
    return " and ".join(_many(count, what) for what, count in counts.items() if count)


def _troubles(told: Told) -> None:
    for row in told.matrix.rows:
        if row.trouble:
            _sign(Verdict.ERROR, row, f" {one_line(row.trouble)}")
        for trial in row.trials:
            if trial.verdict is Verdict.ERROR:
                _sign(Verdict.ERROR, row, f" × {trial.fault.name}: {one_line(trial.said)}")
        untried = [trial for trial in row.trials if trial.verdict is Verdict.NOT_TRIED]
        for why in dict.fromkeys(trial.said for trial in untried):
            count = _counted([trial.fault for trial in untried if trial.said == why])
            _sign(Verdict.NOT_TRIED, row, f" {count} not tried: {one_line(why)}")


def _sign(verdict: Verdict, row: Row, said: str) -> None:
    mark, style = MARKS[verdict]
    _print(Text.assemble((f"{mark} ", style), (row.probe, "bold"), said))


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
