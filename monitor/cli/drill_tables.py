"""How drills went, beside how the outages went when they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from monitor.cli import tables
from monitor.cli.ground import out
from monitor.drills.outages import Original
from monitor.drills.timeline import Timeline

NOTHING: Final = "–"
UNKNOWN: Final = Text("the report does not say", "dim")
HEADINGS: Final = ("outage", "detected", "told", "published", "recovered", "found then")


def beside(line: Timeline, *, titled: bool) -> Group:
    """One outage: a row for each thing that happens, now and then."""
    original = line.outage.original
    table = Table(
        Column(no_wrap=True),
        Column("trueup", justify="right", no_wrap=True, style="bold"),
        Column("then", overflow="fold"),
        box=None,
        padding=(0, 3, 0, 0),
        pad_edge=False,
        header_style="dim",
    )
    table.add_row("detected", _span(line.detected, line.allowed), found(original))
    table.add_row("", "", Text(original.how, "dim"))
    table.add_row("somebody was told", _span(line.told), UNKNOWN)
    table.add_row("the public page said so", _span(line.published), original.said or UNKNOWN)
    table.add_row("up again, once mended", _span(line.recovered), original.over)
    table.add_row("pages sent", _pages(line))
    heading = Text.assemble((line.outage.title, "bold"), f"\n{line.outage.met}\n")
    return Group(heading if titled else Text(), table, Text(), _verdict((line,)))


def show(lines: Sequence[Timeline]) -> None:
    """Several: a row for each."""
    columns = [Column(name, justify="right", no_wrap=True) for name in HEADINGS[1:5]]
    table = tables.table(f"  {HEADINGS[0]}", *columns, HEADINGS[5])
    for line in lines:
        mark = ("✓ ", "green") if line.is_good else ("✕ ", "red")
        name = Text.assemble(mark, (line.outage.id, "bold"))
        spans = (
            _span(line.detected, line.allowed),
            *map(_span, (line.told, line.published, line.recovered)),
        )
        table.add_row(name, *spans, found(line.outage.original))
    tables.show(table)
    out.print()
    out.print(_verdict(lines))


def markdown(lines: Sequence[Timeline]) -> str:
    """As the README has it."""
    rows = [HEADINGS, ("---", *["--:"] * 4, "---"), *map(_cells, lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(line: Timeline) -> tuple[str, ...]:
    original = line.outage.original
    spans = (line.detected, line.told, line.published, line.recovered)
    then = f"{found(original)}, {original.how}"
    return (f"`{line.outage.id}`", *(said(span) for span in spans), then)


def found(original: Original) -> str:
    """`at least 2 days`"""
    return f"{original.bound}{spoken(original.found)}"


def said(span: timedelta | None) -> str:
    """`14.2 s`"""
    return NOTHING if span is None else f"{span.total_seconds():.1f} s"


def spoken(span: timedelta) -> str:
    """The two largest units: `15 h 26 min`."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "days"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    parts = [f"{count} {unit}" for count, unit in units if count]
    return " ".join(parts[:2]) or "0 s"


def _span(span: timedelta | None, allowed: timedelta | None = None) -> Text:
    late = span is None or (allowed is not None and span > allowed)
    return Text(said(span), "red" if late else "green")


def _pages(line: Timeline) -> Text:
    return Text(str(line.pages), "green" if line.pages == 1 else "red")


def _verdict(lines: Sequence[Timeline]) -> Text:
    bad = [line for line in lines if not line.is_good]
    if not bad:
        which = "Each was" if len(lines) > 1 else "It was"
        text = f"{which} detected in time and told once, and nothing else was said to be down."
        return Text(text, "green")
    said = [f"{line.outage.id}: {'; '.join(line.troubles)}" for line in bad]
    return Text("\n".join(said), "red")
