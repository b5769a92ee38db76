"""The ready-made journeys through faults, at the practice site: what they meet in a browser, and
where they ask without one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio
from starlette.responses import RedirectResponse

from practice import RawHttp, create_app
from practice.seed import EMAIL, PASSWORD
from probes import KINDS, Outcome, Reason, Result, Tools
from probes.injection import BY_NAME
from probes.traits import Trait
from tests.support.here import Here
from tests.support.recording import recording
from tests.support.serve import serving
from tests.support.tools import borrowed_tools, settings_of

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.usefixtures("impatient", "curt"),
]

CANARY = {"username": EMAIL, "password": PASSWORD}


@dataclass
class Journeys:
    """To the practice site at that address."""

    address: str
    tools: Tools

    def table(self, name: str) -> Mapping[str, Any]:
        sign_in = {"url": f"{self.address}/sign-in", **CANARY}
        tables: dict[str, dict[str, Any]] = {
            "login": sign_in | {"expect_text": "Your library"},
            "message": {"url": f"{self.address}/messages", "login": sign_in},
            "upload": {"url": f"{self.address}/uploads"},
            "shorten": {"url": f"{self.address}/shorten", "target": f"{self.address}/about"},
        }
        return tables[name]

    async def through(
        self, fault: str, name: str, table: Mapping[str, Any] | None = None, **more: Any
    ) -> Result:
        """An ordinary run where *fault* is empty."""
        kind = KINDS["journey"]
        keys = {"journey": name, "timeout": "15s", **(table or self.table(name))}
        tools = replace(self.tools, fault=BY_NAME.get(fault), **more)
        return await kind.run(settings_of(kind, keys), tools)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(create_app(tmp_path_factory.mktemp("state")), http=RawHttp) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def journeys(site: str) -> AsyncIterator[Journeys]:
    async with borrowed_tools(browsers=Here()) as tools:
        yield Journeys(site, tools)


def cells(table: str) -> list[tuple[str, str, str, bool]]:
    """Of each line: fault, journey, reason or that it passes, and whether it met the fault."""
    rows = (line.split() for line in table.strip().splitlines())
    return [(row[0], row[1], row[2], len(row) == 3) for row in rows]


CELLS = """
    refused         login    connect_refused
    refused         upload   connect_refused
    timeout         shorten  timeout
    status-500      message  status
    status-500      shorten  status
    writes-500      login    status
    writes-500      upload   status
    writes-500      shorten  status
    slow            shorten  passes
    empty-body      upload   element_missing
    another-page    shorten  element_missing
    sign-in-page    login    sign_in_refused
    sign-in-page    upload   element_missing
    truncated       upload   element_missing
    stale           message  message_missing
    stale           upload   file_missing
    stale           shorten  passes
    empty-tables    upload   file_missing
    empty-tables    shorten  passes untouched
    assets-missing  shorten  passes
    upload-refused  upload   file_missing
    upload-refused  shorten  passes untouched
    link-lost       shorten  wrong_target
    link-lost       upload   passes untouched
    cookies-dropped login    sign_in_refused
    cookies-dropped upload   file_missing
"""


@pytest.mark.parametrize(("fault", "journey", "found", "touched"), cells(CELLS))
async def test_what_a_journey_notices(
    journeys: Journeys, fault: str, journey: str, found: str, touched: bool
) -> None:
    result = await journeys.through(fault, journey)
    reason = None if found == "passes" else Reason(found)
    outcome = Outcome.PASS if reason is None else Outcome.FAIL
    assert (result.outcome, result.reason) == (outcome, reason), result
    assert bool(result.facts.touched) is touched, result.facts


async def test_a_journey_right_after_a_broken_one_passes(journeys: Journeys) -> None:
    await journeys.through("cookies-dropped", "shorten")
    result = await journeys.through("", "upload")
    assert (result.outcome, result.facts.touched) == (Outcome.PASS, 0), result


async def test_short_links_may_have_a_host_of_their_own(journeys: Journeys) -> None:
    target = f"{journeys.address}/about"
    with recording({"/s/abc123": RedirectResponse(target, 302)}) as short, recording({}) as site:
        link = f"{short.address}/s/abc123"
        site.pages |= {
            "/": "<form method=post action=/made><input type=url><button>Shorten</button></form>",
            "/made": f"<p>Your link: <a href={link}>{link}</a></p>",
        }
        there = replace(journeys, address=site.address)
        table = {"url": site.address, "target": target}
        plain = await there.through("", "shorten", table)
        lost = await there.through("link-lost", "shorten", table)
    assert plain.outcome is Outcome.PASS, plain
    assert (lost.outcome, lost.reason) == (Outcome.FAIL, Reason.WRONG_TARGET), lost
    assert lost.facts.touched == 1


async def test_a_journey_that_may_not_write_says_what_it_did_not_send(journeys: Journeys) -> None:
    result = await journeys.through("slow", "shorten", writes=False)
    assert (result.outcome, result.facts.held_back) == (Outcome.FAIL, 1), result
    assert result.took.total_seconds() < 2, "it waited for what could not come"


async def test_a_journey_notices_another_environment_where_it_signs_in_first(
    journeys: Journeys,
) -> None:
    table = {**journeys.table("message"), "expect_environment": "production"}
    seen = await journeys.through("wrong-environment", "message", table)
    assert (seen.outcome, seen.reason) == (Outcome.FAIL, Reason.WRONG_ENVIRONMENT), seen
    plain = await journeys.through("", "message", table)
    assert (plain.outcome, plain.facts.traits[Trait.ENVIRONMENT]) == (Outcome.PASS, "production")
