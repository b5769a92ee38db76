"""What requests carry, to whom, and which are not made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Error, Route, expect
from pydantic import TypeAdapter
from starlette.responses import RedirectResponse, Response

from probes.browser import BrowserOptions, Browsers, Errand, Journey, Visit
from probes.browser.worker.blocking import BLOCKED
from probes.result import Outcome, Result
from tests.support.recording import ANY, Recording, recording

pytestmark = pytest.mark.asyncio(loop_scope="module")

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def ours() -> Iterator[Recording]:
    with recording({}) as site:
        yield site


@pytest.fixture
def theirs() -> Iterator[Recording]:
    with recording({}) as site:
        yield site


async def travel(
    browsers: Browsers, journey: Journey, site: Recording, traceparent: str = PARENT, **options: Any
) -> Result:
    result = await browsers.run(
        Errand(
            journey=journey,
            url=site.address,
            timeout=timedelta(seconds=20),
            hosts=frozenset({site.host}),
            traceparent=traceparent,
            options=with_address(site.address, **options),
        )
    )
    assert result.outcome is Outcome.PASS, result
    return result


def with_address(address: str, **options: Any) -> BrowserOptions:
    class Addressed(BrowserOptions):
        url: str

    adapter: TypeAdapter[Addressed] = TypeAdapter(Addressed)
    return adapter.validate_python({"url": address} | options, strict=True)


async def everything(visit: Visit) -> None:
    """A page with all it asks for, and a pop-up of it."""
    await visit.page.goto(visit.url)
    await expect(visit.page).to_have_title("done")
    async with visit.page.expect_popup() as popping:
        await visit.page.get_by_text("More").click()
    await expect((await popping.value).get_by_text("Here")).to_be_visible()


def furnish(ours: Recording, theirs: Recording) -> None:
    ours.pages |= {
        "/": f"""<img src=/image><img src={theirs.address}/image><iframe src={theirs.address}/frame>
            </iframe><a href=/popup target=_blank>More</a><script type=module>
            await fetch("/called", {{method: "POST", body: "x"}});
            await fetch("{theirs.address}/called");
            await fetch("/away");
            document.title = "done";</script>""",
        "/image": Response(b"", media_type="image/png"),
        "/called": "x",
        "/away": RedirectResponse(f"{theirs.address}/led", 302, ANY),
        "/popup": "<p>Here</p>",
    }
    theirs.pages |= dict.fromkeys(("/image", "/frame", "/called", "/led"), "x")


async def test_the_target_can_tell_our_requests_and_nobody_else_can(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    furnish(ours, theirs)
    await travel(browsers, everything, ours)
    told = ours.carried("traceparent")
    assert {path for path, parent in told.items() if parent == PARENT} == {
        *("/", "/called", "/away", "/popup")
    }
    assert told["/image"] is None
    assert set(theirs.carried("traceparent")) == {"/image", "/frame", "/called", "/led"}
    assert set(theirs.carried("traceparent").values()) == {None}


async def test_configured_headers_are_for_the_target_alone(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    furnish(ours, theirs)
    headers = {"X-Gate": "open sesame", "Accept-Language": "eo"}
    await travel(browsers, everything, ours, "", headers=headers)
    assert set(ours.carried("x-gate").values()) == {"open sesame"}
    assert set(ours.carried("x-gate")) >= {"/", "/image", "/called", "/popup"}
    assert ours.headers("/")["accept-language"] == "eo"
    assert set(ours.carried("traceparent").values()) == {None}
    assert set(theirs.carried("x-gate").values()) == {None}
    assert not {"eo"} & set(theirs.carried("accept-language").values())


async def test_nothing_is_left_for_the_next_run(browsers: Browsers, ours: Recording) -> None:
    ours.pages["/"] = "<p>Here</p>"

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)

    await travel(browsers, journey, ours, headers={"X-Gate": "a"}, block=["*never*"])
    before = ours.headers("/")
    await travel(browsers, journey, ours, "")
    after = ours.headers("/")
    assert set(before) - set(after) == {"traceparent", "x-gate"}
    assert not set(after) - set(before)
    assert {name for name in after if after[name] != before[name]} == set()


async def test_a_page_that_is_sent_elsewhere_takes_nothing_along(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    ours.pages["/"] = RedirectResponse(f"{theirs.address}/sign-in", 302)
    theirs.pages["/sign-in"] = RedirectResponse(f"{ours.address}/back", 302)
    ours.pages["/back"] = "<p>Here</p>"

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await expect(visit.page.get_by_text("Here")).to_be_visible()

    await travel(browsers, journey, ours, headers={"X-Gate": "a"})
    assert ours.carried("traceparent") == {"/": PARENT, "/back": PARENT}
    assert ours.carried("x-gate") == {"/": "a", "/back": "a"}
    assert "traceparent" not in theirs.headers("/sign-in")
    assert "x-gate" not in theirs.headers("/sign-in")


async def test_cookies_set_on_the_way_of_a_redirect_are_sent(
    browsers: Browsers, ours: Recording
) -> None:
    signed_in = RedirectResponse("/library", 303)
    signed_in.set_cookie("session", "new")
    page = Response("<form method=post action=/sign-in><button>Go</button></form>")
    page.set_cookie("session", "old")
    page.headers["Content-Type"] = "text/html"
    ours.pages |= {"/": page, "/sign-in": signed_in, "/library": "<p>Here</p>"}

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await visit.page.get_by_role("button").click()
        await expect(visit.page.get_by_text("Here")).to_be_visible()

    await travel(browsers, journey, ours)
    assert ours.headers("/sign-in")["cookie"] == "session=old"
    assert ours.headers("/sign-in")["traceparent"] == PARENT
    assert ours.headers("/library")["cookie"] == "session=new"


async def test_what_a_browser_would_forbid_a_page_stays_forbidden(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    call = "{method: 'POST', headers: {'X-Own': '1'}}"
    theirs.pages |= {"/refused": "x", "/allowed": Response("x", headers=ANY)}
    ours.pages["/"] = f"""<script type=module>
        const ask = path => fetch("{theirs.address}" + path, {call});
        const refused = await ask("/refused").then(() => "answered", () => "refused");
        document.title = refused;</script>"""

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("refused")

    await travel(browsers, journey, ours, headers={"X-Gate": "a"})
    assert [verb for verb, path, _ in theirs.asked if path == "/refused"] == ["OPTIONS"]


async def test_a_call_to_another_host_of_the_target_needs_no_more_permission_than_before(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    permits = ANY | {"Access-Control-Allow-Headers": "x-own"}
    theirs.pages["/api"] = Response("x", headers=permits)
    ours.pages["/"] = f"""<script type=module>
        await fetch("{theirs.address}/api", {{method: "POST", headers: {{"X-Own": "1"}}}});
        document.title = "answered";</script>"""

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("answered")

    options = with_address(ours.address, headers={"X-Gate": "a"})
    hosts = frozenset({ours.host, theirs.host})
    await browsers.run(
        Errand(
            journey=journey,
            url=ours.address,
            timeout=timedelta(seconds=20),
            hosts=hosts,
            traceparent=PARENT,
            options=options,
        )
    )
    assert [verb for verb, _, _ in theirs.asked] == ["OPTIONS", "POST"]
    assert theirs.headers("/api", "POST")["traceparent"] == PARENT
    assert {headers["x-gate"] for _, _, headers in theirs.asked} == {"a"}


async def test_a_journeys_own_routes_see_requests_first(
    browsers: Browsers, ours: Recording
) -> None:
    ours.pages |= {"/": "<script src=/made-up></script>", "/real": "document.title = 'real'"}

    async def journey(visit: Visit) -> None:
        async def answer(route: Route) -> None:
            await route.fulfill(body="document.title = 'made up'", content_type="text/javascript")

        async def change(route: Route) -> None:
            await route.continue_(headers=route.request.headers | {"x-route": "1"})

        await visit.page.route("**/made-up", answer)
        await visit.page.route(f"{visit.url}/", change)
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("made up")

    await travel(browsers, journey, ours, headers={"X-Gate": "a"}, block=["*never*"])
    assert [path for _, path, _ in ours.asked] == ["/"]
    own = ours.headers("/")
    assert (own["x-route"], own["x-gate"], own["traceparent"]) == ("1", "a", PARENT)


async def test_a_page_with_a_service_worker_is_told_apart_as_well(
    browsers: Browsers, ours: Recording
) -> None:
    script = "self.onfetch = e => e.respondWith(fetch(e.request));"
    script += "self.onactivate = e => e.waitUntil(clients.claim());"
    ours.pages |= {
        "/": """<script type=module>await navigator.serviceWorker.register("/worker.js");
            await navigator.serviceWorker.ready; document.title = "ready";</script>""",
        "/worker.js": Response(script, media_type="text/javascript"),
        "/second": "<p>Here</p>",
    }

    async def journey(visit: Visit) -> None:
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("ready")
        await visit.page.goto(f"{visit.url}/second")
        await expect(visit.page.get_by_text("Here")).to_be_visible()

    await travel(browsers, journey, ours, headers={"X-Gate": "a"})
    assert set(ours.carried("x-gate").values()) == {"a"}
    assert ours.headers("/second")["traceparent"] == PARENT


async def test_what_is_blocked_is_not_asked_for(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    furnish(ours, theirs)
    ours.pages["/"] = (
        f"<img src=/analytics.png><img src={theirs.address}/image>"
        "<script>fetch('/called?q=1').catch(() => { document.title = 'done' })</script>"
    )
    seen: list[str] = []

    async def journey(visit: Visit) -> None:
        visit.page.on("requestfailed", lambda request: seen.append(str(request.failure)))
        await visit.page.goto(visit.url)
        await expect(visit.page).to_have_title("done")

    block = ["*analytics*", f"{theirs.address}/*", "*/called?q=*"]
    await travel(browsers, journey, ours, block=block)
    assert [path for _, path, _ in ours.asked] == ["/"]
    assert not theirs.asked
    assert seen
    assert all(failure.startswith(BLOCKED) for failure in seen)


async def test_the_pages_of_the_target_itself_are_never_blocked(
    browsers: Browsers, ours: Recording, theirs: Recording
) -> None:
    ours.pages["/analytics"] = f"<p>Here</p><iframe src={theirs.address}/analytics></iframe>"

    async def journey(visit: Visit) -> None:
        await visit.page.goto(f"{visit.url}/analytics")
        await expect(visit.page.get_by_text("Here")).to_be_visible()
        with pytest.raises(Error, match="ERR_BLOCKED_BY_CLIENT"):
            await visit.page.goto(f"{theirs.address}/analytics")

    await travel(browsers, journey, ours, block=["*/analytics*"])
    assert [path for _, path, _ in ours.asked] == ["/analytics"]
    assert not theirs.asked
