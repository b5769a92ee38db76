"""The first page of a target says what serves it and which environment it is of; a journey tells
the one, and fails where the other is not the expected one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import pytest
from starlette.responses import HTMLResponse, RedirectResponse

from probes.browser import Browsers, Failure, Journey, Visit
from probes.fingerprint import Reader
from probes.result import Outcome, Reason
from probes.traits import Trait
from tests.probes.browser.injected import FORM, paths, run
from tests.support.recording import Recording, recording

pytestmark = pytest.mark.asyncio(loop_scope="module")
STACK = {
    "Server": "gate",
    "Via": "1.1 edge",
    "X-Powered-By": "Quill/8.0.2",
    "X-App-Version": "1.4.1 swordfish-7",
    "X-Environment": "staging",
}
SECRET = {"secrets": {"word": "swordfish-7"}}
WRONG = "staging answers, expected production"
UNSAID = "the page does not say which environment it is of, expected production"


@pytest.fixture
def site() -> Iterator[Recording]:
    with recording({"/": HTMLResponse(FORM, headers=STACK), "/plain": FORM}) as site:
        yield site


async def opens(visit: Visit) -> None:
    await visit.page.goto(visit.url + visit.params.get("path", "/"))


async def fails(visit: Visit) -> None:
    await opens(visit)
    raise Failure(Reason.STEP_FAILED, "there is no field")


async def tells(browsers: Browsers, site: Recording, wanted: str, **more: Any) -> Any:
    journey: Journey = more.pop("journey", opens)
    params = {"path": more.pop("path", "/")}
    options = {"expect_environment": wanted} if wanted else {}
    return await run(browsers, journey, site, options=options, params=params, **more)


@pytest.mark.parametrize("journey", [opens, fails])
async def test_a_journey_tells_what_serves_the_page_also_where_it_fails(
    browsers: Browsers, site: Recording, journey: Journey
) -> None:
    told = (await tells(browsers, site, "", journey=journey, **SECRET)).facts.traits
    assert (told[Trait.RUNTIME], told[Trait.ENVIRONMENT]) == ("Quill/8.0.2", "staging")
    assert told[Trait.VERSION].startswith("1.4.1 ")
    assert "swordfish" not in str(told)
    assert set(told) == {Trait.SERVER, Trait.RUNTIME, Trait.VERSION, Trait.ENVIRONMENT}


async def test_what_a_journey_tells_is_what_an_http_probe_tells(
    browsers: Browsers, site: Recording
) -> None:
    told = (await tells(browsers, site, "")).facts.traits
    fields = [(name.lower().encode(), value.encode()) for name, value in STACK.items()]
    served = (b"server", b"uvicorn")  # the one that serves it says so, too
    assert told == Reader().read([served, *fields], b"", b"", "", tuple)


async def test_neither_strangers_nor_errors_nor_faults_nor_our_troubles_tell_of_the_target(
    browsers: Browsers, site: Recording
) -> None:
    async def breaks(visit: Visit) -> None:
        await opens(visit)
        raise KeyError("ours")

    async def strays(visit: Visit) -> None:
        await visit.page.goto(visit.params["elsewhere"])

    with recording({"/": HTMLResponse(FORM, headers=STACK)}) as theirs:
        elsewhere = {"elsewhere": theirs.address}
        assert not (await run(browsers, strays, site, params=elsewhere)).facts.traits
    site.pages["/down"] = HTMLResponse("down", 503, STACK)
    assert not (await tells(browsers, site, "", path="/down")).facts.traits
    assert not (await tells(browsers, site, "", fault="slow")).facts.traits
    broken = await tells(browsers, site, "", journey=breaks)
    assert (broken.outcome, broken.facts.traits) == (Outcome.ERROR, MappingProxyType({}))


@pytest.mark.parametrize(
    ("page", "wanted", "found"),
    [
        ("/", "Staging", ""),
        ("/", "production", WRONG),
        ("/plain", "production", UNSAID),
        ("/meta", "staging", ""),
        ("/meta", "production", WRONG),
        ("/led", "production", WRONG),
        ("/body", "production", WRONG),
        ("/drawn", "production", WRONG),
    ],
)
async def test_a_journey_through_another_environment_fails(
    browsers: Browsers, site: Recording, page: str, wanted: str, found: str
) -> None:
    styles = "<style>p { margin: 0 }</style>" * 1000
    site.pages |= {
        "/meta": f"<head>{styles}<meta name=environment content=staging></head>" + FORM,
        "/led": RedirectResponse("/meta"),
        "/body": f"<body data-env=staging>{FORM}",
        "/drawn": "<p>Home</p><script>document.body.dataset.env = 'staging'</script>",
    }
    result = await tells(browsers, site, wanted, path=page)
    if not found:
        assert result.outcome is Outcome.PASS, result
        return
    assert (result.outcome, result.reason) == (Outcome.FAIL, Reason.WRONG_ENVIRONMENT), result
    assert result.summary == found
    assert result.artefacts[0].name == "screenshot.png"


async def test_that_another_environment_answers_goes_before_what_is_missing_there(
    browsers: Browsers, site: Recording
) -> None:
    result = await tells(browsers, site, "production", journey=fails)
    assert (result.reason, result.summary) == (
        Reason.WRONG_ENVIRONMENT,
        f"{WRONG}; and then: there is no field",
    )
    unsaid = await tells(browsers, site, "production", journey=fails, path="/plain")
    assert (unsaid.reason, unsaid.summary) == (Reason.STEP_FAILED, "there is no field")


async def test_the_fault_of_another_environment_is_seen(
    browsers: Browsers, site: Recording
) -> None:
    unseen = await tells(browsers, site, "", fault="wrong-environment")
    assert (unseen.outcome, unseen.facts.touched) == (Outcome.PASS, 1)
    seen = await tells(browsers, site, "staging", fault="wrong-environment")
    assert (seen.reason, seen.facts.touched) == (Reason.WRONG_ENVIRONMENT, 1), seen


async def test_a_journey_that_may_not_write_ends_where_it_would(
    browsers: Browsers, site: Recording
) -> None:
    ended: list[float] = []

    async def waits(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await visit.page.get_by_role("button").click()
        ended.append(time.monotonic())
        await visit.page.get_by_text("Sent").wait_for()

    held = await run(browsers, waits, site, writes=False)
    assert (held.outcome, held.reason, held.facts.held_back) == (
        Outcome.FAIL,
        Reason.STEP_FAILED,
        1,
    ), held
    assert held.took.total_seconds() < 2
    assert paths(site) == [("GET", "/")]
