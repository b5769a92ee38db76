"""`trueup check`: every problem of a configuration, with its place and its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.ground import DEFAULT_CONFIG, ConfigPath, banner, out, read, say_json, warn
from monitor.clock import SystemClock
from monitor.config import Config, schema

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
        bool, typer.Option("--explain", help="Who is told of each probe, how soon, and when not.")
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
    from monitor.cli.explain import explained  # noqa: PLC0415 - few ask, and it needs much

    for heading, lines in explained(config, SystemClock().now()):
        out.print(heading, style="bold", markup=False, highlight=False, soft_wrap=True)
        for word, text in lines:
            out.print(f"  {word:<14} {text}", markup=False, highlight=False, soft_wrap=True)
        out.print()
