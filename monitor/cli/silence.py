"""`trueup silence`: telling nobody for a while."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from monitor.acts.orders import End, Silence
from monitor.cli import giving, spans, times
from monitor.cli.ground import DEFAULT_CONFIG, AsJson, ConfigPath, read
from monitor.clock import SystemClock
from monitor.store.acts import Kind

NAME: Final = "silence"
EXAMPLES: Final = (
    '[dim]trueup silence signin --for 2h --reason "new disks" · trueup silence --tag shop'
    ' --until 06:00 --reason "stocktaking" · trueup silence list · trueup silence end 3[/]'
)

app = typer.Typer(
    cls=giving.WithoutAdd,
    no_args_is_help=True,
    help="Tell nobody for a while. Probing, recording and the public page go on, and what is still"
    " down when it ends is told then.",
    epilog=EXAMPLES,
)


@app.command("add", epilog=EXAMPLES)
def add(  # noqa: PLR0913 - one parameter an option
    probes: spans.Probes = None,
    *,
    tags: spans.Tags = None,
    everything: spans.Everything = False,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    lasts: times.For = "",
    ends: times.Until = "",
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Silence probes, everything with a tag, or everything, from now on."""
    read_config = read(config)
    ends_at = times.demand_until(lasts, ends, SystemClock().now())
    giving.give(
        read_config,
        lambda: Silence(
            probes=tuple(probes or ()),
            tags=tuple(tags or ()),
            everything=everything,
            words=reason,
            ends_at=ends_at,
            by=giving.who(by),
        ),
        as_json=as_json,
    )


@app.command("list")
def listed(as_json: AsJson = False, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Those under way and those to come."""
    spans.show(read(config), Kind.SILENCE, as_json=as_json)


@app.command("end")
def end(
    number: spans.Number,
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """End one before its time."""
    giving.give(
        read(config),
        lambda: End(what="silence", number=number, by=giving.who(by)),
        as_json=as_json,
    )
