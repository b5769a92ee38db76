"""`trueup tell`: a test notice through the real path, and the real answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from monitor.channels import Delivered, Delivery, Refused, Retry, reaching_out
from monitor.cli import tables
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    err,
    fail,
    interactive,
    is_odd,
    log_quietly,
    out,
    read,
    say_json,
)
from monitor.clock import SystemClock
from monitor.config import Config, Scrubber
from monitor.config.model import Channel
from monitor.config.nearest import remedy
from monitor.dispatch.attempt import Attempts
from monitor.notices import About, EventKind, Notice, Words
from monitor.routing import Severity
from monitor.state import ARTEFACTS
from monitor.why import Why

NAME: Final = "tell"
EXAMPLES: Final = (
    '[dim]trueup tell oncall · trueup tell oncall --note "new phone" · trueup tell --all --json[/]'
)
PROBE: Final = "trueup/test"
NOTE_MAX: Final = 500

Weight = Annotated[Severity, typer.Option(help="How much it is said to matter.")]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one channel said, and how long it took."""

    channel: Channel
    delivery: Delivery
    took: timedelta


def command(
    channels: Annotated[
        list[str] | None, typer.Argument(metavar="[CHANNEL]...", help="Whom to tell.")
    ] = None,
    *,
    everybody: Annotated[bool, typer.Option("--all", help="Every channel, side by side.")] = False,
    note: Annotated[str, typer.Option(help="What to say, so that people know why.")] = "",
    severity: Weight = Severity.INFO,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Send a test through the real path and print the real answer. Nothing is recorded, no daemon
    is needed, and what is not confirmed is not repeated.

    Exit status 0 when every channel confirmed, 1 when one did not, 2 when the configuration is bad
    or there is no such channel.
    """
    read_config = read(config)
    chosen = choose(read_config, channels or [], everybody=everybody)
    log_quietly(read_config)
    notice = _test(read_config, chosen, severity, note[:NOTE_MAX], SystemClock().now())
    answers = asyncio.run(_tell_all(read_config, chosen, notice))
    confirmed = all(isinstance(answer.delivery, Delivered) for answer in answers)
    if as_json:
        say_json({"confirmed": confirmed, "channels": [_document(each) for each in answers]})
    else:
        _print_table(read_config, answers)
    raise typer.Exit(0 if confirmed else 1)


def choose(config: Config, names: Sequence[str], *, everybody: bool) -> list[Channel]:
    """Those that were asked for, or a sentence and exit status 2."""
    if not config.channels:
        fail("no channel is configured; write one as [channel.NAME]")
    for name in names:
        if name not in config.channels:
            fail(f"there is no channel {name!r}; {remedy(name, config.channels, 'channels')}")
    if not names and not everybody:
        fail(f"say which channel, or --all; there are {', '.join(config.channels)}")
    return [c for name, c in config.channels.items() if everybody or name in names]


def _test(
    config: Config, chosen: Sequence[Channel], severity: Severity, note: str, at: datetime
) -> Notice:
    return Notice(
        event=EventKind.TEST,
        about=About.OURSELVES,
        severity=severity,
        incident=0,
        sequence=1,
        dedup_key=secrets.token_hex(32),
        probe=PROBE,
        probe_name="trueup",
        kind="trueup",
        environment=config.environment,
        location=config.location,
        began_at=at,
        at=at,
        outcome="PASS",
        reason="",
        summary="this is a test",
        why=Why.ASKED_FOR.value,
        note=note,
        page=config.page.url,
        told=tuple(channel.id for channel in chosen),
    )


async def _tell_all(config: Config, chosen: Sequence[Channel], notice: Notice) -> list[Answer]:
    clock, words = SystemClock(), Words.load(config.template)
    async with reaching_out(clock, words, config.state / ARTEFACTS) as outside:
        attempts = Attempts(outside, Scrubber(config.secrets).text)

        async def tell(channel: Channel) -> Answer:
            began = clock.monotonic()
            delivery = await attempts.confirm(notice, channel)
            return Answer(channel, delivery, timedelta(seconds=clock.monotonic() - began))

        tasks = {channel.id: asyncio.create_task(tell(channel)) for channel in chosen}
        await _watch(tasks)
        return [await task for task in tasks.values()]


async def _watch(tasks: dict[str, asyncio.Task[Answer]]) -> None:
    if not interactive():
        await asyncio.wait(tasks.values())
        return
    spinner = Spinner("dots", style="cyan")
    with Live(console=err, transient=True, refresh_per_second=10) as live:
        while any(not task.done() for task in tasks.values()):
            live.update(_progress(tasks, spinner))
            await asyncio.wait(tasks.values(), timeout=0.1)


def _progress(tasks: dict[str, asyncio.Task[Answer]], spinner: Spinner) -> Table:
    table = Table.grid(Column(min_width=1), Column(), padding=(0, 1))
    for name, task in tasks.items():
        table.add_row(mark(_good(task.result())) if task.done() else spinner, Text(name))
    return table


def _good(answer: Answer) -> bool:
    return isinstance(answer.delivery, Delivered)


def mark(good: bool) -> Text:
    return Text("✓", "green") if good else Text("✕", "red")


def _said(delivery: Delivery) -> tuple[str, str]:
    """In a word, and why."""
    match delivery:
        case Delivered():
            return "confirmed", ""
        case Refused(why=why):
            return "refused", why
        case Retry(why=why):
            return "not confirmed", why


def _ms(span: timedelta) -> float:
    return round(span / timedelta(milliseconds=1), 1)


def _document(answer: Answer) -> dict[str, Any]:
    said, why = _said(answer.delivery)
    return {
        "channel": answer.channel.id,
        "kind": answer.channel.kind.name,
        "answer": said.replace(" ", "_"),
        "why": why or None,
        "took_ms": _ms(answer.took),
    }


def _print_table(config: Config, answers: Sequence[Answer]) -> None:
    took = Column("took", justify="right", no_wrap=True)
    table = tables.table("", "channel", "kind", took, tables.words("answer"))
    for answer in answers:
        said = Text(": ".join(part for part in _said(answer.delivery) if part))
        cells = (Text(answer.channel.id, "bold"), answer.channel.kind.name)
        table.add_row(mark(_good(answer)), *cells, f"{_ms(answer.took):.0f} ms", said)
    if is_odd(config):
        out.print(banner(config))
    tables.show(table)
