"""Runs that are counted because they could not be kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import folding
from monitor.context import Context
from monitor.folding import Folded
from monitor.runner import Run
from probes import Outcome, Result
from tests.monitor.store.history import a_store
from tests.support.clock import NIGHT
from tests.support.configs import a_config, a_probe

MINUTE = timedelta(minutes=1)


def a_run(minute: int, outcome: Outcome = Outcome.PASS, probe: str = "a") -> Run:
    at = NIGHT + minute * MINUTE
    result = Result(outcome=outcome, took=timedelta(milliseconds=80))
    return Run(probe=a_probe(probe), slot=at, started_at=at, lasted=MINUTE, result=result)


def written(folded: Folded, folder: Path) -> list[tuple[Any, ...]]:
    with a_store(folder / "t.db") as store:
        context = Context(a_config(a_probe("a")), {"a": store.keys["a"]}, "one")
        store.do(lambda db: folded.write(db, context))
        return store.ask("SELECT pass, fail, error, known_us / 60000000 FROM rollup_5m")


def test_counts_are_kept_by_probe_and_time_and_failing_time_is_unknown(tmp_path: Path) -> None:
    folded, again = Folded(), Folded()
    for minute in range(4):
        folded.add(a_run(minute))
    for minute, outcome in ((4, Outcome.FAIL), (5, Outcome.ERROR), (6, Outcome.PASS)):
        again.add(a_run(minute, outcome))
    again.add(a_run(0, probe="gone"))
    folded.merge(again)
    assert folded.runs == 8
    assert written(folded, tmp_path) == [(4, 1, 0, 4), (1, 0, 1, 1)]


def test_the_longer_it_lasts_the_coarser_the_counts_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "COUNTS_MAX", 10)
    folded = Folded()
    for minute in range(0, 5 * 24 * 60, 7):
        folded.add(a_run(minute))
        assert len(folded._counts) <= 11
    counts = written(folded, tmp_path)
    assert sum(row[0] for row in counts) == folded.runs == 1029
