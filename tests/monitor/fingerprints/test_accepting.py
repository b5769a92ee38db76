"""People see what changed, and say that it is all right."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from monitor.acts.learning import accept
from monitor.acts.orders import AcceptChange, CannotAct, No
from tests.support.fingerprints import NEW, OLD, TARGET, Targets, targets


async def accepts(seen: Targets, number: int | None = None) -> str:
    at = seen.world.clock.now()
    work = partial(accept, order=AcceptChange(number=number), at=at)
    return (await seen.world.writer.do(work)).said


async def test_what_is_accepted_in_time_is_told_to_nobody(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        assert await accepts(seen, 1) == (
            f"Change 1, runtime Quill/5.6.40 → Quill/8.0.2 of {TARGET} is accepted."
        )
        assert await seen.waits() == []
        with pytest.raises(CannotAct, match="settled already: accepted") as no:
            await accepts(seen, 1)
        assert no.value.no is No.UNKNOWN_NUMBER
        with pytest.raises(CannotAct, match="there is no change 2; trueup changes lists all"):
            await accepts(seen, 2)
        assert await accepts(seen) == "Nothing changed that is not settled."


async def test_what_is_accepted_after_it_was_told_is_over(tmp_path: Path) -> None:
    async with targets(tmp_path) as seen:
        await seen.show(OLD, times=4)
        await seen.show(NEW, times=2)
        await seen.waits()
        assert (await accepts(seen)).endswith(
            "is accepted. Those who were told hear that it is over."
        )
        assert await seen.waits() == [f"oncall resolved change/{TARGET}"]
        assert (await seen.world.why())[-1] == "change_accepted"
