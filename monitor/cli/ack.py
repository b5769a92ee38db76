"""`trueup ack`: somebody is on it."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.acts.orders import Acknowledge, Withdraw
from monitor.cli import giving, times
from monitor.cli.ground import DEFAULT_CONFIG, AsJson, ConfigPath, fail, read
from monitor.clock import SystemClock

NAME = "ack"
EXAMPLES = '[dim]trueup ack · trueup ack 12 --for 2h --note "rolling back" · trueup ack 12 --off[/]'


def command(  # noqa: PLR0913 - one parameter an option
    incident: Annotated[
        str, typer.Argument(help="Its number, or last; default: the only open one.")
    ] = "",
    *,
    lasts: times.For = "",
    ends: times.Until = "",
    note: Annotated[str, typer.Option("--note", help="What those who were told should know.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Take it back.")] = False,
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Acknowledge an incident: reminders and escalation stop, and those who were told hear that
    somebody is on it.

    Exit status 0 when it is acknowledged, 1 when it cannot be, 2 when the
    question makes no sense, 3 when it is not known.
    """
    read_config = read(config)
    which, name = times.incident(incident), giving.who(by)
    if off:
        if lasts or ends:
            fail("--off takes it back at once; leave out --for and --until")
        giving.give(
            read_config, lambda: Withdraw(incident=which, by=name, note=note), as_json=as_json
        )
        return
    until = times.until(lasts, ends, SystemClock().now())
    giving.give(
        read_config,
        lambda: Acknowledge(incident=which, by=name, until=until, note=note),
        as_json=as_json,
    )
