"""Messages where they are written, listed and asked about in a page's own way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from probes import Outcome, Reason, Result
from probes.journeys import listing, message
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.uploads import PER_PAGE, odd_board

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def sent(travel: Travel, app: Any, **more: Any) -> Result:
    with serving(app) as address:
        return await travel(journey="message", url=f"{address}/", **more)


@pytest.mark.parametrize("shape", ["asks", "chat", "page"])
async def test_a_message_is_seen_twice_and_removed(
    travel: Travel, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message, "LOOK_AGAIN", timedelta(seconds=1))
    monkeypatch.setattr(message, "FOR_A_FIELD", timedelta(milliseconds=300))
    app = odd_board(shape)
    result = await sent(travel, app)
    assert result.outcome is Outcome.PASS, result
    assert not result.warnings
    assert len(app.state.messages) == PER_PAGE


@pytest.mark.usefixtures("impatient")
async def test_a_message_that_is_gone_later_is_removed_where_it_was_seen(travel: Travel) -> None:
    app = odd_board("plain", forgets=True)
    result = await sent(travel, app)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.MESSAGE_MISSING), result
    assert result.steps[-1].name == "see again"
    assert len(app.state.messages) == PER_PAGE
    assert not result.warnings


async def test_what_killed_runs_left_behind_is_removed(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, now = odd_board("plain"), listing._minute_now()
    with monkeypatch.context() as yesterday:
        yesterday.setattr(listing, "_minute_now", lambda: now - 1440)
        app.state.messages[90] = f"A message from our own monitoring {listing.unique()}"
        left = f"A message from our own monitoring {listing.unique()}"
        app.state.messages[91] = f"Somebody else's {listing.unique()}"
        app.state.messages[93] = f"What is this? > {left} Please keep this"
        app.state.messages[94] = f"<b>anna</b> {left}"
    app.state.messages[92] = f"A message from our own monitoring {listing.unique()}"
    result = await sent(travel, app)
    assert result.outcome is Outcome.PASS, result
    assert list(app.state.messages) == [*range(PER_PAGE), 91, 93, 94, 92]
