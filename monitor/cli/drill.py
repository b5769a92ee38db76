"""`trueup drill`: does a page really arrive, and would the outages that happened be noticed?"""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Final

import typer

from monitor.cli.ground import DEFAULT_CONFIG, AsJson, ConfigPath, fail, read
from monitor.drills.outages import OUTAGES
from monitor.notices import one_line
from monitor.routing import Severity
from probes import parse_duration

NAME: Final = "drill"
EXAMPLES: Final = (
    "[dim]trueup drill upload-down\n"
    "trueup drill --all --json\n"
    "trueup drill --all --every 5s\n"
    "trueup drill pager --channel oncall --within 2m[/]"
)
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(minutes=5)

PAGER: Final = "pager"
_OF_THE_PAGER: Final = ("channel", "within", "severity", "config")
_OF_OUTAGES: Final = ("every", "markdown", "everything")
_LONGEST_NAME: Final = 60
_WRITTEN: Final = {"everything": "all"}


def command(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            help=f"One of {', '.join(OUTAGES)}; or {PAGER}.",
            metavar="OUTAGE",
            autocompletion=lambda: [*OUTAGES, PAGER],
        ),
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every outage in a row.")] = False,
    every: Annotated[
        str,
        typer.Option(help="Of an outage: run each probe so often, instead of as the sample says."),
    ] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Of outages: print the table as Markdown.")
    ] = False,
    channel: Annotated[
        list[str] | None, typer.Option(help="Of the pager: only this one; else all.")
    ] = None,
    within: Annotated[
        str, typer.Option(help="Of the pager: for how long to wait at most.")
    ] = "60s",
    severity: Annotated[
        Severity, typer.Option(help="Of the pager: how much it is said to matter.")
    ] = Severity.CRITICAL,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Replay an outage that happened, on the practice site and with the real daemon, and show how
    soon it is detected, told, published and over, beside how it went then. It watches with the
    sample configuration, in a folder that is thrown away; nobody is told but a toy pager.

    pager opens an incident that is none on every channel of yours and ends it
    again, the way a real one goes: with an outbox, retries and all. Its words
    begin with [DRILL]. A daemon at work is not touched, and no channel falls back
    on another.

    Exit status 0 when every outage was detected within two intervals and five
    seconds, told once, and nothing else was said to be down, or when every
    channel confirmed both; 1 when not; 2 when it could not begin.
    """
    if what is not None and what not in (*OUTAGES, PAGER):
        fail(_unknown(what))
    if what == PAGER:
        _refuse(context, _OF_OUTAGES, "is for outages, and the pager is none")
        _pager(config, channel or [], within, severity, as_json=as_json)
    _refuse(context, _OF_THE_PAGER, "is for `trueup drill pager`; outages are drilled on a toy")
    if as_json and markdown:
        fail("--json and --markdown are two tables; leave out either")
    from monitor.cli.drill_outages import drill_outages  # noqa: PLC0415 - needs what a pager does not

    chosen = _chosen(what, everything=everything)
    drill_outages(chosen, _every(every), as_json=as_json, markdown=markdown)


def _unknown(what: str) -> str:
    near = get_close_matches(what[:_LONGEST_NAME].lower(), [*OUTAGES, PAGER], 1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return (
        f"there is no outage {one_line(what, _LONGEST_NAME)!r}{hint}"
        f" There are {', '.join(OUTAGES)}; and {PAGER}."
    )


def _pager(
    config: Path, channels: list[str], within: str, severity: Severity, *, as_json: bool
) -> None:
    from monitor.cli.drill_pager import drill_pager  # noqa: PLC0415 - needs what an outage does not

    drill_pager(read(config), channels, severity=severity, within=within, as_json=as_json)


def _refuse(context: typer.Context, options: tuple[str, ...], why: str) -> None:
    for name in options:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            fail(f"--{_WRITTEN.get(name, name)} {why}")


def _chosen(what: str | None, *, everything: bool) -> tuple[str, ...]:
    if everything and what is not None:
        fail(f"--all has {what} in it; leave out either")
    if everything:
        return tuple(OUTAGES)
    if what is None:
        fail(f"which one? There are {', '.join(OUTAGES)}, --all of them, and pager")
    return (what,)


def _every(written: str) -> timedelta | None:
    if not written:
        return None
    try:
        every = parse_duration(written)
    except (ValueError, OverflowError) as bad:
        fail(f"--every: {bad}")
    if not SHORTEST <= every <= LONGEST:
        fail("--every: at least a second and at most five minutes")
    return every
