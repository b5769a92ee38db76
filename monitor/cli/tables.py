"""Tables for people: folded to fit a terminal, one line a row for everything else."""

from __future__ import annotations

import sys
from typing import Final

from rich.console import Console
from rich.table import Column, Table

from monitor.cli.ground import out, write

NARROW: Final = 76  # below it, a terminal's own folding reads better than columns of a few letters
ROOMY: Final = 110
SEEN_MIN: Final = 24
UNFOLDED: Final = 100_000


def folded() -> bool:
    """Whether columns are squeezed to the width of a terminal."""
    return sys.stdout.isatty() and out.width >= NARROW


def roomy() -> bool:
    """Whether there is room for one more column of words."""
    return not folded() or out.width >= ROOMY


def table(*columns: str | Column) -> Table:
    """Columns given as mere words are never folded."""
    made = [Column(c, no_wrap=True) if isinstance(c, str) else c for c in columns]
    return Table(*made, box=None, pad_edge=False)


def probe() -> Column:
    """A long id is cut, so that it leaves room for what was seen."""
    room = out.width // 4 if folded() else None
    return Column("probe", style="bold", no_wrap=True, overflow="ellipsis", max_width=room)


def words(name: str) -> Column:
    """For sentences, which keep a readable width whatever stands beside them."""
    return Column(name, overflow="fold", min_width=SEEN_MIN if folded() else None)


def show(made: Table) -> None:
    """To standard output."""
    if folded():
        out.print(made)
        return
    wide = Console(width=UNFOLDED, highlight=False)
    with wide.capture() as captured:
        wide.print(made)
    lines = captured.get().splitlines()
    write("".join(line.rstrip() + "\n" for line in lines))
