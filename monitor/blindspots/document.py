"""The matrix for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from monitor.blindspots.cells import Cell, Matrix, Row, Trial
from monitor.blindspots.remedies import Closing, Remedy
from monitor.blindspots.scoring import Score


def document(
    matrix: Matrix, found: Sequence[Score], whole: Score, closing: Closing
) -> dict[str, Any]:
    """As docs/blindspots.md describes it."""
    return {
        "complete": matrix.complete,
        "score": whole.percent,
        "lasted_s": round(matrix.lasted / timedelta(seconds=1), 1),
        "faults": [
            {"name": fault.name, "title": fault.title, "breaks": fault.breaks}
            for fault in matrix.faults
        ],
        "probes": [_probe(row) for row in matrix.rows],
        "matrix": [_trial(row, trial) for row in matrix.rows for trial in row.trials],
        "components": [_score(score) for score in found],
        "remedies": [_remedy(each) for each in closing.remedies],
    }


def _probe(row: Row) -> dict[str, Any]:
    return {
        "id": row.probe,
        "trouble": row.trouble or None,
        "cells": {name: _cell(cell) for name, cell in row.cells.items()},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "verdict": cell.verdict.value,
        "noticed": cell.noticed,
        "tried": cell.tried,
        "untried": cell.untried,
    }


def _trial(row: Row, trial: Trial) -> dict[str, Any]:
    return {
        "probe": row.probe,
        "fault": trial.fault.name,
        "at": trial.fault.at or None,
        "verdict": trial.verdict.value,
        "reason": trial.reason.value if trial.reason else None,
        "said": trial.said,
        "touched": trial.touched,
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "id": score.id or None,
        "name": score.name,
        "score": score.percent,
        "tried": score.tried,
        "noticed": round(score.noticed, 3),
        "unseen": list(score.unseen),
        "left_out": list(score.left_out),
        "partial": list(score.partial),
        "accepted": list(score.accepted),
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "probe": remedy.probe,
        "faults": list(remedy.faults),
        "table": remedy.table or None,
        "lines": list(remedy.lines),
        "sentence": remedy.sentence or None,
        "accepts": remedy.accepts,
    }
