"""`trueup once`: run probes now, side by side, and say what they found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from monitor.cli import tables, travels, usual
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    err,
    interactive,
    is_odd,
    log_quietly,
    out,
    read,
    say_json,
)
from monitor.cli.runs import a_runner, choose, document, keep_files, ms, nearer
from monitor.clock import SystemClock
from monitor.config import Config, Probe
from monitor.notices import one_line
from monitor.runner import Run
from monitor.slots import slot_at
from probes import Outcome, Result

NAME = "once"
EXAMPLES = "[dim]trueup once · trueup once signin upload · trueup once --tag edge --json[/]"
MARKS = travels.MARKS
MARK_WIDTH = max(len(f"{sign} {outcome.value}") for outcome, (sign, _) in MARKS.items())
STATUS = {Outcome.PASS: 0, Outcome.SLOW: 0, Outcome.FAIL: 1, Outcome.ERROR: 3}


def command(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these probes.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only probes with this tag.")] = None,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Run probes now and print what they found. Nothing is recorded and nobody is told.

    Exit status:
    0 when all passed, the slow ones too;
    1 when something failed;
    2 when the configuration is bad, or there is no such probe;
    3 when nothing failed, but something could not be asked for a trouble of our own.
    """
    read_config = read(config)
    chosen = choose(read_config, ids or [], tag or [])
    log_quietly(read_config)
    runs = asyncio.run(_run_all(read_config, chosen))
    outcome = _worst(runs)
    files = [file for run in runs for file in keep_files(read_config, run)]
    if as_json:
        told = {"outcome": outcome.value, "probes": [document(run) for run in runs]}
        say_json(told)
    else:
        _print_table(read_config, runs, files)
    raise typer.Exit(STATUS[outcome])


async def _run_all(config: Config, chosen: Sequence[Probe]) -> list[Run]:
    now = SystemClock().now
    async with a_runner(config, weigh=await usual.weigh_of(config)) as runner:
        tasks = {
            probe.id: asyncio.create_task(runner.run(probe, slot_at(probe.id, probe.every, now())))
            for probe in chosen
        }
        await _watch(tasks)
        return [task.result() for task in tasks.values()]


async def _watch(tasks: dict[str, asyncio.Task[Run]]) -> None:
    if not interactive():
        await asyncio.wait(tasks.values())
        return
    spinner = Spinner("dots", style="cyan")
    with Live(console=err, transient=True, refresh_per_second=10) as live:
        pending: set[asyncio.Task[Run]] = set(tasks.values())
        while pending:
            live.update(_progress(tasks, spinner))
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)


def _progress(tasks: dict[str, asyncio.Task[Run]], spinner: Spinner) -> Table:
    table = Table.grid(Column(min_width=MARK_WIDTH), Column(), padding=(0, 1))
    for probe_id, task in tasks.items():
        if task.done():
            table.add_row(_mark(task.result().result.outcome), Text(probe_id))
        else:
            table.add_row(spinner, Text(probe_id, style="dim"))
    return table


def _worst(runs: Sequence[Run]) -> Outcome:
    found = {run.result.outcome for run in runs}
    order = (Outcome.FAIL, Outcome.ERROR, Outcome.SLOW)
    return next((outcome for outcome in order if outcome in found), Outcome.PASS)


def _print_table(config: Config, runs: Sequence[Run], files: Sequence[Path]) -> None:
    took = Column("took", justify="right", no_wrap=True)
    table = tables.table("", tables.probe(), took, tables.words("what was seen"))
    for run in runs:
        cells = (_mark(run.result.outcome), Text(run.probe.id), f"{ms(run.result.took):.0f} ms")
        table.add_row(*cells, _seen(run.result))
    if is_odd(config):
        out.print(banner(config))
    tables.show(table)
    for run in runs:
        if run.result.steps:
            out.print()
            tables.show(travels.table(run.probe.id, run.result.steps, run.result.views))
    _print_where(config, runs, files)


def _print_where(config: Config, runs: Sequence[Run], files: Sequence[Path]) -> None:
    """There is more to see of them."""
    failed = [run for run in runs if run.result.outcome is not Outcome.PASS]
    links = {run.probe.id: config.telemetry.link(run.result.trace_id) for run in failed}
    said = [f"trace of {probe}: {link}" for probe, link in links.items() if link]
    said += [f"{file.name}: {nearer(file)}" for file in files]
    if said:
        out.print()
    for line in said:
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _seen(result: Result) -> Text:
    said = [Text(result.summary)] if result.summary else []
    said += [Text(f"warning: {one_line(line)}", "yellow") for line in result.warnings]
    return Text("\n" if tables.folded() else "; ").join(said)


def _mark(outcome: Outcome) -> Text:
    sign, style = MARKS[outcome]
    return Text(f"{sign} {outcome.value}", style=style)
