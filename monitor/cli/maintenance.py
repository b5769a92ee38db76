"""`trueup maintenance`: announced work."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from monitor.acts.orders import End, Maintain
from monitor.cli import giving, spans, times
from monitor.cli.ground import DEFAULT_CONFIG, AsJson, ConfigPath, read
from monitor.clock import SystemClock
from monitor.store.acts import Kind

NAME: Final = "maintenance"
EXAMPLES: Final = (
    '[dim]trueup maintenance "Moving the database" signin uploads --for 2h · trueup maintenance'
    ' "New shop" --tag shop --from 2026-12-01T02:00 --for 1h · trueup maintenance list[/]'
)

app = typer.Typer(
    cls=giving.WithoutAdd,
    no_args_is_help=True,
    help="Announce work: its title stands on the public page, and nobody is told of what is down"
    " because of it. What comes back regularly belongs into the configuration.",
    epilog=EXAMPLES,
)


@app.command("add", epilog=EXAMPLES)
def add(  # noqa: PLR0913 - one parameter an option
    title: Annotated[str, typer.Argument(help="What the public reads.")],
    probes: spans.Probes = None,
    *,
    tags: spans.Tags = None,
    everything: spans.Everything = False,
    starts: Annotated[
        str, typer.Option("--from", help='From when on: "14:30", or "2026-12-01T02:00". In UTC.')
    ] = "",
    words: Annotated[
        str,
        typer.Option("--words", help="More to read, as Markdown; - reads it from standard input."),
    ] = "",
    lasts: times.For = "",
    ends: times.Until = "",
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Announce work on probes, everything with a tag, or everything; it starts now, or later."""
    read_config, at = read(config), SystemClock().now()
    starts_at = times.instant(starts, "--from", at) if starts else at
    ends_at = times.demand_until(lasts, ends, starts_at)
    more = giving.text(words)
    giving.give(
        read_config,
        lambda: Maintain(
            probes=tuple(probes or ()),
            tags=tuple(tags or ()),
            everything=everything,
            words=title,
            description=more,
            starts_at=starts_at,
            ends_at=ends_at,
            by=giving.who(by),
        ),
        as_json=as_json,
    )


@app.command("list")
def listed(as_json: AsJson = False, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """What is under way and what is to come, configured or not."""
    spans.show(read(config), Kind.MAINTENANCE, as_json=as_json)


@app.command("end")
def end(
    number: spans.Number,
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """End one before its time. One that is configured ends with the configuration."""
    giving.give(
        read(config),
        lambda: End(what="maintenance", number=number, by=giving.who(by)),
        as_json=as_json,
    )
