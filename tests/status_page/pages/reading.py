"""What rooms made, as a reader of text has it."""

from __future__ import annotations

import re
from html import unescape

import html5lib

from status_page import Page
from status_page.frame import languages
from status_page.site import Spoken
from status_page.tongue import tongue


def files(room: Spoken, page: Page, code: str = "") -> dict[str, bytes]:
    """Of one language, by default the page's own."""
    return dict(room.files(page, tongue(code or languages(page)[0])))


def plain(body: bytes) -> str:
    """The words of its main part, in one line."""
    main = re.sub(r"(?s)^.*<main[^>]*>|</main>.*$", "", body.decode())
    words = re.sub(r"<title[^>]*>.*?</title>|<desc[^>]*>.*?</desc>", " ", main)
    text = unescape(re.sub(r"<[^>]*>", " ", words)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r" ([.,;:])", r"\1", " ".join(text.split()))


def parsed(body: bytes) -> None:
    """Raises html5lib's ParseError for what is not valid."""
    html5lib.HTMLParser(strict=True).parse(body.decode())
