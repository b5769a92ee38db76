"""`trueup say`: words for the public page, under an incident."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from monitor.acts.orders import WORDS_MAX, Say
from monitor.cli import giving, times
from monitor.cli.ground import DEFAULT_CONFIG, AsJson, ConfigPath, read
from status_page import Stage

NAME = "say"
EXAMPLES = (
    '[dim]trueup say 12 identified "A certificate ran out; we are replacing it." ·'
    " trueup say last monitoring - < words.txt[/]"
)


def command(
    incident: Annotated[str, typer.Argument(help="Its number, or last.")],
    status: Annotated[Stage, typer.Argument(help="How far you are.")],
    words: Annotated[str, typer.Argument(help="What to say; - reads it from standard input.")],
    *,
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Publish an update under an incident, at once. It changes nothing else: an incident is over
    when its probe is good again, whatever is said.

    Exit status 0 when it is published, 1 when it cannot be, 2 when the
    question makes no sense, 3 when it is not known.
    """
    read_config = read(config)
    which, name = times.incident(incident), giving.who(by)
    text = sys.stdin.read(4 * WORDS_MAX) if words == "-" else words
    giving.give(
        read_config,
        lambda: Say(incident=which, status=status, words=text, by=name),
        as_json=as_json,
    )
