"""What one run remembered, the next ones of its session begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from probes.browser import Browsers, Errand, Visit
from probes.result import Outcome
from tests.support.serve import serving
from tests.support.webapps import odd_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browsers() -> AsyncIterator[Browsers]:
    """Processes of their own: what is remembered travels there and back."""
    lent = Browsers(slots=1)
    yield lent
    await lent.close()


async def remembers(visit: Visit) -> None:
    """Adds a letter to what it finds in storage, and tells what there is then."""
    await visit.page.goto(visit.url)
    said = "localStorage.said = (localStorage.said || '') + 'x'"
    visit.warn(await visit.page.evaluate(said))
    await visit.remember()


async def test_a_fresh_run_begins_with_nothing_and_what_it_remembers_counts_from_then_on(
    browsers: Browsers,
) -> None:
    said: list[str] = []
    with serving(odd_site()) as address:
        for session, fresh in (("a", False), ("a", False), ("a", True), ("a", False), ("b", False)):
            errand = Errand(
                journey=remembers,
                url=f"{address}/cookie",
                timeout=timedelta(seconds=30),
                session=session,
                fresh=fresh,
            )
            result = await browsers.run(errand)
            assert result.outcome is Outcome.PASS, result
            said += result.warnings
    assert said == ["x", "xx", "x", "xx", "x"]
