"""The command line: one file a group of commands, put together here.

A command is imported when it is called for, because together they bring all that trueup is made
of; until then a sentence stands for it.
"""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

_SENTENCES: Final = {
    "check": "Read the configuration and print every problem. Nothing is started.",
    "once": "Run probes now and print what they found. Nothing is recorded and nobody is told.",
    "learn": "Learn what answers are like from runs made now, and show what is known of it.",
    "gate": "Run a service's probes until each has passed often enough, or the time is over.",
    "run": "Run the daemon until SIGTERM or Ctrl-C.",
    "status": "Show how every probe stands and whether the daemon is at work.",
    "metrics": "Print the daemon's figures as Prometheus reads them.",
    "blindspots": "Show which faults the probes would miss, before they happen.",
    "changes": "Show how targets changed, what announced it, and what is learned of them.",
    "coverage": "Show what watches each component, and where the watching has holes.",
    "incidents": "List incidents, the open ones first, with who was told.",
    "budget": "Show what was promised, what of it is spent, and on what.",
    "evidence": "Show what a run saw when it failed: the page, its steps, pictures, the trace.",
    "postmortem": "Write down what happened in an incident, for people who were not there.",
    "report": "Write the report of a month: availability, incidents, objectives, speed.",
    "actions": "Show what was done by itself about incidents, and why nothing was.",
    "ack": "Acknowledge an incident: reminders and escalation stop.",
    "say": "Publish an update under an incident, at once, or correct one.",
    "said": "Show what is told in public, with the numbers by which it is corrected.",
    "tell": "Send a test through the real path and print the real answer.",
    "drill": "Replay an outage that happened, or send a page that means nothing.",
    "render": "Write the status page as files, from what the store knows.",
    "publish": "Bring the status pages to their places, now and once.",
    "practice": "Run the practice site: a small real application with every outage as a switch.",
    "deploy": "Record that a version of a service went out, list what did, take one back.",
    "record": "Record a journey in a browser and write it down as steps.",
    "backup": "Copy the database, and look the copy through before it counts.",
    "restore": "Put a backup in the place of the database.",
    "export": "Write the history for a spreadsheet or another program.",
    "silence": "Tell nobody for a while; probing, recording and the page go on.",
    "maintenance": "Announce work: it stands on the page, and nobody is told because of it.",
    "subscribers": "Show and delete who subscribed to a page.",
}
_ELSEWHERE: Final = {"incidents": "history"}
"""Commands whose module has another name."""
_MANNER: Final[dict[str, Any]] = {
    "pretty_exceptions_enable": False,
    "rich_markup_mode": "rich",
    "context_settings": {"help_option_names": ["-h", "--help"]},
}


class _Commands(TyperGroup):
    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override] # typer.Context is click's
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, _command(name) if name else stand_in, rest


def _command(name: str) -> Any:
    gc.disable()  # what is imported stays; looking it through again and again takes a tenth
    try:
        part = import_module(f"{__name__}.{_ELSEWHERE.get(name, name)}")
    finally:
        gc.enable()
    alone = typer.Typer(**_MANNER)
    if group := getattr(part, "app", None):
        alone.add_typer(group, name=part.NAME)
    else:
        alone.command(part.NAME, epilog=part.EXAMPLES)(part.command)
    return typer.main.get_group(alone).commands[name]


app = typer.Typer(
    **_MANNER,
    name="trueup",
    cls=_Commands,
    help="Is it truly up, for the people who use it?\n\n"
    "Runs HTTP probes and real-browser journeys, pages when failures repeat, and publishes a"
    " status page.",
    no_args_is_help=True,
    add_completion=True,
)

for _name, _sentence in _SENTENCES.items():
    app.command(_name, help=_sentence)(lambda: None)


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
