"""Signing in once for many journeys, and again when that has come to its end."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from probes import KINDS, Outcome, Reason, Result, Tools
from probes.browser.sessions import Sessions
from tests.probes.journeys.test_login import told
from tests.support.decoys import OrderSite
from tests.support.here import Here
from tests.support.serve import serving
from tests.support.signins import SharedSite
from tests.support.tools import borrowed_tools, settings_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

Run = Callable[[str], Awaitable[Result]]
_OWN = """
async def journey(visit):
    async with visit.step("look"):
        await visit.page.goto(visit.url)
        await visit.page.get_by_role("heading", name="Your library").wait_for(timeout=2000)
"""

_ORDERS = """
async def journey(visit):
    await visit.page.goto(visit.url)
    await visit.page.get_by_role("button", name="Order now").click(timeout=1000)
    await visit.page.get_by_role("heading", name="Thank you").wait_for(timeout=1000)
"""


def completed(tables: Mapping[str, dict[str, Any]], folder: Path = Path()) -> Mapping[str, Any]:
    """As the configuration puts probes together; nothing may be refused."""
    kind = KINDS["journey"]
    assert kind.complete is not None
    read = {id_: settings_of(kind, table, folder) for id_, table in tables.items()}
    refused: list[tuple[str, ...]] = []
    changed = kind.complete(read, lambda *said: refused.append(said))
    assert not refused
    return {**read, **changed}


@pytest.fixture
def site() -> Iterator[tuple[SharedSite, str]]:
    site = SharedSite()
    with serving(site.app) as address:
        yield site, address


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here() -> AsyncIterator[Tools]:
    async with borrowed_tools(browsers=Here()) as tools:
        yield tools


@pytest.fixture
def tools(here: Tools) -> Tools:
    """Nothing is remembered yet."""
    here.browsers._remembered = Sessions()  # type: ignore[attr-defined] # of a test's browsers
    return here


@pytest.fixture
def run(site: tuple[SharedSite, str], tools: Tools, tmp_path: Path) -> Run:
    """Runs one of the probes by its id."""
    (tmp_path / "own.py").write_text(_OWN)
    url = site[1]
    steps = [{"goto": "/"}, {"expect_text": "Your library"}]
    probes = completed(
        {
            "signin": told(f"{url}/login") | {"timeout": "20s"},
            "words": {"journey": "message", "url": url, "sign_in": "signin", "remove": False},
            "looks": {"steps": steps, "url": url, "sign_in": "signin", "timeout": "20s"},
            "own": {"journey": "own.py", "url": url, "sign_in": "signin", "timeout": "20s"},
        },
        tmp_path,
    )
    return lambda id_: KINDS["journey"].run(probes[id_], tools)


async def test_ten_journeys_sign_in_once(run: Run, site: tuple[SharedSite, str]) -> None:
    for id_ in ("words", "looks", "own", "words"):
        result = await run(id_)
        assert result.outcome is Outcome.PASS, (id_, result)
    assert site[0].signed_in == 1


async def test_what_the_probe_itself_signed_in_is_used_by_the_others(
    run: Run, site: tuple[SharedSite, str]
) -> None:
    assert (await run("signin")).outcome is Outcome.PASS
    first = await run("words")
    assert "sign in" not in [step.name for step in first.steps]
    assert site[0].signed_in == 1


async def test_the_probe_that_watches_signing_in_always_does_it_afresh(
    run: Run, site: tuple[SharedSite, str]
) -> None:
    for _ in range(2):
        assert (await run("signin")).outcome is Outcome.PASS
    assert site[0].signed_in == 2


@pytest.mark.parametrize("id_", ["words", "looks"])
async def test_a_session_that_has_ended_is_followed_by_a_new_one(
    run: Run, site: tuple[SharedSite, str], id_: str
) -> None:
    assert (await run(id_)).outcome is Outcome.PASS
    site[0].end_sessions()
    for _ in range(2):
        assert (await run(id_)).outcome is Outcome.PASS
    assert site[0].signed_in == 2


async def test_what_cannot_tell_that_its_session_has_ended_is_run_again(
    run: Run, site: tuple[SharedSite, str]
) -> None:
    assert (await run("own")).outcome is Outcome.PASS
    site[0].end_sessions()
    assert (await run("own")).outcome is Outcome.PASS
    assert site[0].signed_in == 2


_SIGNED_IN_AFRESH = "the session that was remembered had ended; it was signed in afresh"


@pytest.fixture(params=["steps", "own"])
def order(request: pytest.FixtureRequest, here: Tools, tmp_path: Path) -> Callable[..., Any]:
    """Signs in to a shop, and gives what orders there once, with steps or a journey of one's own.

    What it returns runs the probe of an id.
    """
    (tmp_path / "order.py").write_text(_ORDERS)
    steps = [{"click": "Order now"}, {"expect_text": "Thank you", "up_to": "1s"}]
    made: dict[str, Any] = {"journey": "order.py"}
    if request.param == "steps":
        made = {"steps": steps}
    here.browsers._remembered = Sessions()  # type: ignore[attr-defined] # of a test's browsers

    def probes(address: str) -> Run:
        more = {"url": f"{address}/order", "sign_in": "signin", "timeout": "20s"}
        tables = {"signin": told(f"{address}/login"), "order": made | more}
        read = completed(tables, tmp_path)
        return lambda id_: KINDS["journey"].run(read[id_], here)

    return probes


def times_begun(tools: Tools) -> int:
    """How often the last run was made."""
    said = [message["say"] for message in tools.browsers.told]  # type: ignore[attr-defined] # of an own journey
    return 1 + said.count("again")


@pytest.mark.parametrize(
    ("order", "loses"), [("steps", False), ("steps", True), ("own", False)], indirect=["order"]
)
async def test_an_order_that_fails_every_second_time_fails_and_is_made_once(
    order: Callable[[str], Run], here: Tools, loses: bool
) -> None:
    shop = OrderSite(loses=loses)
    with serving(shop.app) as address:
        run = order(address)
        assert (await run("signin")).outcome is Outcome.PASS
        result = await run("order")
    assert result.outcome is Outcome.FAIL
    assert shop.orders == [500]
    assert (times_begun(here), shop.signed_in) == (1, 1)
    assert _SIGNED_IN_AFRESH not in result.warnings


async def test_a_session_that_had_ended_costs_one_order_and_what_was_run_again_is_told(
    order: Callable[[str], Run], here: Tools
) -> None:
    shop = OrderSite()
    shop.orders.append(500)
    with serving(shop.app) as address:
        run = order(address)
        assert (await run("signin")).outcome is Outcome.PASS
        shop.end_sessions()
        result = await run("order")
    assert result.outcome is Outcome.PASS, result
    assert shop.orders == [500, 200]
    assert shop.signed_in == 2
    assert (_SIGNED_IN_AFRESH in result.warnings) == (times_begun(here) == 2)


async def test_a_wrong_password_is_what_every_journey_behind_it_says(
    site: tuple[SharedSite, str], tools: Tools, curt: None
) -> None:
    probes = completed(
        {
            "signin": told(f"{site[1]}/login", "swordfish"),
            "words": {"journey": "message", "url": site[1], "sign_in": "signin"},
        }
    )
    result = await KINDS["journey"].run(probes["words"], tools)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.SIGN_IN_REFUSED)
    assert result.steps[-1].name == "sign in"
    assert "swordfish" not in repr(result)


async def test_a_probe_with_what_it_shares_can_go_to_another_process() -> None:
    login = told("https://example.org/login")
    message = {"journey": "message", "url": "https://example.org/", "sign_in": "signin"}
    probes = completed({"signin": login, "words": message})
    for probe in probes.values():
        assert pickle.loads(pickle.dumps(probe)) == probe
    copied = pickle.loads(pickle.dumps(probes["signin"]))
    assert copied.session == probes["words"].login.session
    assert copied.session


async def test_a_session_ends_with_the_password_that_began_it(
    site: tuple[SharedSite, str], tools: Tools, curt: None
) -> None:
    def words(password: str) -> Any:
        login = told(f"{site[1]}/login", password)
        message = {"journey": "message", "url": site[1], "sign_in": "signin", "remove": False}
        return completed({"signin": login, "words": message})["words"]

    right = told("")["password"]
    assert (await KINDS["journey"].run(words(right), tools)).outcome is Outcome.PASS
    result = await KINDS["journey"].run(words("swordfish"), tools)
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.SIGN_IN_REFUSED)
    assert (await KINDS["journey"].run(words(right), tools)).outcome is Outcome.PASS
    assert site[0].signed_in == 1, "what was right is still remembered"
