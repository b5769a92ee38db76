"""Sending a message, and whether it stays."""

from __future__ import annotations

from typing import Any

import pytest

from probes import Outcome, Reason, Result
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.webapps import board

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def sent(travel: Travel, app: Any, **more: Any) -> Result:
    with serving(app) as address:
        return await travel(journey="message", url=address, **more)


async def test_a_message_is_seen_twice_and_removed(travel: Travel) -> None:
    app = board()
    result = await sent(travel, app)
    assert result.outcome is Outcome.PASS, result
    told = ["open", "send", "see", "see again", "remove"]
    assert [step.name for step in result.steps] == told
    assert app.state.messages == {0: "Somebody else wrote this"}


async def test_a_message_may_be_left_there(travel: Travel) -> None:
    app = board()
    assert (await sent(travel, app, text="Good morning", remove=False)).outcome is Outcome.PASS
    assert app.state.messages[1].startswith("Good morning ")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("app", "step", "said"),
    [
        (board(keeps=False), "see", "does not appear"),
        (board(forgets=True), "see again", "gone when the page is opened again"),
    ],
)
async def test_a_message_that_is_lost_is_told(
    travel: Travel, app: Any, step: str, said: str
) -> None:
    result = await sent(travel, app)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.MESSAGE_MISSING), result
    assert result.steps[-1].name == step
    assert said in result.summary
