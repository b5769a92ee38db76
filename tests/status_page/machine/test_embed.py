"""A shop shows a line on its own page while what it needs of us is down, and nothing else ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import status_page
from status_page.looks import ASSETS
from status_page.machine.embed import Embed
from status_page.machine.window import Window
from status_page.tongue import tongue
from tests.status_page.browsing import needs_browser, visiting
from tests.status_page.examples import NOW
from tests.status_page.machine.worlds import eventful, everything_up
from tests.support.serve import serving

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
BANNER = "status-banner"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("public")


@pytest.fixture(scope="module")
def ours(folder: Path) -> Iterator[str]:
    """The status page, as its server has to be set up for other people's scripts."""
    app = Starlette(
        routes=[Mount("/", StaticFiles(directory=folder, html=True))],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"])],
    )
    with serving(app, date_header=False) as address:
        yield f"{address}/"


@pytest.fixture(scope="module")
def theirs(ours: str) -> Iterator[str]:
    """A page of somebody else's, that allows nothing but our script and what it asks for."""
    origin = ours.rstrip("/")
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}; frame-src {origin}"

    async def shop(request: Any) -> HTMLResponse:
        needs, lang = request.query_params.get("needs", ""), request.query_params.get("lang", "")
        framed = f'<iframe src="{ours}embed/" width="400" height="120"></iframe>'
        script = (
            f'<script src="{ours}embed.js" data-components="{needs}" data-lang="{lang}"></script>'
        )
        body = framed if "framed" in request.query_params else ""
        whole = f"<!doctype html><html><head>{script}</head><body><h1>Shop</h1>{body}</body></html>"
        return HTMLResponse(whole, headers={"Content-Security-Policy": policy})

    with serving(Starlette(routes=[Route("/", shop)])) as address:
        yield f"{address}/"


def publish(folder: Path, page: status_page.Page) -> None:
    found = {**dict(Embed().files(page)), **dict(ASSETS)}
    for code in page.languages:
        place = "" if code == page.language else f"{code}/"
        found |= {place + path: body for path, body in Window().files(page, tongue(code))}
    found["style.css"] = found.get("style.css", b"")
    minutes = page.fresh_for // timedelta(milliseconds=1)
    as_of = {"as_of": page.made_at.isoformat(), "fresh_for_ms": minutes, "content": page.title}
    found["as-of.json"] = json.dumps(as_of).encode()
    for path, body in found.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)


