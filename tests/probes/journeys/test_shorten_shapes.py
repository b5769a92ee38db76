"""Shortening where the short address is shown for a moment, or only ever copied."""

from __future__ import annotations

from datetime import timedelta

import pytest

from probes import Outcome
from probes.journeys import shorten
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.uploads import scripted_shortener

pytestmark = pytest.mark.asyncio(loop_scope="module")
TARGET = "https://example.org/a/long/way?to=go#there"


@pytest.mark.parametrize("shows", ["toast", "copy", "older", "data", "named"])
async def test_the_short_address_is_found(
    travel: Travel, shows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shorten, "LOOK_AGAIN", timedelta(milliseconds=500))
    with serving(scripted_shortener(shows)) as address:
        result = await travel(journey="shorten", url=f"{address}/", target=TARGET)
    assert result.outcome is Outcome.PASS, result


@pytest.mark.usefixtures("impatient")
async def test_where_it_was_looked_for_is_told(travel: Travel) -> None:
    with serving(scripted_shortener("nowhere")) as address:
        result = await travel(journey="shorten", url=f"{address}/", target=TARGET)
    assert result.outcome is Outcome.FAIL
    assert "looked for the short address in links, fields, text and what a" in result.summary
    assert '"Shorten"' in result.summary
