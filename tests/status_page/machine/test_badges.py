"""A badge on somebody's readme tells at a glance, and is read by those who cannot see it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser

from status_page import Condition, Page, Uptime
from status_page.contrast import ratio
from status_page.machine.badge import badge
from status_page.machine.badges import COLOURS, Badges
from tests.status_page.browsing import needs_browser
from tests.status_page.examples import DAY, TODAY, ago, empty
from tests.status_page.machine import schema
from tests.status_page.machine.worlds import eventful, everything_up, files

SVG = "{http://www.w3.org/2000/svg}"
LABELS = ["Uploads", "Where we WILL meet (Mmm)", "الحالة", "Größe fi", "99.98 %"]


def made(page: Page) -> dict[str, bytes]:
    return files(page, Badges())


def shield(page: Page, name: str) -> Any:
    return json.loads(made(page)[f"badges/{name}.json"])


def messages(page: Page, *names: str) -> list[str]:
    return [shield(page, name)["message"] for name in names]


def test_every_badge_is_a_picture_with_words_and_json_for_shields() -> None:
    found = made(eventful())
    badges = sorted(path for path in found if path.startswith("badges/"))

    assert len(badges) == 7 * 6
    for path in badges:
        if path.endswith(".json"):
            Draft202012Validator(schema.SHIELD).validate(json.loads(found[path]))
            continue
        said = json.loads(found[path.replace(".svg", ".json")])
        picture = ET.fromstring(found[path])
        title = picture.findtext(f"{SVG}title")
        assert title == picture.get("aria-label") == f"{said['label']}: {said['message']}"


def test_each_component_tells_its_condition() -> None:
    names = ("signing-in", "uploads", "short-links", "messages", "api")

    assert messages(eventful(), *(f"{name}/status" for name in names)) == [
        "Works",
        "Down",
        "Under maintenance",
        "Unknown",
        "Not watched",
    ]
    assert shield(eventful(), "uploads/status")["label"] == "Uploads"
    assert shield(eventful(), "uploads/status")["isError"]


def test_the_page_tells_its_worst_component_and_no_average() -> None:
    page = eventful()

    assert messages(page, "status", "uptime", "response") == [
        "Partly down",
        messages(page, "messages/uptime")[0],
        messages(page, "messages/response")[0],
    ]
    assert messages(page, "messages/uptime", "messages/response") == [
        "99.960\N{NO-BREAK SPACE}%",
        "416\N{NO-BREAK SPACE}ms",
    ]
    assert messages(everything_up(), "status") == ["Works"]


def test_an_uptime_is_never_rounded_up_and_an_unknown_one_is_said_to_be() -> None:
    page = eventful()
    short = (("90d", Uptime(90 * DAY, 90 * DAY, timedelta(seconds=1))),)
    one = replace(page.components[0], uptime=short)

    assert messages(replace(page, components=(one,)), "uptime") == ["99.999\N{NO-BREAK SPACE}%"]
    assert messages(empty(), "status", "uptime", "response") == [
        "Not watched",
        "Not known",
        "Not known",
    ]


def uptime_of(known: timedelta, first_seen: date) -> Page:
    page = eventful()
    span = (("90d", Uptime(90 * DAY, known, timedelta())),)
    one = replace(page.components[0], uptime=span, first_seen=first_seen)
    return replace(page, components=(one,))


def test_two_hours_without_an_outage_are_not_sold_as_ninety_days() -> None:
    found = uptime_of(timedelta(hours=2), TODAY)

    for name in ("uptime", "signing-in/uptime"):
        said = shield(found, name)
        assert said["label"] == "Uptime since 21 Nov"
        assert said["message"] == "100\N{NO-BREAK SPACE}%"
    assert shield(uptime_of(90 * DAY, ago(89)), "uptime")["label"] == "Uptime, 90 days"


@pytest.mark.parametrize(("known", "first"), [(2, 200), (2, 89), (2, 30), (44, 200)])
def test_an_uptime_of_which_most_is_unknown_is_not_known(known: int, first: int) -> None:
    page = uptime_of(known * DAY, ago(first))

    assert messages(page, "uptime", "signing-in/uptime") == ["Not known", "Not known"]


@pytest.mark.parametrize("condition", Condition)
def test_white_letters_can_be_read_on_every_colour(condition: Condition) -> None:
    assert ratio("#ffffff", COLOURS[condition]) >= 4.5


def test_hostile_names_stay_words() -> None:
    page = eventful()
    named = replace(page.components[0], name='<script>"&\x00' + "x" * 500)
    picture = ET.fromstring(
        made(replace(page, components=(named,)))[f"badges/{named.id}/status.svg"]
    )

    assert len(picture.get("aria-label") or "") < 60


@needs_browser
def test_text_is_about_as_wide_as_the_badge_thinks(browser: Browser) -> None:
    tab = browser.new_page()
    for label in LABELS:
        tab.set_content(badge(label, "Works", "#1f7a4d"))
        imposed, natural = tab.evaluate(
            """() => { const text = document.querySelector("text");
            const imposed = +text.getAttribute("textLength");
            text.removeAttribute("textLength"); text.setAttribute("font-family", "DejaVu Sans");
            return [imposed, text.getComputedTextLength()] }"""
        )
        assert imposed == pytest.approx(natural, rel=0.25), label
    tab.close()
