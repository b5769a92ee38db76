"""A drill ends what it opened, however it is ended itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from monitor.channels import Refused, reaching_out
from monitor.clock import SystemClock
from monitor.dispatch.drill import drill
from tests.support.notices import opened
from tests.support.telling import Far
from tests.support.waiting import until_async


async def test_a_drill_that_is_broken_off_still_ends_what_it_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitor.dispatch.drill.LAST_TRY", timedelta(seconds=0.5))
    done, stuck = Far(), Far(hangs=True)
    running = asyncio.create_task(_drilled(done=done, stuck=stuck))
    await until_async(lambda: done.confirmed and stuck.heard, "both heard of it")
    stuck.hangs = False
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert done.confirmed == [(0, "opened"), (0, "resolved")]


async def test_no_channel_stands_in_for_another_in_a_drill() -> None:
    refusing, other = Far([Refused("401")], fallback="other"), Far()
    await _drilled(refusing=refusing, other=other)
    assert refusing.heard == [(0, "opened")]
    assert other.heard == [(0, "opened"), (0, "resolved")]


async def _drilled(**fars: Far) -> None:
    async with reaching_out(SystemClock()) as outside:
        await drill(
            {name: far.channel(name) for name, far in fars.items()},
            opened(incident=0),
            (outside, str),
            within=timedelta(seconds=20),
            progress=lambda _: None,
        )
