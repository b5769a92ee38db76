"""The command line: one file a group of commands, put together here."""

import typer

from monitor.cli import check, history, once, practice, render, run, status

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

for part in (check, once, run, status, history, render, practice):
    app.command(part.NAME, epilog=part.EXAMPLES)(part.command)
