"""`trueup check`: every problem of a configuration, with its place and its remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from monitor import pages
from monitor.cli.app import DEFAULT_CONFIG, ConfigPath, banner, err, out, read
from monitor.config import Config, schema
from probes import write_duration

NAME = "check"
EXAMPLES = "[dim]trueup check · trueup check other.toml · trueup check --schema[/]"


def command(
    file: Annotated[Path | None, typer.Argument(help="Instead of --config.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    schema_: Annotated[
        bool, typer.Option("--schema", help="Print a JSON Schema for editors and stop.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="How long until somebody is told, for each probe.")
    ] = False,
) -> None:
    """Read the configuration and print every problem. Nothing is started.

    Exit status 0 when it is good, 2 when it is not.
    """
    if schema_:
        out.print_json(json.dumps(schema()))
        return
    path = file or config
    read_config = read(path)
    for warning in read_config.warnings:
        err.print(f"{warning}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if explain:
        _explain(read_config)
    counts = (
        f"{len(read_config.probes)} probes, {len(read_config.components)} components,"
        f" {len(read_config.channels)} channels"
    )
    out.print(f"{banner(read_config)} {path}: good. {counts}.".strip(), highlight=False)


def _explain(config: Config) -> None:
    for probe in config.probes.values():
        worst = write_duration(pages.worst_to_notice(probe))
        out.print(f"{probe.id}: told at most {worst} after it breaks", highlight=False)
