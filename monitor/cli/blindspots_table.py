"""The matrix and the scores as a terminal shows them: faults below each other, probes as stairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.text import Text

from monitor.blindspots import Cell, Matrix, Row, Score, Verdict

MARKS: Final[Mapping[Verdict, tuple[str, str]]] = {
    Verdict.SEEN: ("●", "green"),
    Verdict.SLOW: ("~", "yellow"),
    Verdict.UNSEEN: ("○", "bold red"),
    Verdict.ACCEPTED: ("a", "dim"),
    Verdict.NOT_TOUCHED: ("·", "dim"),
    Verdict.NOT_TRIED: ("–", "dim"),
    Verdict.ERROR: ("!", "magenta"),
}
_MEANT: Final = {
    Verdict.SEEN: "seen",
    Verdict.SLOW: "seen as slow",
    Verdict.UNSEEN: "unseen",
    Verdict.ACCEPTED: "unseen, and accepted",
    Verdict.NOT_TOUCHED: "not touched",
    Verdict.NOT_TRIED: "not tried",
    Verdict.ERROR: "could not tell",
}
_LABEL: Final = 20
_STEP: Final = 3
_BAR: Final = 28
_NAME: Final = 24


def blocks(matrix: Matrix, width: int) -> Iterator[Text]:
    """As many columns side by side as fit, with the names of probes as stairs above them."""
    step = max([_STEP, *(len(_mark(cell)[0]) + 1 for row in matrix.rows for cell in _cells(row))])
    rows = list(matrix.rows)
    while rows:
        count = _fitting(rows, step, width)
        yield _block(matrix, rows[:count], step)
        del rows[:count]


def _cells(row: Row) -> Sequence[Cell]:
    return tuple(row.cells.values())


def _fitting(rows: Sequence[Row], step: int, width: int) -> int:
    count = 1
    while count < len(rows):
        longest = max(
            _LABEL + step * at + 2 + len(row.probe) for at, row in enumerate(rows[: count + 1])
        )
        if longest > width:
            break
        count += 1
    return count


def _block(matrix: Matrix, rows: Sequence[Row], step: int) -> Text:
    text = Text()
    for at, row in enumerate(rows):
        text.append("\n" + " " * _LABEL)
        text.append(f"{'│':<{step}}" * at, "dim")
        text.append("┌ ", "dim")
        text.append(row.probe, "bold")
    for fault in matrix.faults:
        text.append(f"\n{fault.name:<{_LABEL}}")
        for row in rows:
            mark, style = _mark(row.cells.get(fault.name), troubled=bool(row.trouble))
            text.append(f"{mark:<{step}}", style)
        text.rstrip()
    return text


def _mark(cell: Cell | None, *, troubled: bool = False) -> tuple[str, str]:
    """A sign; how many of how many where some are unseen and some are not, or were not tried."""
    if cell is None:
        return MARKS[Verdict.ERROR] if troubled else (" ", "")
    if cell.share is not None and cell.noticed > 0:
        if cell.noticed < cell.tried:
            return f"{cell.noticed}/{cell.tried}", "red"
        if cell.is_partial:
            return f"{cell.noticed}/{cell.tried}", "yellow"
    return MARKS[cell.verdict]


def keys(matrix: Matrix) -> Text:
    """What the signs mean that are used, in one line."""
    used = {cell.verdict for row in matrix.rows for cell in row.cells.values()}
    if any(row.trouble for row in matrix.rows):
        used.add(Verdict.ERROR)
    text = Text("\n")
    for verdict, (mark, style) in MARKS.items():
        if verdict in used:
            text.append(mark, style).append(f" {_MEANT[verdict]}   ", "dim")
    if any(_mark(cell)[0][-1].isdigit() for row in matrix.rows for cell in _cells(row)):
        text.append("2/7", "red").append(" seen in so many of the fields tried", "dim")
    text.rstrip()
    return text


def bars(found: Sequence[Score], whole: Score) -> Text:
    """The score of every component, and of all."""
    text = Text()
    for score in (*found, whole) if len(found) != 1 else found:
        name = score.name if len(score.name) <= _NAME else f"{score.name[: _NAME - 1]}…"
        text.append(f"\n{name:<{_NAME}} ", "bold" if score is whole else "")
        text.append_text(_bar(score))
    return text


def _bar(score: Score) -> Text:
    if score.percent is None or score.share is None:
        return Text("nothing could be tried", "dim")
    left_out, accepted = len(score.left_out), len(score.accepted)
    style = "green" if score.percent >= 90 else "yellow" if score.percent >= 60 else "red"
    style = f"dim {style}" if left_out or score.partial else style
    room = round(_BAR * score.tried / (score.tried + left_out))
    full = round(room * score.share)
    said = Text("█" * full, style) + Text("░" * (room - full) + "╌" * (_BAR - room), "dim")
    out_of = f"{score.noticed:.1f}".removesuffix(".0")
    said.append(f" {score.percent:>3} %", style).append(f"  {out_of} of {score.tried}", "dim")
    if left_out:
        said.append(f"; {left_out} of {score.tried + left_out} not tried", "dim")
    if score.partial:
        said.append(f"; {len(score.partial)} tried in some fields only", "dim")
    if accepted:
        said.append(f"; {accepted} accepted", "dim")
    return said
