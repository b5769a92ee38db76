"""What the daemon reads out of its store for Prometheus."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from monitor.clock import SystemClock
from monitor.daemon import figures
from monitor.health import Health
from tests.monitor.cli.past import ago, past
from tests.support.configs import a_config, a_probe

HOUR = timedelta(hours=1)


def test_a_verdict_is_worth_what_its_evidence_is(tmp_path: Path) -> None:
    config = a_config(*map(a_probe, ("up", "down", "old", "new")))
    with past(tmp_path, "up", "down", "old", "new", "gone") as story:
        number = story.breaks("down")
        story.runs("up")
        story.runs("down", outcome="FAIL", health=Health.DOWN, incident=number)
        story.runs("old", evidence_at=ago(HOUR))
        story.runs("gone")
        read = partial(figures.read_store, config=config, clock=SystemClock())
        found = story.writer.submit(read).result()
    assert found.healths == {
        "up": Health.UP,
        "down": Health.DOWN,
        "old": Health.UNKNOWN,
        "new": Health.UNKNOWN,
    }
    assert (found.letters, found.oldest_letter, found.incidents) == (0, timedelta(), 1)


def test_the_size_of_a_database_that_is_away_is_nothing(tmp_path: Path) -> None:
    assert figures.size_of(tmp_path / "trueup.db") == 0
    (tmp_path / "trueup.db").write_bytes(bytes(100))
    (tmp_path / "trueup.db-wal").write_bytes(bytes(20))
    assert figures.size_of(tmp_path / "trueup.db") == 120
