"""A Page in, the files of a folder out. Opens nothing: templates and assets come with the modules.

Rooms make the files: some in every language, some once. Each keeps what it made of a part of the
page for as long as that part says the same. Files that say how fresh the data is are made here;
all others are the same bytes for as long as what they say is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from status_page.drawing.cards import Cards
from status_page.frame import INDEX, folder, languages
from status_page.index.index import CONTENT, Index
from status_page.index.stamp import PATH as STAMP
from status_page.index.stamp import as_of
from status_page.machine.machines import Machines
from status_page.machine.window import Window
from status_page.page import Page
from status_page.pages.behind import Behind
from status_page.sentences import Sentences
from status_page.standing import Standing
from status_page.tongue import Tongue, instant, tongue

_DIGEST_CHARACTERS: Final = 16

Files = Iterable[tuple[str, bytes]]
"""Relative paths with forward slashes, and what is in them."""


class Spoken(Protocol):
    """A room whose files are made in every language. Paths are below the folder of the language."""

    def files(self, page: Page, tongue: Tongue) -> Files: ...


class Silent(Protocol):
    """A room whose files are made once."""

    def files(self, page: Page) -> Files: ...


@dataclass(frozen=True, slots=True)
class _State:
    content: str
    changed_at: datetime


class Renderer:
    """Of one page, again and again. Not for several threads at once."""

    def __init__(self, before: bytes = b"") -> None:
        """*before*: the `as-of.json` of whoever rendered last, so that what did not change since is
        the same bytes.
        """
        self._spoken: tuple[Spoken, ...] = (Index(), Window(), Behind())
        self._silent: tuple[Silent, ...] = (Machines(), Cards())
        self._standing, self._sentences = Standing(), Sentences()
        self._state = _read(before)

    def render(self, page: Page) -> dict[str, bytes]:
        """Every file of the page, by its path."""
        page, found = self._standing.shown(page), dict[str, bytes]()
        for room in self._silent:
            found.update(room.files(self._sentences.fill(page, tongue(page.language))))
        for code in languages(page):
            place = folder(page, code)
            speaking = tongue(code)
            told = self._sentences.fill(page, speaking)
            for spoken in self._spoken:
                found.update((place + path, body) for path, body in spoken.files(told, speaking))
        return self._dated(page, found)

    def _dated(self, page: Page, found: dict[str, bytes]) -> dict[str, bytes]:
        content = hashlib.sha256(found[INDEX]).hexdigest()[:_DIGEST_CHARACTERS]
        if self._state is None or self._state.content != content:
            self._state = _State(content, page.made_at)
        for code in languages(page):
            place = folder(page, code)
            path = place + INDEX
            found[path] = found[path].replace(CONTENT.encode(), content.encode(), 1)
            found[place + STAMP] = as_of(page, tongue(code), self._state.changed_at)
        found["as-of.json"] = _written(page, self._state)
        return found


def render(page: Page) -> dict[str, bytes]:
    """The files of the public folder, by relative path. The same Page gives the same bytes."""
    return Renderer().render(page)


def _written(page: Page, state: _State) -> bytes:
    facts = {
        "as_of": instant(page.made_at),
        "fresh_for_ms": page.fresh_for // timedelta(milliseconds=1),
        "content": state.content,
        "changed_at": instant(state.changed_at),
    }
    return json.dumps(facts).encode() + b"\n"


def _read(before: bytes) -> _State | None:
    """None for what is no such file, or a damaged one."""
    try:
        facts = json.loads(before)
        return _State(str(facts["content"]), datetime.fromisoformat(facts["changed_at"]))
    except (ValueError, TypeError, KeyError):
        return None
