"""What somebody sees who followed a link that leads to nothing."""

from __future__ import annotations

from dataclasses import replace

from status_page.pages.lost import Lost
from tests.status_page.pages import lives
from tests.status_page.pages.reading import files, parsed, plain


def test_a_lost_visitor_is_led_to_the_status_page_from_any_address() -> None:
    body = files(Lost(), lives.page(url="https://status.example.org/s/"))["404.html"]

    parsed(body)
    assert "This page does not exist To the status page" in plain(body)
    assert 'href="https://status.example.org/s/index.html"' in body.decode()
    assert '<meta name="robots" content="noindex">' in body.decode()


def test_without_an_address_of_its_own_its_links_lead_to_the_top_of_the_server() -> None:
    body = files(Lost(), replace(lives.page(), url=""))["404.html"]
    assert 'href="/index.html"' in body.decode()
