"""What the daemon reads out of its store for Prometheus."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - a test of what reads the store

from monitor.clock import SystemClock
from monitor.daemon import figures, glancing
from monitor.health import Health
from monitor.punctuality import Punctuality
from monitor.store import Writer, fingerprints
from monitor.store.fingerprints import Change, Stands
from tests.monitor.cli.past import ago, past
from tests.support.clock import NIGHT, HandClock
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


def test_changes_count_until_they_are_settled_and_habits_never(tmp_path: Path) -> None:
    def change(db: Database, state: Stands, **more: Any) -> None:
        fingerprints.add(
            db,
            Change(
                target="web", origin="web", name="version", probe="web", was="1", became="2",
                seen_at=NIGHT, found_at=NIGHT, state=state, **more,
            ),
        )  # fmt: skip

    with closing(Writer(tmp_path / "trueup.db")) as writer:
        for state in (Stands.OPEN, Stands.TOLD, Stands.HABIT):
            writer.submit(partial(change, state=state)).result()
        writer.submit(partial(change, state=Stands.ACCEPTED, settled_at=NIGHT)).result()
        read = partial(figures.read_store, config=a_config(), clock=HandClock())
        assert writer.submit(read).result().changes == 2


def test_the_size_of_a_database_that_is_away_is_nothing(tmp_path: Path) -> None:
    assert figures.size_of(tmp_path / "trueup.db") == 0
    (tmp_path / "trueup.db").write_bytes(bytes(100))
    (tmp_path / "trueup.db-wal").write_bytes(bytes(20))
    assert figures.size_of(tmp_path / "trueup.db") == 120


async def test_while_the_database_hangs_whoever_asks_waits_for_it_once() -> None:
    clock, nothing = HandClock(), timedelta()
    asked = 0

    async def hang(_: object) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        clock.wind(figures.PATIENCE)
        raise TimeoutError

    crew: Any = SimpleNamespace(
        reader=SimpleNamespace(ask=hang),
        schedule=SimpleNamespace(late=nothing, punctuality=Punctuality()),
        keeper=SimpleNamespace(waits_since=lambda: nothing),
        press=SimpleNamespace(publisher=SimpleNamespace(age=nothing)),
        attending=SimpleNamespace(age=nothing),
    )
    gauge = figures.Gauge(crew, clock)
    said = await asyncio.gather(*(gauge.troubles() for _ in range(8)))
    assert said == [["unmeasured"]] * 8
    assert asked == 1
    clock.wind(2 * figures.FRESH)
    await gauge.troubles()
    assert asked == 2


async def test_scrapes_wait_together_for_a_store_that_hangs_and_then_not_at_all() -> None:
    clock, span = HandClock(), timedelta()
    asked, all_ask = 0, asyncio.Event()

    async def hang(_: object) -> None:
        nonlocal asked
        asked += 1
        if asked == 4:  # of each scrape, and how well the watching is built of one
            all_ask.set()
        await all_ask.wait()
        raise TimeoutError

    crew: Any = SimpleNamespace(
        reader=SimpleNamespace(ask=hang),
        writer=SimpleNamespace(waiting=0, commits=0, commit_s=0.0),
        schedule=SimpleNamespace(late=span, running=0, punctuality=Punctuality()),
        keeper=SimpleNamespace(waiting=0, waits_since=lambda: span, dropped=0),
        press=SimpleNamespace(publisher=SimpleNamespace(age=span)),
        attending=SimpleNamespace(age=span),
        recorder=SimpleNamespace(context=SimpleNamespace(config=a_config())),
    )
    gauge = figures.Gauge(crew, clock)
    async with asyncio.timeout(20):
        found = await asyncio.gather(*(gauge.own() for _ in range(3)))
    assert [(each.store, each.built) for each in found] == [(None, None)] * 3
    await gauge.own()
    assert asked == 4
    clock.wind(glancing.AGAIN)
    await gauge.own()
    assert asked == 5
