"""Faults on the ways that are easily forgotten: pop-ups, workers, sockets, and requests of a
journey's own; and that nothing is written where nothing may be.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Error, expect
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from probes.browser import Browsers, Visit
from probes.browser.record import Record
from probes.injection import Asked, Given, Kept
from probes.injection.yesterday import LARGEST, MOST_BYTES, told
from probes.result import Facts, Outcome, Reason
from probes.scrub import Scrubber
from tests.probes.browser.injected import page_with, paths, run, with_cookie, words
from tests.support.recording import ANY, Recording, recording
from tests.support.sockets import greeting

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALK = """url => new Promise(done => {
  const heard = [], socket = new WebSocket(url);
  socket.onmessage = e => {
    heard.push(e.data);
    if (heard.length > 1) return done(heard);
    socket.send("x");
    setTimeout(() => done(heard), 1500);
  };
  socket.onerror = socket.onclose = () => done(heard);
})"""


@pytest.fixture
def site() -> Iterator[Recording]:
    with recording({"/": "<p>Home</p>", "/sent": "<p>Sent</p>", "/send": "x"}) as site:
        yield site


@pytest.fixture
def theirs() -> Iterator[Recording]:
    with recording({}) as site:
        yield site


async def test_nothing_is_sent_where_nothing_may_be(browsers: Browsers, site: Recording) -> None:
    async def asks(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        said = await visit.page.evaluate("fetch('/send', {method: 'POST'}).then(a => a.status)")
        assert said == 500

    answered = await run(browsers, asks, site, "writes-500", writes=False)
    assert (answered.outcome, answered.facts) == (Outcome.PASS, Facts(touched=1)), answered
    for fault in ("slow", ""):
        held = await run(browsers, asks, site, fault, writes=False)
        assert (held.outcome, held.facts.held_back) == (Outcome.FAIL, 1), held
    assert {method for method, _ in paths(site)} == {"GET"}


@pytest.mark.parametrize(
    ("verb", "options"),
    [("post", {}), ("delete", {}), ("fetch", {"method": "post"}), ("put", {})],
)
async def test_what_the_browser_never_sees_writes_nothing(
    browsers: Browsers, site: Recording, verb: str, options: dict[str, str]
) -> None:
    async def writes(visit: Visit) -> None:
        for _ in range(2):
            with pytest.raises(Error, match="BLOCKED_BY_CLIENT"):
                await getattr(visit.page.request, verb)(f"{visit.url}/send", **options)

    held = await run(browsers, writes, site, writes=False)
    assert held.facts.held_back, held
    assert paths(site) == []


async def test_what_the_browser_never_sees_is_no_evidence(
    browsers: Browsers, site: Recording
) -> None:
    async def asks(visit: Visit) -> None:
        answer = await visit.page.request.get(f"{visit.url}/sent")
        assert answer.ok

    passed_by = await run(browsers, asks, site, "status-500")
    assert (passed_by.outcome, passed_by.reason) == (Outcome.ERROR, Reason.JOURNEY_BROKEN)
    assert "page.request" in passed_by.summary
    assert paths(site) == [("GET", "/sent")]


@pytest.mark.parametrize(
    ("more", "heard", "sent"),
    [
        ({}, ["hello", "echo"], ["x"]),
        ({"fault": "slow"}, ["hello", "echo"], ["x"]),
        ({"fault": "slow", "writes": False}, [], []),
        ({"fault": "refused"}, [], []),
    ],
)
async def test_web_sockets_meet_a_fault_as_well(
    browsers: Browsers, theirs: Recording, more: Any, heard: list[str], sent: list[str]
) -> None:
    async def journey(visit: Visit) -> None:
        await visit.page.goto(theirs.address)
        assert await visit.page.evaluate(TALK, visit.params["url"]) == heard

    theirs.pages["/"] = "<p>Theirs</p>"
    async with greeting() as server:
        site = Recording({}, address=server.url.replace("ws", "http"))
        result = await run(browsers, journey, site, **more, params={"url": server.url})
    held = result.facts.held_back
    assert result.outcome is (Outcome.FAIL if held else Outcome.PASS), result
    assert bool(held) is (more.get("writes") is False)
    assert server.heard == sent


async def test_pop_ups_workers_and_what_asks_for_a_password_meet_it(
    browsers: Browsers, site: Recording
) -> None:
    table = "<main><table><tr><td>Row</td></tr></table></main>"
    worker = "self.onfetch = e => e.respondWith(fetch(e.request));"
    worker += "self.onactivate = e => e.waitUntil(clients.claim());"

    def guarded(request: Request) -> Response:
        if "authorization" in request.headers:
            return page_with(table)
        return Response("", 401, {"WWW-Authenticate": 'Basic realm="x"'})

    site.pages |= {
        "/": """<a href=/popup target=_blank>More</a><script type=module>
            await navigator.serviceWorker.register("/worker.js");
            await navigator.serviceWorker.ready; document.title = "ready";</script>""",
        "/worker.js": Response(worker, media_type="text/javascript"),
        "/popup": table,
        "/second": table,
        "/guarded": guarded,
    }
    seen: list[str] = []

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("ready")
        async with visit.page.expect_popup() as popping:
            await visit.page.get_by_text("More").click()
        popup = await popping.value
        await popup.wait_for_load_state()
        seen.append(await words(popup))
        for path in ("/second", "/guarded"):
            await visit.page.goto(visit.url + path)
            seen.append(await words(visit.page))

    options = {"http_credentials": {"username": "a", "password": "b"}}
    result = await run(browsers, journey, site, "empty-tables", options=options)
    assert (result.outcome, seen) == (Outcome.PASS, ["", "", ""]), result
    assert result.facts.touched == 3


async def test_what_is_kept_for_tomorrow_is_what_the_target_said_and_nobody_else(
    browsers: Browsers, site: Recording, theirs: Recording
) -> None:
    theirs.pages |= {"/": page_with("{}"), "/theirs": Response("{}", headers=ANY)}
    site.pages |= {
        "/": with_cookie(page_with("<script src=/code.js></script>"), "visitor"),
        "/code.js": Response("document.title = 'ran'", media_type="text/javascript"),
        "/api": Response('{"secret": "s3cr3t-of-the-house"}', media_type="application/json"),
        "/large": lambda _: Response(bytes(LARGEST + 1), media_type="application/json"),
    }
    ask = "urls => Promise.all(urls.map(url => fetch(url).then(answer => answer.text())))"

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await visit.page.evaluate(ask, ["/api", "/large", f"{theirs.address}/theirs"])
        await visit.page.goto(theirs.address)

    result = await run(browsers, journey, site, notes=True)
    assert result.outcome is Outcome.PASS, result
    found = {kept.asked.url.removeprefix(site.address): kept for kept in result.facts.answers}
    assert {path: each.cookies for path, each in found.items()} == {"/": set(), "/api": {"visitor"}}
    assert not any(name == "set-cookie" for name, _ in found["/"].given.headers)
    assert "s3cr3t" not in repr(result)


async def test_what_has_no_end_by_its_own_word_keeps_nobody_waiting(
    browsers: Browsers, site: Recording
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"part"
            await asyncio.sleep(0.05)

    def without_end(kind: str) -> Callable[[Request], Response]:
        return lambda _: StreamingResponse(parts(), media_type=kind)

    kinds = ("multipart/x-mixed-replace; boundary=part", "application/x-ndjson")
    site.pages |= {f"/{at}": without_end(kind) for at, kind in enumerate(kinds)}
    ask = """urls => Promise.all(urls.map(async url => {
      const reader = (await fetch(url)).body.getReader();
      await reader.read();
      await reader.cancel();
    }))"""

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await visit.page.evaluate(ask, ["/0", "/1"])

    result = await run(browsers, journey, site, notes=True)
    assert result.outcome is Outcome.PASS, result


@pytest.mark.parametrize("notes", [True, False])
async def test_what_a_worker_says_that_it_was_answered_is_weighed(*, notes: bool) -> None:
    good = told(Kept(Asked("GET", "https://example.org/"), Given(200, body=bytes(LARGEST))))
    record = Record(Scrubber(()), timedelta(seconds=9), notes=notes)
    record.take({"say": "found", "outcome": "PASS"}, 0)
    odd_ones: list[dict[str, Any]] = [{"body": "x"}, {"headers": 7}, {"status": float("inf")}]
    for odd in (*odd_ones, *([{}] * 9)):
        record.take({"say": "answered", **good, **odd}, 0)
    held = MOST_BYTES // LARGEST - 1 if notes else 0
    assert len(record.result(0).facts.answers) == held
    assert record.answers == []
