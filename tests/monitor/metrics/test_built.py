"""How well the watching is built: looked at once for a configuration, and again now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.metrics import Building, Built, Learnt
from monitor.metrics.built import EVERY
from monitor.store import Writer, baselines, records
from monitor.store.records import ProbeRow
from probes import Settings
from probes.expect import Pin, Shape
from tests.monitor.metrics.pages import Seen, samples
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

T = TypeVar("T")
WHAT = "$.items[*]"
SHAPE = Shape(fields={"$": "object"}, varies=())


class Expecting(Settings):
    """As the settings of a kind that counts, and learns the shape of answers."""

    pin: Any

    @property
    def expect(self) -> Any:
        return SimpleNamespace(json_={WHAT: SimpleNamespace(baseline=0.3)}, shape=self.pin)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with closing(Writer(tmp_path / "trueup.db", HandClock(NIGHT))) as made:
        made.submit(
            lambda db: records.sync_probes(db, [ProbeRow(n, n, "toy") for n in "ab"], NIGHT)
        ).result(20)
        yield made


async def test_what_is_still_to_be_learned_is_told_apart_until_three_good_runs(
    writer: Writer,
) -> None:
    pins = {"a": Pin("learn", Path(), shape=SHAPE), "b": Pin("learn", Path())}
    config = a_config(*(a_probe(n, settings=Expecting(pin=pins[n])) for n in pins))
    clock, asked = HandClock(NIGHT), 0
    building = Building(clock)

    async def ask(question: Callable[[Database], T]) -> T | None:
        nonlocal asked
        asked += 1
        return await writer.do(question)

    async def away(_: Callable[[Database], T]) -> T | None:
        return None

    def count(db: Database) -> None:
        for probe, found in ((1, 4), (1, 4), (2, 4), (2, 4), (1, 4)):
            baselines.add(db, probe, NIGHT, {WHAT: found})

    assert await building.look(config, away) is None
    first = await building.look(config, ask)
    assert first is not None
    assert first.baselines == Learnt(in_use=0, learning=2)
    await writer.do(count)
    assert await building.look(config, away) is first
    clock.wind(EVERY + timedelta(seconds=1))
    assert await building.look(config, away) is first, "old figures are better than none"
    found = await building.look(config, ask)
    assert found is not None
    assert (found.baselines, found.pins) == (Learnt(1, 1), Learnt(1, 1))
    assert found.components == {"a": found.score, "b": found.score}
    assert await building.look(a_config(a_probe("a")), away) is None
    reloaded = await building.look(a_config(a_probe("a")), ask)
    assert reloaded is not None
    assert (reloaded.pins, reloaded.baselines, asked) == (Learnt(), Learnt(), 3)


async def test_it_is_written_with_a_label_for_each_component_and_state() -> None:
    built = Built(score=91, components={"uploads": 100, "api": 82}, pins=Learnt(3, 1))
    found = samples(await Seen([a_probe("web")]).page(built=built))
    assert found["trueup_coverage_score", frozenset()] == 91
    assert found["trueup_component_coverage_score", frozenset({("component", "api")})] == 82
    assert found["trueup_pins", frozenset({("state", "in_use")})] == 3
    assert found["trueup_pins", frozenset({("state", "learning")})] == 1
    assert found["trueup_baselines", frozenset({("state", "learning")})] == 0
