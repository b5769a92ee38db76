"""What the daemon has seen before is asked when lines are proposed: how slow its probes can be, and
whether their baselines know anything yet.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from monitor.blindspots.history import History, history
from monitor.clock import SystemClock
from monitor.config import load
from monitor.state import DATABASE
from monitor.store import Writer, baselines, records
from monitor.store.records import ProbeRow, RunRow
from probes.injection import BY_NAME
from tests.monitor.blindspots.test_closing import closed, paste, sentences

AN_HOUR, A_MINUTE = timedelta(hours=1), timedelta(minutes=1)
ITEMS = "$.items[*]"


def lived(config: Path, took: timedelta, counts: int) -> None:
    """A hundred good runs of `list`, of which two took that long; so many of them counted."""
    (config.parent / "var").mkdir(exist_ok=True)
    at = SystemClock().now() - 3 * AN_HOUR
    location = load(config).location

    def live(db: object) -> None:
        key = records.sync_probes(db, [ProbeRow("list", "list", "http")], at)["list"]  # type: ignore[arg-type]  # the writer's own
        for number in range(100):
            run = RunRow(
                probe=key,
                location=location,
                slot=at + number * A_MINUTE,
                started_at=at + number * A_MINUTE,
                outcome="PASS",
                reason=None,
                took=took if number in (3, 60) else timedelta(milliseconds=30),
                tries=1,
                phases={},
                note="",
                known=A_MINUTE,
            )
            records.add_run(db, run)  # type: ignore[arg-type]  # as above
        for _ in range(counts):
            baselines.add(db, key, at, {ITEMS: 6})  # type: ignore[arg-type]  # as above

    with closing(Writer(config.parent / "var" / DATABASE)) as writer:
        writer.submit(live).result(20)


async def test_what_a_probe_took_on_slow_days_is_known(config: Path) -> None:
    paste(config, f'expect.json."{ITEMS}".baseline = "30%"')
    loaded, now = load(config), SystemClock().now()
    nothing = await history(loaded, ["list", "page"], now)
    assert nothing == History({}, frozenset({"list"}))

    lived(config, timedelta(seconds=4), counts=2)
    few = await history(loaded, ["list", "page"], now)
    assert 3.8 <= few.slowest["list"].total_seconds() <= 4.2
    assert (set(few.slowest), set(few.unlearned)) == ({"list"}, {"list"})

    lived(config, timedelta(seconds=4), counts=1)
    assert (await history(loaded, ["list"], now)).unlearned == frozenset()


async def test_a_baseline_that_knows_nothing_yet_is_said_and_no_count_is_proposed(
    config: Path,
) -> None:
    paste(config, f'expect.json."{ITEMS}".baseline = "30%"')
    found = await closed(config, "list", faults=(BY_NAME["empty-lists"],))

    assert sentences(found)["empty-lists"].startswith("Nothing is learned yet: its baseline")
    assert not [each for each in found.remedies if each.lines]
