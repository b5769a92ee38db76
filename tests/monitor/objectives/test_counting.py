"""Whatever went wrong, and whenever: against counting the minutes one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from monitor import objectives
from monitor.clock import to_us
from monitor.config.model import Component
from monitor.objectives import Standing
from monitor.windows import Once, Window
from tests.monitor.objectives.test_standing import PROMISE
from tests.monitor.pages.stored import DAY, MINUTE, Stored
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

SECOND = timedelta(seconds=1)
MINUTES = 6 * 24 * 60
SPANS = some.lists(some.tuples(some.integers(0, MINUTES), some.integers(1, 600)), max_size=6)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Stored]:
    both = {"web": Component(id="web", name="Web", probes=("web", "api"))}
    made = Stored(tmp_path, (a_probe("web"), a_probe("api")), changes={"components": both})
    yield made
    made.writer.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(web=SPANS, api=SPANS, works=SPANS, since=some.integers(0, MINUTES))
def test_whatever_went_wrong_and_whenever_is_counted_to_the_minute(
    two: Stored,
    web: list[tuple[int, int]],
    api: list[tuple[int, int]],
    works: list[tuple[int, int]],
    since: int,
) -> None:
    start, end = NIGHT.replace(hour=0) - 6 * DAY, 6 * 1440 + 120
    down = {"web": minutes(web, end), "api": minutes(api, end)}
    two.work(lambda db: rewrite(db, two.keys, down, start, end))
    windows = tuple(
        Window(f"w{at}", "Work", spans=Once(start + a * MINUTE, start + z * MINUTE))
        for at, (a, z) in enumerate(runs_of(minutes(works, end)))
    )
    config = replace(two.config, windows=windows)
    promise = replace(PROMISE, window=(end - since) * MINUTE)
    at = start + end * MINUTE
    found: Standing = two.work(lambda db: objectives.standing(db, config, promise, at))
    spent = ((down["web"] | down["api"]) - minutes(works, end)) & set(range(since, end))
    assert abs(found.spent - len(spent) * MINUTE) < SECOND
    assert found.known == (end - since) * MINUTE
    quick = two.work(lambda db: objectives.left(db, config, promise, at))
    assert abs(quick.left - found.left) < SECOND
    assert sum((each.spent for each in found.worst), timedelta()) <= found.spent + SECOND


def rewrite(
    db: Any, keys: dict[str, int], down: dict[str, set[int]], start: datetime, end: int
) -> None:
    """All of it in one transaction, for it is done again and again."""
    db.execute("DELETE FROM incident")
    db.execute("DELETE FROM rollup_1d")
    for probe, bad in down.items():
        for began, after in runs_of(bad):
            over_us = to_us(start + after * MINUTE) if after < end else None
            db.execute(
                "INSERT INTO incident (probe, location, dedup_key, began_at, opened_at,"
                " recovered_at, resolved_at, reason, summary, failures)"
                " VALUES (?, 'here', ?, ?, 0, ?, ?, 'status', '', 2)",
                (keys[probe], f"{probe}{began}", to_us(start + began * MINUTE), over_us, over_us),
            )
        for day in range(7):
            of_day = range(day * 1440, min(day * 1440 + 1440, end))
            db.execute(
                "INSERT INTO rollup_1d (day, probe, location, known_us, down_us)"
                " VALUES (?, ?, 'here', ?, ?)",
                (
                    (start + day * DAY).date().isoformat(),
                    keys[probe],
                    len(of_day) * 60_000_000,
                    len(bad & set(of_day)) * 60_000_000,
                ),
            )


def minutes(spans: list[tuple[int, int]], end: int) -> set[int]:
    return {m for at, length in spans for m in range(at, min(at + length, end))}


def runs_of(numbers: set[int]) -> list[tuple[int, int]]:
    """As spans, none of which touches another."""
    firsts = sorted(n for n in numbers if n - 1 not in numbers)
    afters = sorted(n + 1 for n in numbers if n + 1 not in numbers)
    return list(zip(firsts, afters, strict=True))
