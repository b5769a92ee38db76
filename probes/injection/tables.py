"""The fault under which the tables and lists of a page have no rows.

What is cut out is found by the tags of the page; everything else stays as it was, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Final

from probes.injection.exchange import Asked, Given

Span = tuple[int, int]
_VOID: Final = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr"),
}
_ROWS: Final = {"tr", "li", "dt", "dd"}
_ENDS: Final = {"li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "tr": {"tr"}}
"""Which open one ends where another begins, as nobody has to write its end."""
_HOLDS: Final = {"ul", "ol", "dl", "table", "menu"}
_ASIDE: Final = {"nav", "header", "footer", "menu", "thead", "tfoot"}
_ASIDE_ROLES: Final = {
    *("navigation", "banner", "contentinfo", "menu", "menubar", "tablist", "toolbar"),
    *("listbox", "radiogroup", "group"),
}
_OF_ENTRIES: Final = {"hidden", "checkbox", "radio"}
"""Inputs by which entries of a list are chosen; others are what a form is filled in with."""
_DEEPEST: Final = 200
_LARGEST: Final = 4 << 20
_MOST: Final = {"<": 50_000, "<!": 2_000}
"""Of these a page may hold so many: the library takes ever longer for what is never ended."""


@dataclass(slots=True)
class _Open:
    tag: str
    begins: int
    aside: bool
    """Whether it belongs to the frame around what a page is about."""
    in_form: bool
    in_main: bool
    holds_cell: bool = False
    is_of_form: bool = False
    """A row with something to fill in, or with a table of its own: it is no entry of anything."""


@dataclass(slots=True)
class _Found:
    rows: list[tuple[Span, bool]] = field(default_factory=list)
    """With whether it stands inside <main>."""
    has_main: bool = False


def empty_tables(_: Asked, given: Given) -> Given:
    is_page = given.media_type in {"text/html", "application/xhtml+xml"}
    if not is_page or len(given.body) > _LARGEST:
        return given
    page = given.body.decode("latin-1")  # tags read the same, and every byte keeps its place
    if any(page.count(sign) > most for sign, most in _MOST.items()):
        return given
    spans = list(_outermost(_rows(page)))
    if not spans:
        return given
    return replace(given, body=_without(page, spans).encode("latin-1"))


def _without(page: str, spans: list[Span]) -> str:
    kept, since = [], 0
    for begins, ends in spans:
        kept.append(page[since:begins])
        since = ends
    return "".join([*kept, page[since:]])


def _outermost(spans: list[Span]) -> Iterator[Span]:
    until = -1
    for begins, ends in sorted(spans, key=lambda span: (span[0], -span[1])):
        if begins >= until:
            yield begins, ends
            until = ends


def _rows(page: str) -> list[Span]:
    reader = _Reader(page)
    try:
        reader.feed(page[: page.rfind(">") + 1])
        reader.close()
    except AssertionError:  # how the library refuses some declarations
        return []
    reader.finish()
    found = reader.found
    return [span for span, in_main in found.rows if in_main or not found.has_main]


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = _Found()
        self._page = page
        self._lines = [0, *(at + 1 for at, sign in enumerate(page) if sign == "\n")]
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _ENDS:
            self._end_alike(_ENDS[tag])
        if tag == "main" or given.get("role") == "main":
            self.found.has_main = True
        self._note(tag, given)
        if tag not in _VOID and len(self._open) < _DEEPEST:
            self._open.append(self._opened(tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # in HTML, the stroke says nothing

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth].tag == tag:
                here = self._here()
                self._close_down_to(depth + 1, here)
                ends = self._page.find(">", here) + 1
                self._close_down_to(depth, ends or len(self._page))
                return

    def finish(self) -> None:
        self._close_down_to(0, len(self._page))

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _opened(self, tag: str, given: dict[str, str | None]) -> _Open:
        around = self._open[-1] if self._open else None
        is_main = tag == "main" or given.get("role") == "main"
        aside = tag in _ASIDE or given.get("role") in _ASIDE_ROLES
        return _Open(
            tag,
            self._here(),
            aside=aside or (around is not None and around.aside and not is_main),
            in_form=tag == "form" or (around is not None and around.in_form),
            in_main=is_main or (around is not None and around.in_main),
        )

    def _note(self, tag: str, given: dict[str, str | None]) -> None:
        """What the rows around it are told by."""
        row = next((each for each in reversed(self._open) if each.tag in _ROWS), None)
        if row is None:
            return
        if tag == "td":
            row.holds_cell = True
        typed = tag == "input" and (given.get("type") or "text").lower() not in _OF_ENTRIES
        filled_in = row.in_form and (typed or tag in {"textarea", "select", "button"})
        if filled_in or (tag == "table" and row.tag == "tr"):
            self._keep_rows()

    def _keep_rows(self) -> None:
        for each in self._open:
            each.is_of_form = each.is_of_form or each.in_form or each.tag == "tr"

    def _end_alike(self, tags: set[str]) -> None:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth].tag in _HOLDS:
                return
            if self._open[depth].tag in tags:
                self._close_down_to(depth, self._here())
                return

    def _close_down_to(self, depth: int, here: int) -> None:
        while len(self._open) > depth:
            done = self._open.pop()
            if self._is_entry(done):
                self.found.rows.append(((done.begins, here), done.in_main))

    def _is_entry(self, done: _Open) -> bool:
        if done.tag not in _ROWS or done.aside or done.is_of_form:
            return False
        if done.tag == "tr":
            return done.holds_cell
        part_of_a_page = not self._open  # what a script asked for, to put it into a list
        in_a_list = any(each.tag in {"ul", "ol"} for each in self._open)
        return done.tag != "li" or in_a_list or part_of_a_page
