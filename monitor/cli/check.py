"""`trueup check`: every problem of a configuration, with its place and its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import pages
from monitor.cli.app import DEFAULT_CONFIG, ConfigPath, banner, out, read, say_json, warn
from monitor.config import Config, schema
from probes import write_duration

NAME = "check"
EXAMPLES = "[dim]trueup check · trueup check other.toml · trueup check --schema[/]"


def command(
    file: Annotated[
        Path | None, typer.Argument(help="The file to read, instead of --config.")
    ] = None,
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
        say_json(schema())
        return
    path = file or config
    read_config = read(path)
    warn(read_config)
    if explain:
        _explain(read_config)
    counts = ", ".join(
        (
            _count(len(read_config.probes), "probe"),
            _count(len(read_config.components), "component"),
            _count(len(read_config.channels), "channel"),
        )
    )
    out.print(f"{banner(read_config)} {path}: good. {counts}.".strip(), highlight=False)


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _explain(config: Config) -> None:
    for probe in config.probes.values():
        worst = write_duration(pages.worst_to_notice(probe))
        out.print(f"{probe.id}: told at most {worst} after it breaks", highlight=False)
