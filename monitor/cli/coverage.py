"""`trueup coverage`: what watches each component, and where the watching has holes."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import Annotated, Final

import typer
from rich.padding import Padding
from rich.text import Text

from monitor import coverage as covering
from monitor.cli import tables
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    out,
    read,
    say_json,
    write,
)
from monitor.config import Config
from monitor.coverage import Coverage, Depth, Finding, Hole, Known, Watched, known_of
from monitor.state import DATABASE
from monitor.store import StoreTrouble
from monitor.store.looking import looking

NAME = "coverage"
EXAMPLES = "[dim]trueup coverage · trueup coverage --min-score 80 · trueup coverage --toml[/]"
_BAR: Final = 10
_GOOD, _FAIR = 75, 50
_COLOURS: Final = {Depth.NOTHING: "bold red", Depth.HOME: "red", Depth.HEALTH: "yellow"}


def command(
    as_json: AsJson = False,
    min_score: Annotated[
        int | None,
        typer.Option("--min-score", min=0, max=100, help="Exit with 1 when it is less."),
    ] = None,
    toml: Annotated[
        bool,
        typer.Option(
            "--toml", help="Only the lines that would close the holes, with their places."
        ),
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Show what watches each component, the best first, and where the watching has holes. Nothing
    is asked of any target: it is told by the configuration, and by what was learned already.

    Exit status:
    0 when it was told, and the score is not less than was asked for;
    1 when the score is less;
    2 when the configuration is bad.
    """
    read_config = read(config)
    found = covering.coverage(read_config, _known(read_config))
    if as_json:
        say_json(covering.document(found))
    elif toml:
        place, stand = covering.places_in(read_config), covering.standing_in(read_config)
        write(covering.to_paste(found.by_kind, place, stand))
    else:
        _print(read_config, found)
    raise typer.Exit(int(min_score is not None and found.score < min_score))


def _known(config: Config) -> Known:
    """Without the history, where there is none yet."""
    with suppress(StoreTrouble), looking(config.state / DATABASE) as db:
        return known_of(config, db)
    return known_of(config, None)


def _print(config: Config, found: Coverage) -> None:
    if banner(config):
        out.print(banner(config), highlight=False)
    table = tables.table("component", tables.words("watched by"), "probes", "score")
    for each in found.components:
        table.add_row(*_row(each))
    if found.components:
        out.print(table)
    for hole, group in groupby(found.by_kind, lambda each: each.hole):
        _say(hole, list(group))
    out.print(f"\n{found.in_short}", highlight=False)


def _row(watched: Watched) -> tuple[Text, Text, Text, Text]:
    return (
        Text(watched.name),
        Text(watched.depth.value, style=_COLOURS.get(watched.depth, "")),
        Text(", ".join(each.probe.id for each in watched.watches) or "–"),
        _bar(watched.score),
    )


def _bar(score: int) -> Text:
    full = round(score / 100 * _BAR)
    style = "green" if score >= _GOOD else "yellow" if score >= _FAIR else "red"
    bar = Text("━" * full, style=style)
    return bar.append("━" * (_BAR - full), style="bright_black").append(f" {score:3}", style="")


def _say(hole: Hole, findings: list[Finding]) -> None:
    out.print()
    out.print(Text(hole.heading, style="bold"))
    for each in findings:
        out.print(Padding(Text(f"{each.says} {each.remedy}"), (0, 0, 0, 2)))
        for line in each.toml.splitlines() if each.is_hole else ():
            out.print(Text(f"    {line}", style="cyan"), soft_wrap=True)
    if any(each.lines for each in findings if not each.is_hole):
        out.print(Text("  Lines for each: trueup coverage --json", style="dim"))
