"""The benchmark of memory waits until everybody has run, and says how much that took."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.programs import document_of, needs_nginx


@needs_nginx
def test_memory_is_told_for_each_number_of_probes(tmp_path: Path) -> None:
    document = document_of(tmp_path, "memory", "--probes", "3", "--every", "1")

    assert list(document["rss_mb"]) == ["3"]
    for probes, daemon in document["daemons"].items():
        assert daemon["have_run"] == int(probes)
        assert daemon["rss_mb"] == document["rss_mb"][probes] > 0
        assert daemon["peak_mb"] >= daemon["at_start_mb"] > 0
