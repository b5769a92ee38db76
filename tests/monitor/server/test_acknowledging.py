"""The page behind a link in a notice: people who follow it, and programs that do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from monitor import server
from monitor.acts.desk import Desk
from monitor.links import GOOD_FOR, PATH, Signer
from monitor.notices import About
from monitor.server import acknowledging
from monitor.store import Reader
from status_page.frame_parts import tint
from tests.status_page.browsing import CHROMIUM, needs_browser
from tests.support.outages import Outages
from tests.support.serve import serving

MINUTE = timedelta(minutes=1)
SIGNER = Signer(b"k" * 32, "https://trueup.example.org")


@dataclass
class Place:
    """A daemon's server, with incidents behind it."""

    outages: Outages
    url: str
    client: httpx.Client
    woken: list[None] = field(default_factory=list)

    def token(self, number: int) -> str:
        return SIGNER.token(number, self.outages.clock.now() + GOOD_FOR)

    def link(self, number: int) -> str:
        return f"{PATH}/{self.token(number)}"

    def acknowledged(self) -> list[str]:
        sql = "SELECT acknowledged_by AS by FROM incident WHERE acknowledged_at IS NOT NULL"
        return [row["by"] for row in self.outages.rows(sql)]


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    outages, woken = Outages(folder), list[None]()
    reader = Reader(folder / "trueup.db")
    desk = Desk(
        (outages.writer, reader),
        outages.clock,
        lambda: woken.append(None),
        lambda text: text.replace("hunter2", "***"),
    )
    desk.configure(outages.config)
    app = server.application(folder, acknowledging.routes(desk, SIGNER))
    with serving(app) as url, httpx.Client(base_url=url) as client:
        yield Place(outages, url, client, woken)
    reader.close()
    outages.writer.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with a_place(tmp_path) as found:
        yield found


def test_a_look_shows_what_it_is_about_and_a_button(place: Place) -> None:
    answer = place.client.get(place.link(place.outages.breaks()))
    assert answer.status_code == 200
    assert '<h1 dir="auto">Signing in</h1>' in answer.text
    assert "People cannot sign in." in answer.text
    assert "Since 01:59 UTC on 2026-03-14, for 1 minute." in answer.text
    assert "I am on it" in answer.text
    assert "500" not in answer.text, "what was seen is not repeated"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
def test_programs_that_follow_links_change_nothing(place: Place, method: str) -> None:
    link = place.link(place.outages.breaks())
    assert place.client.request(method, link).status_code in {200, 405}
    assert place.acknowledged() == []


def test_a_press_acts_once_and_leads_back_to_the_page(place: Place) -> None:
    link = place.link(place.outages.breaks())
    pressed = place.client.post(link, data={"by": " Ana \u202e hunter2 "})
    assert pressed.status_code == 303
    after = place.client.get(httpx.URL(place.url + link).join(pressed.headers["location"]))
    assert "Acknowledged by Ana *** at 02:00 UTC on 2026-03-14." in after.text
    assert "I am on it" not in after.text
    assert place.client.post(link, data={"by": "Bo"}).status_code == 303
    assert place.acknowledged() == ["Ana ***"]
    assert [event for _, event, _ in place.outages.told()] == ["opened", "acknowledged"]
    assert len(place.woken) == 2


def test_whoever_does_not_say_their_name_is_somebody(place: Place) -> None:
    link = place.link(place.outages.breaks())
    assert place.client.post(link).status_code == 303
    assert place.acknowledged() == ["somebody"]


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"by=" + b"x" * 8000, "application/x-www-form-urlencoded"),
        (b"&".join(b"by=%d" % n for n in range(1000)), "application/x-www-form-urlencoded"),
        (b"by=%00%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff\x00", "multipart/form-data; boundary=x"),
        (b"\xff\x00", "application/json"),
    ],
)
def test_a_form_that_is_none_of_ours_is_no_trouble(
    place: Place, body: bytes, media_type: str
) -> None:
    link = place.link(place.outages.breaks())
    answer = place.client.post(link, content=body, headers={"content-type": media_type})
    assert answer.status_code in {303, 400}
    assert all(len(name) <= 60 for name in place.acknowledged())


