"""What an answer offers to be expected of it: its texts, its lists, its fields. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from probes.expect.document import parse
from probes.injection import Asked, Broken, Fault, Given, Injection

_HIDDEN: Final = re.compile(r"<(/?)(script|style|template|svg)\b|<!--|-->", re.IGNORECASE)
_TITLE: Final = re.compile(r"<(title|h1)\b[^>]{0,300}>([^<>&]{4,80})</", re.IGNORECASE)
_HEADING: Final = re.compile(r"<h[2-4]\b[^>]{0,300}>([^<>&]{4,80})</", re.IGNORECASE)
_TEXT: Final = re.compile(r">([^<>&]{4,60})<")
_CHANGING: Final = re.compile(r"[\d@]")
_TOKEN: Final = re.compile(r"[a-z][^-]*[A-Z][^-]*[a-z]|^[A-F]+$|^[a-f]+$|[+/=_]")
_SHORTEST_TOKEN: Final = 16
_LONGEST: Final = 80
"""Characters of a text that is proposed: more costs more to look through than anybody reads."""
_ASSET: Final = re.compile(
    r"""<(?:script\b[^>]{0,300}?\bsrc|link\b(?=[^>]{0,300}stylesheet)[^>]{0,300}?\bhref)\s*=\s*["']?([^"'<>\s]+)""",
    re.IGNORECASE,
)
_COOKIE: Final = re.compile(r"[\w.-]{1,60}=", re.ASCII)
_MOST: Final = 40
_LONG: Final = 5
"""So many plain values are no mere decoration of what they stand in."""
_LARGEST: Final = 1 << 20
_LOOKED_INTO: Final = 64 * 1024
"""Characters: what is looked for costs more than its length when a page is made to."""
_END: Final = "</html>"
_HTML: Final = "text/html"
_TEXTS: Final = "text/"
_RELEASE: Final = re.compile(
    r"[._-](?=\w{0,40}\d|\w{0,40}[a-z][A-Z])\w{7,40}\.|/(?=[a-f]{0,40}\d)[\da-f]{7,40}/",
    re.ASCII,
)
_NAMES: Final = {str: "string", bool: "boolean", float: "number", list: "array", dict: "object"}


@dataclass(frozen=True)
class Answer:
    """The last one of an ordinary run. `asked` is what it answers."""

    asked: Asked
    given: Given
    environment: str = ""
    """As the probe read it."""
    usually: timedelta = timedelta()
    """The slowest whole runs, as far as any are known."""

    @cached_property
    def text(self) -> str:
        return self.given.body[:_LARGEST].decode("utf-8", "replace")

    @cached_property
    def document(self) -> Any:
        """None where it is not JSON."""
        try:
            return parse(self.given.body)
        except ValueError:
            return None

    @property
    def slowest(self) -> timedelta:
        return max(self.given.took, self.usually)

    def broken(self, fault: Fault) -> Given | None:
        """The same under that fault; None where nothing would be answered."""
        injection = Injection(fault)
        instead = injection.before(self.asked)
        if isinstance(instead, Broken):
            return None
        return instead or injection.after(self.asked, self.given)

    def texts(self) -> Iterator[str]:
        """What a person would know the page by, the best first; each stands in it as it is."""
        if self.document is not None:
            return
        seen = _shown(self.text[:_LOOKED_INTO])
        found = [match[2] for match in _TITLE.finditer(seen)]
        found += [match[1] for match in _HEADING.finditer(seen)]
        said = [match[1].strip() for match in _TEXT.finditer(seen)]
        found += sorted((each for each in said if not each.isupper()), key=_is_a_word)
        plain = list(dict.fromkeys(each.strip() for each in found))
        yield from islice(filter(_is_lasting, plain), _MOST)
        if self.text.rstrip().lower().endswith(_END):
            yield self.text.rstrip()[-len(_END) :]
        elif self.given.media_type.startswith(_TEXTS) and self.given.media_type != _HTML:
            yield from filter(_is_lasting, self.text.rstrip().splitlines()[-1:])

    def lists(self) -> Iterator[tuple[str, int]]:
        """JSONPaths that select the entries of lists, and how many there are, the best first: of
        objects, near the root, with many entries. A few plain values inside of something are left
        out: there may be none tomorrow.
        """
        found = [
            (not isinstance(entries[0], dict | list), depth, -len(entries), path)
            for depth, path, entries in self._lists()
        ]
        for plain, depth, fewer, path in sorted(found):
            if not plain or not depth or -fewer >= _LONG:
                yield path, -fewer

    def _lists(self) -> Iterator[tuple[int, str, list[Any]]]:
        """How deep, which, and the entries; outer ones first."""
        layer: list[tuple[str, Any]] = [("$", self.document)]
        for depth in range(6):
            below: list[tuple[str, Any]] = []
            for path, value in layer:
                if isinstance(value, list) and value:
                    yield depth, f"{path}[*]", value
                below += _inside(path, value)
            layer = below[:_MOST]

    def type_at(self, values: list[Any]) -> str:
        """What all of them are; empty where they differ."""
        found = {_name(value) for value in values}
        return found.pop() if len(found) == 1 else ""

    def cookies(self) -> Iterator[str]:
        """The names of those that it sets, as `name=`."""
        for name, value in self.given.headers:
            if name.lower() == "set-cookie" and (found := _COOKIE.match(value)):
                yield found[0]

    def assets(self) -> Iterator[str]:
        """Scripts and style sheets, as the page names them."""
        for match in _ASSET.finditer(self.text, 0, _LOOKED_INTO):
            yield html.unescape(match[1])


def is_named_by_release(url: str) -> bool:
    """Whether the file is called otherwise as soon as what is in it is: `/app.3f9a1c07.js`."""
    return bool(_RELEASE.search(urlsplit(url).path))


def _is_a_word(text: str) -> bool:
    """One alone, which may be a mere label."""
    return " " not in text


def _is_lasting(text: str) -> bool:
    """Not when it looks like what another visitor, or the next day, is told otherwise: a number, a
    day, a token, an address of e-mail.
    """
    if not 4 <= len(text) <= _LONGEST or not text.isprintable() or _CHANGING.search(text):
        return False
    return not any(len(w) >= _SHORTEST_TOKEN and _TOKEN.search(w) for w in text.split())


def _shown(text: str) -> str:
    """Without scripts and the like; in one pass, whatever the page is made of."""
    parts, at, inside = [], 0, ""
    for mark in _HIDDEN.finditer(text):
        closes, name = mark[1], (mark[2] or "").lower()
        if not inside and (mark[0] == "<!--" or (name and not closes)):
            parts.append(text[at : mark.start()])
            inside = name or "-->"
        elif inside and (mark[0] == inside or (closes and name == inside)):
            at, inside = mark.end(), ""
    return "".join(parts) + ("" if inside else text[at:])


def _name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int) and not isinstance(value, bool):
        return "number"
    return _NAMES[type(value)]


def _inside(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.isidentifier() and key.isascii():
                yield f"{path}.{key}", inner
    elif isinstance(value, list) and value:
        yield f"{path}[*]", value[0]
