"""The benchmark of punctuality says what it promises. How late is too late is not its business."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from benchmarks._lags import evenness, lag_ms
from benchmarks._ledger import Begun, Window
from benchmarks._vitals import Vitals, mb_per_hour
from monitor.clock import from_us, to_us
from monitor.slots import slot_at
from tests.benchmarks.programs import LAGS, bench, document_of, needs_nginx
from tests.support.clock import NIGHT

HANGING, NAMELESS, WELL = 2, 2, 36


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return document_of(
        tmp_path_factory.mktemp("bench"),
        *("schedule", "--probes", str(WELL + HANGING + NAMELESS), "--every", "1", "--seconds", "3"),
        *("--hang", str(HANGING), "--blackhole", str(NAMELESS), "--timeout", "1"),
    )


@needs_nginx
def test_a_real_daemon_is_watched_and_its_runs_are_counted(document: dict[str, Any]) -> None:
    assert document["probes"] == WELL + HANGING + NAMELESS
    assert document["every_s"] == 1
    assert document["runs_per_s"] > 0
    assert 0 < document["worst"]["slot_after_s"] <= 4
    assert document["rss_mb"] > 0
    assert document["rss_mb_per_hour"] is None  # three seconds say nothing of an hour
    assert document["fds"]["max"] >= document["fds"]["last"] > 0
    assert document["cpu_us_per_run"] > 0
    assert 0 < document["first_runs"]["within_one_interval"] <= document["probes"]


@needs_nginx
def test_those_that_are_well_are_told_apart(document: dict[str, Any]) -> None:
    for name in ("lag_ms", "well_lag_ms"):
        assert list(document[name]) == LAGS
        assert 0 <= document[name]["p50"] <= document[name]["p99"] <= document[name]["max"]
    assert 0 <= document["well_missed"] < WELL
    assert document["missed"] >= document["well_missed"]


def test_probes_that_are_well_have_to_be_among_them() -> None:
    done = bench("schedule", "--probes", "10", "--hang", "5", "--blackhole", "5")
    assert done.returncode == 2
    assert "leave no probe that is well" in done.stderr


def test_lags_are_told_in_milliseconds_and_nothing_is_as_late_as_can_be() -> None:
    assert lag_ms(range(1_000, 101_000, 1_000)) == {"p50": 50, "p99": 99, "max": 100}
    assert lag_ms([]) == dict.fromkeys(LAGS, float("inf"))


def test_what_spreads_evenly_fills_every_bin_alike() -> None:
    assert evenness(range(0, 60_000, 10), 0, 60_000, 60) == 1
    assert evenness([0] * 5 + [30_000], 0, 60_000, 2) == 1.67
    assert evenness([], 0, 60_000, 60) == 0


def test_a_window_counts_its_own_slots_and_leaves_out_what_came_between() -> None:
    every = timedelta(seconds=10)
    first = slot_at("web", every, NIGHT)
    window = Window(began_at=first, ended_at=first + 3 * every, every=every)
    slots_us = [to_us(first + turn * every) for turn in range(5)]
    between = Begun(slots_us[1] + 1, 0)

    runs = window.in_slots("web", [Begun(us, 700) for us in slots_us] + [between])

    assert window.due("web") == 3
    assert [run.slot_us for run in runs] == slots_us[1:4]
    assert from_us(runs[0].at_us) == first + every + timedelta(microseconds=700)


def test_memory_that_grows_is_told_by_the_hour() -> None:
    seen = [Vitals(second, 50 + second / 36, 20, 0) for second in range(37)]
    assert mb_per_hour(seen) == 100
    assert mb_per_hour(seen[:5]) is None
    assert mb_per_hour([]) is None
