"""The benchmark of starting times the commands that people wait for."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.programs import document_of, needs_nginx


@needs_nginx
def test_a_start_is_timed_until_the_first_run_is_recorded(tmp_path: Path) -> None:
    document = document_of(tmp_path, "start", "--times", "1", "--probes", "2")

    assert document["first_run_ms"] > document["ready_ms"] > 0
    assert document["slot_wait_ms"] >= 0
    assert list(document["check_ms_by_probes"]) == ["2"]
    assert document["check_ms"] == document["check_ms_by_probes"]["2"] > document["python_ms"]
    assert document["help_ms"] > 0
    assert document["import_ms"] > 0
