"""What a page says of itself in its head. By hand, for the reason that excerpts are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Final

LOOKED_AT: Final = 16 * 1024
"""Characters of a page in which these are looked for."""
_META: Final = re.compile(r"<meta\s([^<>]{1,600})>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"(?<![\w:-])([\w:-]{1,60})\s{0,9}=\s{0,9}(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s\"'<>]+))"
)
_TITLE: Final = re.compile(r"<title\b[^<>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_PAGE: Final = re.compile(r"<(!doctype html|html|head|body|title|meta)\b", re.IGNORECASE)


def is_page(text: str) -> bool:
    return text[:200].lstrip().startswith("<") and _PAGE.search(text[:1024]) is not None


def metas(page: str) -> Mapping[str, str]:
    """The contents of `<meta name=… content=…>` by their names in small letters; of two with the
    same name the first.
    """
    found: dict[str, str] = {}
    for meta in _META.finditer(page[:LOOKED_AT]):
        given = {each[1].lower(): _value(each) for each in _ATTRIBUTE.finditer(meta[1])}
        if given.get("content"):
            found.setdefault(given.get("name", "").lower(), given["content"])
    return found


def attribute(page: str, names: Iterable[str]) -> str:
    """The first value of one of these attributes, of whatever element; empty when there is none."""
    for name in names:
        at = page.find(f"{name}=", 0, LOOKED_AT)
        if at >= 0 and (found := _ATTRIBUTE.match(page[:LOOKED_AT], at)):
            return _value(found)
    return ""


def title(page: str) -> str:
    found = _TITLE.search(page[:LOOKED_AT])
    return html.unescape(found[1]).strip() if found else ""


def _value(attribute: re.Match[str]) -> str:
    return html.unescape(attribute[2] or attribute[3] or attribute[4] or "").strip()
