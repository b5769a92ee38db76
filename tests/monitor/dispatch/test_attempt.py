"""One attempt: bounded, honest, scrubbed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.channels import Delivered, Refused, Retry, reaching_out
from monitor.clock import SystemClock
from monitor.dispatch import attempt
from monitor.dispatch.attempt import Attempts
from monitor.notices import EventKind, to_json
from tests.support.notices import opened, resolved
from tests.support.telling import Far


async def test_a_channel_that_never_comes_back_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt, "GRACE", timedelta(seconds=-9.9))
    async with reaching_out(SystemClock()) as outside:
        answer = await Attempts(outside, str).confirm(opened(), Far(hangs=True).channel("far"))
    assert answer == Retry("no confirmation in time")


async def test_what_a_far_end_says_is_scrubbed() -> None:
    far = Far([Refused("token hunter2 is not valid")])
    async with reaching_out(SystemClock()) as outside:
        attempts = Attempts(outside, lambda text: text.replace("hunter2", "…"))
        assert await attempts.confirm(opened(), far.channel("far")) == Refused(
            "token … is not valid"
        )


async def test_a_stored_body_that_cannot_be_read_is_our_trouble() -> None:
    async with reaching_out(SystemClock()) as outside:
        answer = await Attempts(outside, str).send(Far().channel("far"), "{}")
    assert answer == Retry("our own trouble: ValueError")


@pytest.mark.parametrize("event", EventKind)
async def test_only_what_goes_on_can_be_acknowledged(event: EventKind) -> None:
    far = Far()
    async with reaching_out(SystemClock()) as outside:
        attempts = Attempts(outside, str, lambda notice: f"https://example.org/{notice.incident}")
        for incident in (7, 0):
            notice = opened(event=event, incident=incident)
            assert await attempts.confirm(notice, far.channel("far")) == Delivered()
    link = "https://example.org/7" if event in attempt.GOES_ON else ""
    assert [notice.acknowledge for notice in far.notices] == [link, ""]


async def test_what_needs_nothing_added_leaves_as_it_is_stored() -> None:
    far, body = Far(), to_json(resolved()).replace('"version":1', '"version":1,"more":2')
    async with reaching_out(SystemClock()) as outside:
        await Attempts(outside, str).send(far.channel("far"), body)
        await Attempts(outside, str).send(far.channel("far"), body, untold=True)
    assert far.bodies[0] == body
    assert far.bodies[1] == to_json(resolved(untold=True))
