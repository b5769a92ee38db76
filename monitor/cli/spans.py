"""What `silence` and `maintenance` share: what they are about, and their lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from monitor.acts import planning
from monitor.acts.orders import instant
from monitor.cli import tables
from monitor.cli.ground import banner, history, out, say_json
from monitor.clock import SystemClock, iso
from monitor.config import Config
from monitor.store import acts
from monitor.store.acts import Kind, Span
from monitor.windows import Window

Probes = Annotated[list[str] | None, typer.Argument(help="The probes it is about.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", "-t", help="All probes with this tag.")]
Everything = Annotated[bool, typer.Option("--all", help="All probes there are.")]
Number = Annotated[int, typer.Argument(min=1, help="As the list shows it.")]


@dataclass(frozen=True, slots=True)
class _Row:
    """One line. `key` is a number, or the name of a configured maintenance."""

    key: str
    scope: str
    words: str
    by: str
    starts_at: datetime
    ends_at: datetime


def show(config: Config, kind: Kind, *, as_json: bool) -> None:
    """Those under way and those to come."""
    at = SystemClock().now()
    with history(config) as db:
        written = acts.spans(db, kind, at)
    windows = config.windows if kind is Kind.MAINTENANCE else ()
    configured = [found for window in windows if (found := _configured(window, at))]
    if as_json:
        say_json([*map(planning.span_facts, written), *map(_document, configured)])
        return
    rows = sorted([*map(_written, written), *configured], key=lambda row: row.starts_at)
    out.print(f"{banner(config)} {_headline(rows, kind, at)}".strip(), highlight=False)
    if rows:
        out.print()
        tables.show(_table(rows, kind, at))


def under_way(config: Config, spans: dict[Kind, list[Span]], at: datetime) -> Iterator[str]:
    """A line for everything that keeps people from being told at *at*."""
    for kind, found in spans.items():
        for row in map(_written, found):
            if row.starts_at <= at:
                yield _line(kind, row)
    for window in config.windows:
        configured = _configured(window, at)
        if configured is not None and configured.starts_at <= at:
            yield _line(Kind.MAINTENANCE, configured)


def _line(kind: Kind, row: _Row) -> str:
    return f"{kind.capitalize()} of {row.scope} until {instant(row.ends_at)}: {row.words}"


def _written(span: Span) -> _Row:
    return _Row(
        str(span.id), planning.scope(span), span.words, span.by, span.starts_at, span.ends_at
    )


def _configured(window: Window, at: datetime) -> _Row | None:
    """The span under way, or the next one."""
    span = window.spans(at)
    if span is None:
        return None
    scope = planning.in_words(window.probes, window.tags)
    return _Row(window.id, scope, window.title, "configured", *span)


def _document(row: _Row) -> dict[str, Any]:
    return {
        "configured": row.key,
        "scope": row.scope,
        "words": row.words,
        "starts_at": iso(row.starts_at),
        "ends_at": iso(row.ends_at),
    }


def _headline(rows: list[_Row], kind: Kind, at: datetime) -> str:
    if not rows:
        return f"No {kind}, and none to come."
    now = sum(row.starts_at <= at for row in rows)
    return f"{now} under way, {len(rows) - now} to come."


def _table(rows: list[_Row], kind: Kind, at: datetime) -> Any:
    table = tables.table("", "", "from", "until", "of", tables.words(kind.words_column), "by")
    for row in rows:
        now = row.starts_at <= at
        table.add_row(
            Text(row.key),
            Text("now", style="bold yellow") if now else Text("to come", style="dim"),
            instant(row.starts_at),
            instant(row.ends_at),
            Text(row.scope),
            Text(row.words),
            Text(row.by, style="dim"),
        )
    return table
