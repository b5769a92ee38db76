"""A journey as a table: its steps, and in each the pages it opened, as a user felt them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from rich.table import Column, Table
from rich.text import Text

from monitor.cli import tables
from monitor.notices import one_line
from probes import Outcome, Step
from probes.result import View

MARKS: Final = {
    Outcome.PASS: ("✓", "green"),
    Outcome.SLOW: ("~", "yellow"),
    Outcome.FAIL: ("✕", "red"),
    Outcome.ERROR: ("?", "magenta"),
}
SHIFTS: Final = 0.1
"""More than that moving about is noticed."""
PATH_MAX: Final = 60
_VITALS: Final = ("TTFB", "FCP", "LCP", "CLS")


def table(title: str, steps: Sequence[Step], views: Sequence[View]) -> Table:
    """One row for each step, and one more for each further page that was opened in it."""
    numbers = ("took", *(_VITALS if views else ()))
    columns = [Column(name, justify="right", no_wrap=True) for name in numbers]
    made = tables.table(tables.words(title), *columns, *(["page"] if views else []))
    for row in _rows(steps, views):
        made.add_row(*row[: len(made.columns)])
    return made


def _rows(steps: Sequence[Step], views: Sequence[View]) -> Iterator[list[Text]]:
    left = list(views)
    for step in steps:
        sign, style = MARKS[step.outcome]
        name = Text.assemble((f"{sign} ", style), one_line(step.name, 100))
        cells = [name, Text(ms(step.took))]
        opened = [view for view in left if view.step == step.name]
        left = [view for view in left if view not in opened]
        yield cells + (_view(opened[0]) if opened else [Text()] * 5)
        yield from ([Text(), Text(), *_view(view)] for view in opened[1:])
    yield from ([Text(), Text(), *_view(view)] for view in left)


def _view(view: View) -> list[Text]:
    shift = "" if view.cls is None else f"{view.cls:.2f}"
    moves = view.cls is not None and view.cls > SHIFTS
    spans = [Text(ms(span), "dim") for span in (view.ttfb, view.fcp, view.lcp)]
    path = urlsplit(view.address).path or view.address
    return [
        *spans,
        Text(shift, "yellow" if moves else "dim"),
        Text(one_line(path, PATH_MAX), "dim"),
    ]


def ms(span: timedelta | None) -> str:
    """`1 234 ms`, or nothing for what is not known."""
    return "" if span is None else f"{span / timedelta(milliseconds=1):.0f} ms"
