"""The benchmark of the gate says where the time went, and that it was not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.programs import document_of, needs_nginx


@needs_nginx
def test_the_time_beyond_the_runs_is_told_in_parts(tmp_path: Path) -> None:
    document = document_of(tmp_path, "gate", "--times", "1", "--http", "2", "--journeys", "1")

    assert list(document)[:4] == ["beyond_ms", "http", "journeys", "both"]
    for which in ("http", "journeys", "both"):
        found = document[which]
        parts = [found[name] for name in ("begin_ms", "between_ms", "end_ms")]
        assert sum(parts) == pytest.approx(found["beyond_ms"], abs=1)
        assert found["begin_ms"] > 0
        assert found["row_ms"] > 2 * document["pause_ms"]
        assert found["whole_ms"] == pytest.approx(found["row_ms"] + found["beyond_ms"], abs=1)
    assert document["beyond_ms"] == document["both"]["beyond_ms"] > 0
    assert document["journeys"]["browser_ms"] > document["http"]["browser_ms"]
