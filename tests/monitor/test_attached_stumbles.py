"""Whatever stumbles while a page is written costs words, and never the page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from monitor import attached, objectives
from monitor.config.changes import Capture
from monitor.notices import Notice
from tests.support.attending import World, a_world, routed
from tests.support.deployed import CHANGES, PROMISE, deploys_it, named
from tests.support.notices import opened


@pytest.mark.parametrize("table", ["deploy", "action", "capture"])
async def test_a_table_that_is_gone_costs_words_and_no_page(tmp_path: Path, table: str) -> None:
    capture = Capture(id="journal", probes=("signin",), command=("journalctl",))
    changes = replace(CHANGES, captures={"journal": capture} if table == "capture" else {})
    async with a_world(tmp_path, routed(), changes=changes) as world:
        await world.writes(f"ALTER TABLE {table} RENAME TO lost")
        with capture_logs() as logs:
            if table == "capture":  # letters ask it how long they wait
                notice = await _opened_notice(world)
                assert notice.incident == 7
            else:
                await world.fails("signin")
                assert await world.told() == ["oncall opened signin"]
    said = [log for log in logs if log["event"] == "a notice goes without some of its words"]
    assert said


async def _opened_notice(world: World) -> Notice:
    work = partial(
        attached.to_opening,
        context=world.recorder.context,
        notice=opened(incident=7),
        probe_id="signin",
        at=world.clock.now(),
    )
    return await world.writer.do(work)


async def test_an_objective_that_cannot_be_read_costs_words_and_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(objectives, "left", stumbles)
    changes = replace(CHANGES, objectives={"signin": PROMISE})
    async with a_world(tmp_path, routed(), changes=changes) as world:
        await deploys_it(world)
        await world.fails("signin")
        [body] = await world.bodies()
    assert (named(body), body["budgets"]) == (["api 1.4.2"], [])
