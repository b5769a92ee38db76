"""`trueup once`: run probes now, side by side, and say what they found."""

from __future__ import annotations

import asyncio
import difflib
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from monitor.cli import tables, travels
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    err,
    fail,
    interactive,
    is_odd,
    log_quietly,
    out,
    read,
    say_json,
)
from monitor.clock import SystemClock, iso
from monitor.config import Config, Probe, Scrubber
from monitor.notices import one_line
from monitor.runner import Run, Runner
from monitor.slots import slot_at
from monitor.store import artefacts
from monitor.tracing import Attempts
from probes import Outcome, Result, Tools
from probes.browser import Browsers
from probes.result import View
from probes.wire import Wire

NAME = "once"
EXAMPLES = "[dim]trueup once · trueup once signin upload · trueup once --tag edge --json[/]"
MARKS = travels.MARKS
MARK_WIDTH = max(len(f"{sign} {outcome.value}") for outcome, (sign, _) in MARKS.items())
ONCE = "once"
"""A folder of its own: no row of the database knows these files."""
RUNS_KEPT = 5
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
    chosen = _choose(read_config, ids or [], tag or [])
    log_quietly(read_config)
    runs = asyncio.run(_run_all(read_config, chosen))
    outcome = _worst(runs)
    files = _keep_artefacts(read_config, runs)
    if as_json:
        document = {"outcome": outcome.value, "probes": [_document(run) for run in runs]}
        say_json(document)
    else:
        _print_table(read_config, runs, files)
    raise typer.Exit(STATUS[outcome])


def _choose(config: Config, ids: Sequence[str], tags: Sequence[str]) -> list[Probe]:
    for probe_id in ids:
        if probe_id not in config.probes:
            near = difflib.get_close_matches(probe_id, config.probes, 1)
            hint = (
                f"; did you mean {near[0]}?" if near else f"; there are {', '.join(config.probes)}"
            )
            fail(f"there is no probe {probe_id!r}{hint}")
    chosen = [
        probe
        for probe in config.probes.values()
        if (not ids or probe.id in ids) and (not tags or probe.tags & set(tags))
    ]
    if not chosen:
        fail("no probe fits; run trueup check to see what is configured")
    return chosen


async def _run_all(config: Config, chosen: Sequence[Probe]) -> list[Run]:
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        browsers = Browsers(
            executable=config.browser,
            idle=config.browser_idle,
            secrets=lambda: config.secrets,
        )
        stack.push_async_callback(browsers.close)
        wire = Wire(now=clock.now)
        stack.push_async_callback(wire.aclose)
        tools = Tools(transport=wire, browsers=browsers, monotonic=clock.monotonic)
        attempts = Attempts(secrets.token_hex(16), config.location)
        attempts.told = config.telemetry.trace_context
        runner = Runner(tools, clock, Scrubber(config.secrets).text, attempts=attempts)
        tasks = {
            probe.id: asyncio.create_task(
                runner.run(probe, slot_at(probe.id, probe.every, clock.now()))
            )
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


def _ms(span: timedelta) -> float:
    return round(span / timedelta(milliseconds=1), 1)


def _document(run: Run) -> dict[str, Any]:
    result = run.result
    return {
        "id": run.probe.id,
        "kind": run.probe.kind.name,
        "outcome": result.outcome.value,
        "reason": result.reason.value if result.reason else None,
        "summary": result.summary,
        "started_at": iso(run.started_at),
        "took_ms": _ms(result.took),
        "phases": {f"{name}_ms": _ms(took) for name, took in result.phases.items()},
        "steps": [
            {"name": step.name, "took_ms": _ms(step.took), "outcome": step.outcome.value}
            for step in result.steps
        ],
        "views": [_view(view) for view in result.views],
        "warnings": list(result.warnings),
        "trace_id": result.trace_id or None,
    }


def _view(view: View) -> dict[str, Any]:
    spans = {"ttfb_ms": view.ttfb, "fcp_ms": view.fcp, "lcp_ms": view.lcp}
    told = {name: None if span is None else _ms(span) for name, span in spans.items()}
    return {"address": view.address, "step": view.step, **told, "cls": view.cls}


def _keep_artefacts(config: Config, runs: Sequence[Run]) -> list[Path]:
    """Beside those of the daemon, for as long and not more than the newest of each probe."""
    folder = config.state / ONCE
    found = []
    for run in runs:
        kept = artefacts.write(folder, run.probe.id, run.started_at, run.result.artefacts)
        found += [folder / file.path for file in kept]
        artefacts.leave_newest(folder / run.probe.id, RUNS_KEPT)
    return found


def _print_table(config: Config, runs: Sequence[Run], files: Sequence[Path]) -> None:
    took = Column("took", justify="right", no_wrap=True)
    table = tables.table("", tables.probe(), took, tables.words("what was seen"))
    for run in runs:
        cells = (_mark(run.result.outcome), Text(run.probe.id), f"{_ms(run.result.took):.0f} ms")
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
    said += [f"{file.name}: {_nearer(file)}" for file in files]
    if said:
        out.print()
    for line in said:
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _seen(result: Result) -> Text:
    said = [Text(result.summary)] if result.summary else []
    said += [Text(f"warning: {one_line(line)}", "yellow") for line in result.warnings]
    return Text("\n" if tables.folded() else "; ").join(said)


def _nearer(file: Path) -> Path:
    """As short as it can be said from here."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _mark(outcome: Outcome) -> Text:
    sign, style = MARKS[outcome]
    return Text(f"{sign} {outcome.value}", style=style)
