"""The command line: one file a group of commands, put together here."""

from importlib.metadata import version
from typing import Annotated

import typer

from monitor.cli import (
    ack,
    backup,
    check,
    drill,
    export,
    history,
    maintenance,
    once,
    practice,
    render,
    restore,
    run,
    say,
    silence,
    status,
    tell,
)

app = typer.Typer(
    name="trueup",
    help="Is it truly up, for the people who use it?\n\n"
    "Runs HTTP probes and real-browser journeys, pages when failures repeat, and publishes a"
    " status page.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

for part in (
    check,
    once,
    run,
    status,
    history,
    ack,
    say,
    tell,
    drill,
    render,
    practice,
    backup,
    restore,
    export,
):
    app.command(part.NAME, epilog=part.EXAMPLES)(part.command)
for group in (silence, maintenance):
    app.add_typer(group.app, name=group.NAME)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"trueup {version('trueup')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print it and stop."),
    ] = False,
) -> None:
    pass
