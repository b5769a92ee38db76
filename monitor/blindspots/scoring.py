"""How much of what can break would be noticed, for each component and for all. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.blindspots.cells import Matrix, Row, Verdict
from monitor.config import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`share` is 0..1 of the faults that `tried` counts; None where nothing could be tried.

    A fault is noticed for a component when any of its probes notices it; one that strikes single
    fields counts with the share of the fields. What touches none of its probes is left out, and
    so is what was not tried or could not be told: `left_out` says which. What is unseen and
    accepted is left out, too.
    """

    id: str
    """Of the component; empty for probes that stand behind none."""
    name: str
    share: float | None
    tried: int
    noticed: float
    unseen: tuple[str, ...] = ()
    """Faults that none of its probes notices, or not in every field."""
    left_out: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    """Faults that count with the fields which were tried, and some were not."""
    accepted: tuple[str, ...] = ()
    """Faults that nobody notices, and that may be."""

    @property
    def percent(self) -> int | None:
        """Rounded down, so that only what is whole is called whole."""
        return None if self.share is None else int(self.share * 100 + 1e-9)


def scores(matrix: Matrix, components: Iterable[Component]) -> tuple[Score, ...]:
    """Of every component one of whose probes was asked, and of the probes behind none."""
    rows = {row.probe: row for row in matrix.rows}
    behind: set[str] = set()
    found = []
    for component in components:
        own = [rows[probe] for probe in component.probes if probe in rows]
        behind.update(row.probe for row in own)
        if own:
            found.append(_score(matrix, own, component.id, component.name))
    if alone := [row for row in matrix.rows if row.probe not in behind]:
        found.append(_score(matrix, alone, "", "behind no component"))
    return tuple(found)


def overall(found: Sequence[Score]) -> Score:
    """Every fault of every component counts the same."""
    tried, noticed = sum(s.tried for s in found), sum(s.noticed for s in found)
    return Score(
        id="",
        name="all",
        share=noticed / tried if tried else None,
        tried=tried,
        noticed=noticed,
        left_out=tuple(fault for each in found for fault in each.left_out),
        partial=tuple(fault for each in found for fault in each.partial),
        accepted=tuple(fault for each in found for fault in each.accepted),
    )


def _score(matrix: Matrix, rows: Sequence[Row], id_: str, name: str) -> Score:
    shares: dict[str, float] = {}
    left_out, partial, accepted = [], [], []
    for fault in matrix.faults:
        cells = [row.cells[fault.name] for row in rows if fault.name in row.cells]
        known = [cell.share for cell in cells if cell.share is not None]
        if known:
            shares[fault.name] = max(known)
            best = [cell for cell in cells if cell.share == max(known)]
            if all(cell.is_partial for cell in best):
                partial.append(fault.name)
        elif any(cell.verdict is Verdict.ACCEPTED for cell in cells):
            accepted.append(fault.name)
        elif len(cells) < len(rows) or any(
            cell.verdict is not Verdict.NOT_TOUCHED for cell in cells
        ):
            left_out.append(fault.name)
    noticed = sum(shares.values())
    return Score(
        id=id_,
        name=name,
        share=noticed / len(shares) if shares else None,
        tried=len(shares),
        noticed=noticed,
        unseen=tuple(fault for fault, share in shares.items() if share < 1),
        left_out=tuple(left_out),
        partial=tuple(partial),
        accepted=tuple(accepted),
    )
