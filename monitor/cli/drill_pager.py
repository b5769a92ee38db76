"""`trueup drill pager`: does a page really arrive, and its end too?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, NoReturn

import typer
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from monitor.channels import reaching_out
from monitor.cli import tables
from monitor.cli.ground import (
    banner,
    err,
    fail,
    interactive,
    is_odd,
    out,
    say_json,
)
from monitor.cli.tell import choose, mark
from monitor.clock import SystemClock
from monitor.config import Config, Scrubber
from monitor.config.model import Channel
from monitor.dispatch import drill
from monitor.dispatch.drill import Heard
from monitor.log import configure
from monitor.notices import Words
from monitor.routing import Severity
from monitor.state import ARTEFACTS
from monitor.store import StoreTrouble
from monitor.why import in_words
from probes import parse_duration

WITHIN: Final = "60s"
LEAST, MOST = timedelta(seconds=1), timedelta(hours=1)


def drill_pager(
    config: Config,
    channels: Sequence[str],
    *,
    severity: Severity = Severity.CRITICAL,
    within: str = WITHIN,
    as_json: bool = False,
) -> NoReturn:
    """Ends the command: with status 0 when every channel confirmed both."""
    chosen = choose(config, list(channels), everybody=not channels)
    patience = _patience(within)
    configure(json=False, scrub=Scrubber(config.secrets).text, level="CRITICAL")
    try:
        found = asyncio.run(_drill(config, chosen, severity, patience))
    except StoreTrouble as trouble:
        fail(str(trouble), 1)
    confirmed = all(heard.confirmed for heard in found)
    if as_json:
        kinds = {each.id: each.kind.name for each in chosen}
        documents = [_document(heard, kinds[heard.channel]) for heard in found]
        say_json({"confirmed": confirmed, "channels": documents})
    else:
        _print_table(config, found)
    raise typer.Exit(0 if confirmed else 1)


def _patience(written: str) -> timedelta:
    try:
        patience = parse_duration(written)
    except (ValueError, OverflowError) as bad:
        fail(f"--within: {bad}")
    if not LEAST <= patience <= MOST:
        fail("--within: wait for at least a second and at most an hour")
    return patience


async def _drill(
    config: Config, chosen: Sequence[Channel], severity: Severity, patience: timedelta
) -> Sequence[Heard]:
    clock, words = SystemClock(), Words.load(config.template)
    opening = drill.notice_of(config, [each.id for each in chosen], severity, clock.now())
    async with reaching_out(clock, words, config.state / ARTEFACTS) as outside:
        with contextlib.ExitStack() as stack:
            progress = _progress(stack) if interactive() else _nothing
            return await drill.drill(
                {channel.id: channel for channel in chosen},
                opening,
                (outside, Scrubber(config.secrets).text),
                within=patience,
                progress=progress,
            )


def _nothing(_: Sequence[Heard]) -> None:
    pass


def _progress(stack: contextlib.ExitStack) -> drill.Progress:
    live = stack.enter_context(Live(console=err, transient=True, refresh_per_second=10))
    return lambda so_far: live.update(_table(so_far, over=False))


def _ms(span: timedelta | None) -> float | None:
    return None if span is None else round(span / timedelta(milliseconds=1), 1)


def _document(heard: Heard, kind: str) -> dict[str, Any]:
    return {
        "channel": heard.channel,
        "kind": kind,
        "confirmed": heard.confirmed,
        "opened_ms": _ms(heard.opened),
        "resolved_ms": _ms(heard.resolved),
        "tries": heard.tries,
        "why": heard.why or None,
    }


def _table(found: Sequence[Heard], *, over: bool = True) -> Table:
    opened = Column("opened after", justify="right", no_wrap=True)
    resolved = Column("resolved after", justify="right", no_wrap=True)
    tries = Column("tries", justify="right", no_wrap=True)
    table = tables.table("", "channel", opened, resolved, tries, tables.words("answer"))
    for heard in found:
        table.add_row(
            mark(heard.confirmed) if over or heard.confirmed else Text("…", "dim"),
            Text(heard.channel, "bold"),
            _after(heard.opened),
            _after(heard.resolved),
            str(heard.tries),
            Text(_answer(heard) if over else heard.why),
        )
    return table


def _after(span: timedelta | None) -> str:
    return "–" if span is None else f"{_ms(span):.0f} ms"


def _answer(heard: Heard) -> str:
    if heard.confirmed:
        return "confirmed both"
    what = "the opening" if heard.opened is None else "the end"
    return f"{what} was not confirmed: {in_words(heard.why) or 'no answer in time'}"


def _print_table(config: Config, found: Sequence[Heard]) -> None:
    if is_odd(config):
        out.print(banner(config))
    tables.show(_table(found))
