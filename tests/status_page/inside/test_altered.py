"""How targets changed, on the pages of those who run them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from status_page import Page
from status_page.changes import Altered
from status_page.index.index import Index
from tests.status_page.inside.worlds import operated
from tests.status_page.pages.lives import NOW
from tests.status_page.pages.reading import files, plain

UPGRADED = Altered(
    at=NOW - timedelta(minutes=10),
    target="https://web.example.org",
    said="runtime Quill/5.6.40 → Quill/8.0.2",
    then="told as incident 45",
    announced=False,
)


def first(page: Page) -> str:
    return plain(files(Index(), page)["index.html"])


def test_the_first_page_says_what_changed_and_what_came_of_it() -> None:
    text = first(operated(altered=(UPGRADED,)))
    said = "https://web.example.org runtime Quill/5.6.40 → Quill/8.0.2 told as incident 45"
    assert text.index("Deploys") < text.index("What changed") < text.index(said)
    assert text.index(said) < text.index("What trueup did")


def test_the_incident_that_it_was_told_with_is_led_to() -> None:
    told = replace(UPGRADED, then="told with incident 45", incident="i1")
    html = files(Index(), operated(altered=(told,)))["index.html"].decode()
    assert 'told with <a href="incidents/i1/index.html">incident 45</a></p>' in html
    elsewhere = replace(told, incident="gone")
    assert "told with incident 45</p>" in str(files(Index(), operated(altered=(elsewhere,))))


def test_what_a_target_says_of_itself_is_text() -> None:
    hostile = replace(UPGRADED, said="<script>alert(1)</script>\x1b[31m", target="<b>" * 100)
    text = str(files(Index(), operated(altered=(hostile,)))["index.html"])
    assert "<script>alert" not in text
    assert "<b><b>" not in text


def test_without_any_there_is_no_section_and_never_on_a_public_page() -> None:
    assert "What changed" not in first(operated())
    public = replace(operated(altered=(UPGRADED,)), internal=False)
    assert "Quill" not in first(public)
