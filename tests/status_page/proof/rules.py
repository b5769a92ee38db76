"""What an HTML page has to keep besides being valid, and what of it is broken."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final
from urllib.parse import unquote, urldefrag

Attributes = Mapping[str, str]
_REFERRING: Final = ("aria-labelledby", "aria-describedby", "aria-controls", "for")
_LEADING: Final = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"}
_ELSEWHERE: Final = re.compile(r"(?:https?|mailto|webcal):")
SUBSCRIBING: Final = "subscribe/"
"""Of the daemon's server; no file of the page."""


class Markup(HTMLParser):
    """The elements of a page with their attributes, in order, and the words of its title."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, Attributes]] = []
        self.title = ""
        """Of the page, not of its drawings."""
        self._within = ""
        self._head = True
        self.feed(body.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._head = self._head and tag != "body"
        self._within = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - as the base class calls it
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._head and self._within == "title":
            self.title += data

    def all(self, *tags: str) -> list[Attributes]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def broken(path: str, files: Mapping[str, bytes], read: Mapping[str, Markup]) -> Iterator[str]:
    """What is wrong with the page at *path*, in words."""
    page = read[path]
    ids = Counter(found["id"] for _, found in page.elements if "id" in found)
    yield from (f"id {each} is there {number} times" for each, number in ids.items() if number > 1)
    for tag, found in page.elements:
        yield from _references(tag, found, ids)
        yield from _attributes(tag, found)
    yield from _headings([int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)])
    for tag, found in page.elements:
        if tag in _LEADING and _LEADING[tag] in found:
            yield from _link(path, found[_LEADING[tag]], files, read)
    if not page.title.strip():
        yield "no title"


def _references(tag: str, found: Attributes, ids: Iterable[str]) -> Iterator[str]:
    for name in _REFERRING:
        yield from (
            f"{tag} {name}={each}" for each in found.get(name, "").split() if each not in ids
        )


def _attributes(tag: str, found: Attributes) -> Iterator[str]:
    if tag == "img" and not found.get("alt"):
        yield f"an image without words: {found.get('src')}"
    if tag == "iframe" and not found.get("title"):
        yield f"a frame without a title: {found.get('src')}"
    yield from (f"{tag} has {name}" for name in found if name.startswith("on") or name == "style")
    if found.get("target") == "_blank" and "noopener" not in found.get("rel", ""):
        yield f"{found.get('href')} is given our window"


def _headings(levels: list[int]) -> Iterator[str]:
    if levels and levels[0] != 1:
        yield f"begins with h{levels[0]}"
    yield from (f"h{one} is followed by h{two}" for one, two in pairwise(levels) if two > one + 1)


def _link(
    path: str, address: str, files: Mapping[str, bytes], read: Mapping[str, Markup]
) -> Iterator[str]:
    if _ELSEWHERE.match(address):
        return
    if not address or address.startswith("/") or ":" in address.partition("?")[0]:
        yield f"{address!r} does not work in any folder"
        return
    bare, anchor = urldefrag(address)
    wanted = posixpath.normpath(
        posixpath.join(posixpath.dirname(path), unquote(bare.partition("?")[0]))
    )
    target = path if not bare else wanted
    if bare.endswith(SUBSCRIBING):
        return
    if target not in files:
        yield f"{address} leads to nothing"
    elif (
        anchor
        and target in read
        and not any(found.get("id") == unquote(anchor) for _, found in read[target].elements)
    ):
        yield f"{address} leads to no place of its page"
