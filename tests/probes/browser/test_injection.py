"""A fault stands between one run and its target: the page meets it, the target does not, and the
next run knows nothing of it.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect
from starlette.responses import RedirectResponse, Response, StreamingResponse

from probes.browser import Browsers, Visit
from probes.injection import Asked, Given, Injection
from probes.result import Facts, Outcome, Reason
from tests.probes.browser.injected import (
    FORM,
    page_with,
    paths,
    run,
    seeing,
    size,
    with_cookie,
    words,
)
from tests.probes.browser.test_carrying import PARENT
from tests.support.here import Here
from tests.support.recording import ANY, Recording, recording

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def site() -> Iterator[Recording]:
    with recording({"/": FORM, "/sent": "<p>Sent</p>"}) as site:
        site.pages["/send"] = with_cookie(RedirectResponse("/sent", 303), "session")
        yield site


@pytest.fixture
def theirs() -> Iterator[Recording]:
    with recording({}) as site:
        yield site


async def sends(visit: Visit) -> None:
    """Waits for nothing that will not come."""
    await visit.page.goto(visit.url)
    button = visit.page.get_by_role("button")
    assert await button.count(), "no button"
    await button.click()
    await expect(visit.page.get_by_text(re.compile("Sent|Server Error"))).not_to_have_count(0)
    assert "Sent" in await words(visit.page), "not sent"


@pytest.mark.parametrize(
    ("fault", "reason", "asked"),
    [
        ("refused", Reason.CONNECT_REFUSED, []),
        ("timeout", Reason.TIMEOUT, []),
        ("status-500", Reason.STEP_FAILED, []),
        ("writes-500", Reason.STEP_FAILED, [("GET", "/")]),
        ("empty-body", Reason.STEP_FAILED, [("GET", "/")]),
    ],
)
async def test_the_journey_meets_the_fault_and_the_next_one_does_not(
    browsers: Browsers,
    site: Recording,
    fault: str,
    reason: Reason,
    asked: list[tuple[str, str]],
) -> None:
    result = await run(browsers, sends, site, fault)
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason), result
    assert result.facts == Facts(touched=1)
    assert (result.artefacts, result.views, result.excerpt) == ((), (), "")
    assert paths(site) == asked
    after = await run(browsers, sends, site)
    assert (after.outcome, after.facts.touched) == (Outcome.PASS, 0), after


async def test_what_a_fault_leaves_alone_comes_as_it_was(
    browsers: Browsers, site: Recording
) -> None:
    seen: list[Mapping[str, str]] = []
    site.pages["/"] = with_cookie(page_with(FORM), "visitor", httponly=True)

    async def journey(visit: Visit) -> None:
        await sends(visit)
        cookies = await visit.page.context.cookies()
        seen.append({cookie["name"]: cookie["value"] for cookie in cookies})

    options = {"headers": {"X-Gate": "a"}, "block": ["*never*"]}
    result = await run(browsers, journey, site, "empty-tables", traceparent=PARENT, options=options)
    assert (result.outcome, result.facts.touched) == (Outcome.PASS, 0), result
    assert paths(site) == [("GET", "/"), ("POST", "/send"), ("GET", "/sent")]
    assert seen == [{"visitor": "1", "session": "1"}]
    assert set(site.carried("x-gate").values()) == {"a"}
    assert set(site.carried("traceparent").values()) == {PARENT}
    assert site.headers("/sent")["cookie"] == "visitor=1; session=1"


async def test_cookies_that_answers_set_are_lost_and_those_of_scripts_are_not(
    browsers: Browsers, site: Recording
) -> None:
    own = "<script>document.cookie = 'own=1'; document.title = 'x'</script>"
    site.pages |= {"/": with_cookie(page_with(own + FORM), "visitor", path="/send")}
    result = await run(browsers, sends, site, "cookies-dropped")
    assert (result.outcome, result.facts.touched) == (Outcome.PASS, 2), result
    assert site.headers("/send")["cookie"] == "own=1"
    assert site.headers("/sent")["cookie"] == "own=1"
    await run(browsers, sends, site)
    assert site.headers("/sent")["cookie"] == "own=1; session=1"


async def test_a_link_that_led_elsewhere_leads_nowhere(browsers: Browsers, site: Recording) -> None:
    site.pages |= {"/": RedirectResponse("/sent", 302)}
    seen: list[str] = []
    result = await run(browsers, seeing(words, seen), site, "link-lost")
    assert result.facts.touched == 1
    assert "Sent" not in seen[0]
    assert paths(site) == [("GET", "/")]


async def test_a_cache_that_is_stuck_is_so_for_one_run(browsers: Browsers, site: Recording) -> None:
    count = iter(range(10))
    site.pages["/"] = lambda _: page_with(f"<p>{next(count)}</p>")
    seen: list[str] = []

    async def twice(visit: Visit) -> None:
        for _ in range(2):
            await visit.page.goto(visit.url)
            seen.append(await words(visit.page))

    await run(browsers, twice, site, "stale")
    await run(browsers, twice, site, "stale")
    await run(browsers, twice, site)
    assert seen == ["0", "0", "1", "1", "2", "3"]


async def test_scripts_and_styles_are_missing_wherever_they_come_from(
    browsers: Browsers, site: Recording, theirs: Recording
) -> None:
    code = Response("document.title = 'ran'", media_type="text/javascript", headers=ANY)
    theirs.pages |= {"/code.js": code, "/picture": "x", "/frame": "x"}
    site.pages["/"] = "".join(
        (
            f"<script src={theirs.address}/code.js></script><script src=/own.js></script>",
            f"<link rel=stylesheet href=/own.css><iframe src={theirs.address}/frame></iframe>",
        )
    )
    seen: list[str] = []
    result = await run(browsers, seeing(lambda page: page.title(), seen), site, "assets-missing")
    assert (seen, result.facts.touched) == ([""], 3)
    assert paths(site) == [("GET", "/")]
    assert paths(theirs) == [("GET", "/frame")]


async def test_other_hosts_are_met_by_no_other_fault(
    browsers: Browsers, site: Recording, theirs: Recording
) -> None:
    theirs.pages["/"] = "<p>Theirs</p>"

    async def elsewhere(visit: Visit) -> None:
        await visit.page.goto(theirs.address)
        await expect(visit.page.get_by_text("Theirs")).to_be_visible()

    result = await run(browsers, elsewhere, site, "status-500")
    assert (result.outcome, result.facts.touched) == (Outcome.PASS, 0)


async def test_five_times_slower_is_really_waited_for(browsers: Browsers, site: Recording) -> None:
    def slow(_: Any) -> Response:
        time.sleep(0.2)
        return page_with(FORM)

    site.pages["/"] = slow
    result = await run(browsers, seeing(words, []), site, "slow")
    assert (result.outcome, result.facts.touched) == (Outcome.PASS, 1)
    assert result.took > timedelta(seconds=1)
    assert timedelta(seconds=0.8) <= result.facts.added < result.took


@pytest.mark.parametrize(("fault", "length"), [("writes-500", 100), ("truncated", 50)])
async def test_downloads_are_downloads_still(
    browsers: Browsers, site: Recording, fault: str, length: int
) -> None:
    saved = {"Content-Disposition": 'attachment; filename="a.txt"'}
    site.pages |= {
        "/": f"<a href=/file>Get</a>{'<!-- -->' * 40}",
        "/file": Response(b"0123456789" * 10, headers=saved),
    }
    got: list[int] = []

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        async with visit.page.expect_download() as caught:
            await visit.page.get_by_text("Get").click()
        got.append(size(await (await caught.value).path()))

    result = await run(browsers, journey, site, fault)
    assert (result.outcome, got) == (Outcome.PASS, [length]), result


async def test_what_is_packed_and_what_has_no_end_gets_through(
    browsers: Browsers, site: Recording
) -> None:
    async def endless() -> Any:
        yield "data: first\n\n"
        async with asyncio.timeout(3):
            await asyncio.Event().wait()

    script = """<script type=module>
      const stream = new EventSource("/stream");
      const first = await new Promise(done => { stream.onmessage = e => done(e.data) });
      stream.close();
      document.title = first + (await (await fetch("/packed")).text());</script>"""
    site.pages |= {
        "/": script,
        "/stream": lambda _: StreamingResponse(endless(), media_type="text/event-stream"),
        "/packed": Response(gzip.compress(b" second"), headers={"Content-Encoding": "gzip"}),
    }

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("first second")

    result = await run(browsers, journey, site, "wrong-environment")
    assert result.outcome is Outcome.PASS, result


async def test_a_fault_that_cannot_be_injected_is_no_evidence(
    browsers: Browsers, site: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(_: Injection, __: Asked) -> Given:
        return Given(200, (("X-Odd", "a\nb"),), b"")

    monkeypatch.setattr(Injection, "before", odd)
    result = await run(browsers, sends, site, "status-500")
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.CRASHED), result
    assert "could not be injected" in result.summary


async def test_nothing_of_a_broken_run_is_remembered(browsers: Here, site: Recording) -> None:
    async def signs_in(visit: Visit) -> None:
        await sends(visit)
        await visit.remember()

    await run(browsers, signs_in, site, "slow", session="s")
    assert not any(message.get("kept") for message in browsers.told)
    await run(browsers, signs_in, site, session="s")
    assert any(message.get("kept") for message in browsers.told)
