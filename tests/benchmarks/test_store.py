"""The benchmark of the store makes a history that nothing more would go from, and asks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks._judging import reading
from tests.benchmarks.programs import document_of

PROBES, DAYS = 2, 40
MINUTES = 24 * 60


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Path]:
    """What was found, and the database."""
    folder, home = tmp_path_factory.mktemp("bench"), tmp_path_factory.mktemp("kept")
    document = document_of(
        folder, "store", "--probes", str(PROBES), "--days", str(DAYS), "--keep", str(home)
    )
    return document, home / "state" / "trueup.db"


def test_it_says_how_fast_how_large_and_how_quick(kept: tuple[dict[str, object], Path]) -> None:
    document, database = kept

    for name in ("rows_per_s", "cpu_us_per_row", "year_page_query_ms", "year_page_build_ms"):
        assert float(str(document[name])) > 0
    assert (document["probes"], document["days"]) == (PROBES, DAYS)
    size = database.stat().st_size
    assert document["bytes_per_run"] == round(size / (PROBES * DAYS * MINUTES), 2)
    assert document["left_to_fold_or_forget"] is False


def test_the_history_is_that_of_a_daemon_that_never_missed_a_run(
    kept: tuple[dict[str, object], Path],
) -> None:
    _, database = kept
    with reading(database) as db:
        days = db.execute("SELECT count(DISTINCT day) FROM rollup_1d").fetchone()[0]
        hours = db.execute("SELECT count(*) FROM rollup_1h").fetchone()[0]
        fives = db.execute("SELECT count(*) FROM rollup_5m").fetchone()[0]
        runs = db.execute("SELECT count(*) FROM run").fetchone()[0]
        down, resolved = db.execute(
            "SELECT count(*), sum(resolved_at IS NOT NULL) FROM incident"
        ).fetchone()
    assert days == DAYS
    assert hours == PROBES * DAYS * 24
    assert fives == PROBES * DAYS * 288
    assert abs(runs - PROBES * 30 * MINUTES) < 30
    assert down == resolved == PROBES
