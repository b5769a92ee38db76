"""While every hostile server is met at the same time, a probe of one that is well stays on time."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import uvloop

from probes import Outcome, Tools
from tests.faults.wire.meeting import Farm, farm, lent, meet, settings_for
from tests.faults.wire.tables import CASES, WELL

EVERY = 0.02
APART = 0.004
"""Seconds between two hostile servers, as between probes that a schedule spreads."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One run of the probe beside them, in seconds.

    `held` is what the loop computed from when the run before it was due until this one began. It
    counts for more than the clock does: the machine may be doing something else, the loop not.
    """

    outcome: Outcome
    held: float
    took: float


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[Farm]:
    folder = tmp_path / "hostile"
    folder.mkdir()
    with farm(folder) as servers:
        yield servers


@pytest.fixture
def well(tmp_path: Path) -> Iterator[Farm]:
    """In a process of its own, which nobody keeps busy."""
    with farm(tmp_path, WELL.name) as servers:
        yield servers


async def _meet_them_all(hostile: Farm, tools: Tools) -> None:
    meeting = []
    for case in CASES:
        meeting.append(asyncio.create_task(meet(case, hostile, tools)))
        await asyncio.sleep(APART)
    await asyncio.gather(*meeting)


async def _ask(well: Farm, tools: Tools, held: float) -> Asked:
    began = time.monotonic()
    met = await meet(WELL, well, tools)
    return Asked(met.result.outcome, held, time.monotonic() - began)


async def _beside(well: Farm, hostile: Farm) -> list[Asked]:
    """Asks the well one every so often until all hostile ones are through."""
    tools = lent()
    meeting = asyncio.create_task(_meet_them_all(hostile, tools))
    asking, began, computed = [], time.monotonic(), time.thread_time()
    for number in count(1):
        await asyncio.sleep(began + number * EVERY - time.monotonic())
        if meeting.done():
            break
        held, computed = time.thread_time() - computed, time.thread_time()
        asking.append(asyncio.create_task(_ask(well, tools, held)))
    await meeting
    return await asyncio.gather(*asking)


def test_the_probe_of_a_server_that_is_well_stays_on_time(well: Farm, hostile: Farm) -> None:
    for case in CASES:
        settings_for(case, hostile)
    asked = uvloop.run(_beside(well, hostile))
    held = sorted(each.held for each in asked)
    assert {each.outcome for each in asked} == {Outcome.PASS}
    assert statistics.median(each.took for each in asked) < 0.5
    assert held[int(len(held) * 0.95)] < 0.1
    assert held[-1] < 1.0
