"""The benchmark of journeys says what it promises. How much they cost is for people to judge."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks import _npx
from benchmarks._family import children, cpu_s, pss_mb
from tests.benchmarks.programs import MACHINE, bench, document_of

PROMISED = [
    "browser",
    "journeys_per_s",
    "cpu_ms_per_journey",
    "pss_mb_busy",
    "pss_mb_busy_median",
    "pss_mb_idle",
    "pss_mb_after_idle",
    "cold_ms",
    "cold_first_ms",
    "wall_ms",
]


def test_a_journey_costs_something_and_all_of_them_are_recorded(tmp_path: Path) -> None:
    document = document_of(tmp_path, "journeys", "--loops", "4", "--briefly", "--alone")

    assert list(document)[: len(PROMISED)] == PROMISED
    for figure in ("journeys_per_s", "cpu_ms_per_journey", "pss_mb_busy", "pss_mb_idle", "cold_ms"):
        assert document[figure] > 0
    assert document["pss_mb_busy"] >= document["pss_mb_busy_median"] > 0
    assert 0 < document["wall_ms"]["p50"] <= document["wall_ms"]["p95"]
    assert (document["journeys"], document["failed"]) == (4, 0)
    assert document["peers"] == {}
    assert document["left_out"] == "--alone"
    assert len(MACHINE) + len(PROMISED) < len(document)


def test_without_a_browser_it_says_so(tmp_path: Path) -> None:
    done = bench("journeys", "--browser", "/nowhere/chromium", TMPDIR=str(tmp_path))

    assert done.returncode == 1
    assert "/nowhere/chromium is not a program" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_playwright_for_node_it_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    peers, why = _npx.measured(tmp_path, tmp_path, "/nowhere/chromium", "http://127.0.0.1:9/", 1)

    assert peers == {}
    assert why == "npx is not installed"


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux")
def test_what_a_process_and_its_children_take_is_known() -> None:
    assert cpu_s(os.getpid()) > 0
    assert pss_mb(os.getpid()) > 1
    assert isinstance(children(os.getpid()), list)