@contextmanager
def shopping(
    browser: Browser, address: str, at: datetime = NOW + SECOND
) -> Iterator[tuple[Page, list[str]]]:
    """A visitor of the shop, and what the browser complains about."""
    complaints: list[str] = []
    with visiting(browser, "about:blank", at) as tab:
        tab.on("console", lambda said: complaints.append(said.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        with tab.expect_response("**/api/embed.json"):
            tab.goto(address)
        yield tab, complaints


def said(tab: Page) -> str:
    return tab.locator(BANNER).locator("p").inner_text()


def test_the_script_is_small_and_keeps_nothing() -> None:
    script = ASSETS["embed.js"].decode()

    assert len(script) < 3000
    assert not any(word in script for word in ("document.cookie", "Storage", "eval(", "innerHTML"))


def test_only_what_is_down_or_worked_on_is_told_in_every_language() -> None:
    page = eventful(languages=("en", "de"))
    found = json.loads(dict(Embed().files(page))["api/embed.json"])

    assert [each["id"] for each in found["components"]] == ["uploads", "short-links"]
    assert found["components"][0]["words"]["en"] == "People cannot upload."
    assert found["components"][1]["words"]["en"] == "Under maintenance: Short links."
    assert found["language"] == "en"
    assert found["more"].keys() == {"en", "de"}
    assert json.loads(dict(Embed().files(everything_up()))["api/embed.json"])["components"] == []


@needs_browser
def test_the_line_appears_when_something_it_names_is_down_and_goes_when_it_works(
    browser: Browser, folder: Path, ours: str, theirs: str
) -> None:
    publish(folder, eventful())
    with shopping(browser, f"{theirs}?needs=library,uploads") as (tab, complaints):
        tab.locator(BANNER).wait_for()

        assert said(tab).startswith("People cannot upload.")
        link = tab.locator(BANNER).get_by_role("link", name="Status page")
        assert link.get_attribute("href") == f"{ours}index.html"
        red = "getComputedStyle(document.querySelector('status-banner').shadowRoot.firstChild)"
        assert tab.evaluate(f"{red}.backgroundColor") == "rgb(179, 38, 30)"
        assert tab.context.cookies() == []

        publish(folder, replace(everything_up(), made_at=NOW + timedelta(minutes=1)))
        tab.clock.run_for(60_000)
        tab.locator(BANNER).wait_for(state="detached")
        assert complaints == []


@needs_browser
def test_it_speaks_the_language_that_the_page_chose(
    browser: Browser, folder: Path, ours: str, theirs: str
) -> None:
    publish(folder, eventful(languages=("en", "de")))
    with shopping(browser, f"{theirs}?needs=short-links&lang=de-AT") as (tab, _):
        tab.locator(BANNER).wait_for()

        assert tab.locator(BANNER).locator("p").get_attribute("lang") == "de"
        assert tab.locator(BANNER).locator("a").get_attribute("href") == f"{ours}de/index.html"


@needs_browser
@pytest.mark.parametrize(
    "what", ["works", "is stale", "is from the future", "is out of reach", "is no JSON"]
)
def test_nothing_is_shown_when_what_is_named(
    what: str, browser: Browser, folder: Path, theirs: str
) -> None:
    page = eventful()
    publish(folder, page)
    needs, at = "uploads", NOW + SECOND
    if what == "works":
        needs = "library"
    elif what == "is stale":
        at += page.fresh_for
    elif what == "is from the future":
        at -= timedelta(days=1)
    elif what == "is out of reach":
        (folder / "as-of.json").unlink()
    else:
        (folder / "api/embed.json").write_bytes(b"<html>")
    with shopping(browser, f"{theirs}?needs={needs}", at) as (tab, complaints):
        tab.evaluate("new Promise(requestAnimationFrame)")
        assert tab.locator(BANNER).count() == 0
        assert not [said for said in complaints if "404" not in said]


@needs_browser
def test_a_frame_shows_the_answer_and_hides_it_when_it_is_old(
    browser: Browser, folder: Path, theirs: str
) -> None:
    publish(folder, eventful())
    for at, shown in ((NOW + SECOND, True), (NOW + HOUR, False), (NOW - HOUR, False)):
        with shopping(browser, f"{theirs}?framed", at) as (tab, complaints):
            inside = tab.frame_locator("iframe")
            inside.locator("h1:not(#old)" if shown else "#old").wait_for()

            assert inside.locator("h1:not(#old)").is_visible() is shown
            assert inside.locator("#old").is_visible() is not shown
            assert complaints == []


@needs_browser
def test_a_frame_shows_what_is_new_without_being_asked(
    browser: Browser, folder: Path, theirs: str
) -> None:
    publish(folder, everything_up())
    with shopping(browser, f"{theirs}?framed") as (tab, _):
        inside = tab.frame_locator("iframe")
        inside.get_by_role("heading", name="Everything works.").wait_for()
        publish(folder, eventful(title="Changed"))
        tab.clock.run_for(30_000)

        inside.get_by_role("heading", name="People cannot upload.").wait_for()


@pytest.mark.parametrize("code", ["en", "ar"])
def test_the_frame_is_valid_html_and_leads_to_the_page_in_its_language(code: str) -> None:
    page = eventful(languages=("en", "ar"), title='<b>"&')
    ((path, body),) = Window().files(page, tongue(code))
    parser = html5lib.HTMLParser(strict=True)
    found = parser.parse(body.decode())

    assert path == "embed/index.html"
    links = [link.get("href") for link in found.iter("{http://www.w3.org/1999/xhtml}a")]
    assert links == ["../index.html"]
    assert f'data-root="{"../" if code == "en" else "../../"}"' in body.decode()
