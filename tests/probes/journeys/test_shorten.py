"""Shortening an address, wherever the short one is shown."""

from __future__ import annotations

from typing import Any

import pytest

from probes import Outcome, Reason, Result
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.webapps import shortener

pytestmark = pytest.mark.asyncio(loop_scope="module")
TARGET = "https://example.org/a/long/way?to=go#there"


async def shortened(travel: Travel, app: Any, target: str = TARGET, **more: str) -> Result:
    with serving(app) as address:
        url = f"{address}/"
        return await travel(journey="shorten", url=url, target=target or f"{url}about", **more)


@pytest.mark.parametrize("shows", ["link", "field", "text", "bare"])
@pytest.mark.parametrize("target", [TARGET, ""])
async def test_the_short_address_leads_exactly_there(
    travel: Travel, shows: str, target: str
) -> None:
    result = await shortened(travel, shortener(shows), target)
    assert result.outcome is Outcome.PASS, result
    assert [step.name for step in result.steps] == ["open", "shorten", "see", "follow"]


@pytest.mark.parametrize("elsewhere", ["https://example.org/", f"{TARGET}&x", "/x999"])
async def test_an_address_that_leads_elsewhere_is_told(travel: Travel, elsewhere: str) -> None:
    result = await shortened(travel, shortener(leads_to=elsewhere))
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.WRONG_TARGET), result
    assert f"instead of leading to {TARGET}" in result.summary


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        (500, Reason.STATUS, "answered 500"),
        (422, Reason.ELEMENT_MISSING, "Something went wrong. (POST"),
    ],
)
async def test_a_shortener_that_does_not_shorten_is_told(
    travel: Travel, status: int, reason: Reason, said: str
) -> None:
    result = await shortened(travel, shortener(status=status))
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason), result
    assert said in result.summary


async def test_the_place_of_the_result_can_be_named(travel: Travel) -> None:
    named = {"url_field": "placeholder=Paste a link", "result_locator": "css=main > a >> nth=0"}
    result = await shortened(travel, shortener("link"), **named)
    assert result.outcome is Outcome.PASS, result
