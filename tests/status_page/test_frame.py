"""What surrounds every page: its head, its header, its footer, and its manners."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html import unescape

import pytest

from status_page import Asset, Font, Look, Page
from status_page.contrast import legible, ratio
from status_page.frame import Frame, frame
from status_page.looks import files, style
from status_page.templates import template
from status_page.tongue import tongue
from tests.status_page.examples import all_up
from tests.status_page.reading import HOSTILE, Reader, html

URL = "https://status.example.org/"
PATH = "components/uploads/index.html"


def abroad() -> Page:
    return replace(all_up(), url=URL, languages=("en", "de", "ar"))


def inner(page: Page, code: str = "en", title: str = "Uploads") -> Frame:
    return frame(page, tongue(code), path=PATH, title=title)


def drawn(made: Frame) -> str:
    return template("frame.html", tongue(made.lang)).render(frame=made)


def test_references_are_relative_and_absolute_ones_only_where_ours_is_known() -> None:
    made = inner(abroad(), "de")
    assert (made.root, made.home) == ("../../../", "../../")
    assert f'<link rel="canonical" href="{URL}de/components/uploads/">' in made.cards
    assert f'hreflang="x-default" href="{URL}components/uploads/">' in made.cards
    assert f'content="{URL}card.png"' in made.cards
    unknown = inner(all_up()).cards
    assert "canonical" not in unknown
    assert "og:image" not in unknown


def test_other_languages_are_offered_under_their_own_names() -> None:
    offered = [(each.name, each.address, each.here) for each in inner(abroad(), "de").variants]
    assert offered == [
        ("English", "../../../components/uploads/index.html", False),
        ("Deutsch", "../../../de/components/uploads/index.html", True),
        ("العربية", "../../../ar/components/uploads/index.html", False),
    ]
    assert inner(all_up()).variants == ()


def test_a_page_for_insiders_or_behind_a_password_is_not_to_be_found() -> None:
    assert 'name="robots" content="noindex' in drawn(inner(replace(all_up(), internal=True)))
    assert 'name="robots" content="noindex' in drawn(inner(replace(all_up(), protected=True)))
    assert "noindex" not in drawn(inner(all_up()))


def test_every_inline_style_and_script_is_allowed_by_its_hash_and_no_other() -> None:
    made = html(all_up())
    policy = unescape(Reader(made).values("content")[0])
    inline = re.findall(r"<(style|script)>(.*?)</\1>", made, re.DOTALL)
    assert [kind for kind, _ in inline] == ["script", "style", "script"]
    for _, text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.count("sha256-") == 3
    assert "unsafe" not in policy
    assert "sha256" not in drawn(inner(all_up()))


def test_hostile_titles_and_facts_stay_in_their_places() -> None:
    made = frame(
        replace(abroad(), title=HOSTILE, description=HOSTILE),
        tongue("en"),
        path=PATH,
        title=HOSTILE,
        ld=[{"@type": "Event", "name": HOSTILE}],
    )
    shown = drawn(made)
    assert "<img" not in shown
    assert shown.count("</title>") == 1
    block = re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown)
    assert json.loads(block[0])["name"] == HOSTILE


def test_a_page_brings_its_own_logo_fonts_colours_and_footer() -> None:
    asset = Asset("logo.svg", b"<svg/>", "image/svg+xml")
    dark = Asset("dark.svg", b"<svg/>", "image/svg+xml")
    look = Look(
        logo=asset,
        logo_dark=dark,
        icon=asset,
        colours={"up": "#00ff00"},
        fonts=(Font(family="Own Sans", file=Asset("own.woff2", b"f", "font/woff2")),),
        css=".title{text-transform:none}",
        footer="Ask **us**: [write](mailto:help@example.org)",
        links=(("Home", "https://example.org/"), ("Evil", "javascript:x()")),
    )
    made = inner(replace(all_up(), look=look))
    shown = drawn(made)
    assert '<img src="../../look/logo.svg" alt="Example status"' in shown
    assert 'srcset="../../look/dark.svg"' in shown
    assert "<strong>us</strong>" in shown
    assert 'href="https://example.org/"' in shown
    assert "javascript" not in shown
    brought = dict(files(look))
    assert {"look/logo.svg", "look/dark.svg", "look/own.woff2"} <= brought.keys()
    assert b'url("look/own.woff2")' in brought["style.css"]
    assert brought["style.css"].endswith(b".title{text-transform:none}")


@pytest.mark.parametrize("asked", ["#00ff00", "#ffff00", "#fafafa", "#ff9999", "#000000"])
def test_own_colours_are_kept_as_near_as_can_be_read(asked: str) -> None:
    said = style(Look(colours={"up": asked})).rpartition(":root{")[2]
    made = dict(re.findall(r"--([\w-]+):(#\w{6})", said))
    assert ratio(made["up"], "#ffffff") >= 3
    assert ratio(made["up-ink"], "#ffffff") >= 4.5
    assert ratio(made["up-ink"], made["up-wash"]) >= 4.5


def test_a_colour_that_can_be_read_is_left_alone() -> None:
    assert legible("#123456", ("#ffffff",), 4.5) == "#123456"
    assert ratio("#000000", "#ffffff") == pytest.approx(21)


def test_a_style_sheet_cannot_end_its_own_element() -> None:
    page = replace(all_up(), look=Look(css="/* </style><script>x()</script> */"))
    assert html(page).count("</style>") == 1