def test_a_link_that_is_forged_expired_or_of_nothing_is_answered_kindly(place: Place) -> None:
    number = place.outages.breaks()
    forged = place.client.get(f"{PATH}/1-2-{'x' * 43}")
    assert (forged.status_code, "This link leads nowhere" in forged.text) == (404, True)
    unknown = place.client.get(place.link(99))
    assert (unknown.status_code, "Nothing is known" in unknown.text) == (404, True)
    link = place.link(number)
    place.outages.clock.wind(GOOD_FOR)
    for answer in (place.client.get(link), place.client.post(link)):
        assert (answer.status_code, "This link has expired" in answer.text) == (410, True)
    assert place.client.post(f"{PATH}/1-2-{'x' * 43}").status_code == 404
    assert place.acknowledged() == []


def test_what_is_over_cannot_be_acknowledged_and_says_how_long_it_was(place: Place) -> None:
    number = place.outages.breaks()
    place.outages.clock.wind(11 * MINUTE)
    place.outages.mended(number)
    look = place.client.get(place.link(number))
    assert look.status_code == 200
    assert "01:59 UTC on 2026-03-14 to 02:11 UTC on 2026-03-14: 12 minutes." in look.text
    pressed = place.client.post(place.link(number))
    assert (pressed.status_code, "It is over." in pressed.text) == (409, True)


def test_a_summary_is_said_as_what_it_is(place: Place) -> None:
    members = [place.outages.breaks(channels=()) for _ in range(3)]
    link = place.link(place.outages.summary_of(*members))
    assert "3 things are down" in place.client.get(link).text
    place.client.post(link, data={"by": "Ana"})
    assert place.acknowledged() == ["Ana"] * 4


def test_own_trouble_is_not_said_to_be_the_services(place: Place) -> None:
    number = place.outages.breaks(
        "trueup/network", about=About.OURSELVES, components=(), says=("trueup is blind.",)
    )
    assert "trueup is blind." in place.client.get(place.link(number)).text


def test_no_browser_keeps_it_or_sends_it_on(place: Place) -> None:
    number = place.outages.breaks(components=("<b>Signing in</b>",))
    for answer in (
        place.client.get(place.link(number)),
        place.client.post(place.link(number)),
        place.client.get(f"{PATH}/nothing"),
    ):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        [policy] = answer.headers.get_list("content-security-policy")
        assert "form-action 'self'" in policy
        assert "script" not in policy
        assert "<b>" not in answer.text
    style = place.client.get(f"{PATH}.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "form-action 'none'" in style.headers["content-security-policy"]


def test_a_store_in_trouble_is_said_and_not_a_traceback(place: Place) -> None:
    link = place.link(place.outages.breaks())
    place.outages.writer.close()
    answer = place.client.post(link)
    assert (answer.status_code, "try again" in answer.text) == (503, True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@needs_browser
def test_a_person_with_a_phone_and_no_javascript_gets_it_done(
    browser: Browser, place: Place
) -> None:
    link = place.url + place.link(place.outages.breaks(environment="staging"))
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, color_scheme="dark"
    )
    try:
        tab = context.new_page()
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.goto(link)
        band = tab.get_by_label("Environment")
        expect(band).to_contain_text("staging")
        expect(band).to_have_class(f"band-{tint('staging')}")  # the colour of the status page
        button = tab.get_by_role("button", name="I am on it")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["x"] + box["width"] <= 320
        tab.get_by_label("Your name").fill("Ana")
        button.click()
        expect(tab.get_by_text("Acknowledged by Ana")).to_be_visible()
        expect(button).to_have_count(0)
        assert said == []
    finally:
        context.close()
    assert place.acknowledged() == ["Ana"]
