"""Where the fields of a JSON document are, as JSONPaths, and breaking those that one selects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

EACH: Final = "*"
MOST_PLACES: Final = 40
_DEEPEST: Final = 12
_ENTRIES: Final = 50
_SIMPLE: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PART: Final = re.compile(
    r"\.([A-Za-z_]\w*)|\[\*\]()|\['((?:[^'\\]|\\.)*)'\]", re.ASCII | re.DOTALL
)
_UNITS: Final = re.compile(r"((?:\\u[0-9a-fA-F]{4})+)|\\(.)", re.ASCII | re.DOTALL)
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LETTERS: Final = {sign: letter for letter, sign in _SHORT.items()}
_DATA: Final = re.compile(
    r"\d+|\d{4}-\d\d(-\d\d.*)?|[0-9a-f]{8,}|[0-9a-f]{8}-[0-9a-f-]{27}", re.IGNORECASE
)
Place = tuple[str | None, ...]
"""The keys on the way to a field; None stands for every entry."""
Breaking = Callable[[dict[str, Any], str], dict[str, Any]]


def places(document: Any) -> list[Place]:
    """Of all fields, the outer ones first; entries of a list are looked at as one."""
    found: dict[Place, None] = {}
    layer: list[tuple[Place, Any]] = [((), document)]
    for _ in range(_DEEPEST):
        below: list[tuple[Place, Any]] = []
        for place, value in layer:
            below += _inside(place, value)
        found.update((place, None) for place, _ in below if place[-1] is not None)
        if len(found) >= MOST_PLACES or not below:
            break
        layer = below
    return list(found)[:MOST_PLACES]


def _inside(place: Place, value: Any) -> Iterator[tuple[Place, Any]]:
    match value:
        case list():
            yield from (((*place, None), entry) for entry in value[:_ENTRIES])
        case dict() if keys_are_data(value):
            yield from (((*place, None), value[key]) for key in list(value)[:_ENTRIES])
        case dict():
            yield from (((*place, key), inner) for key, inner in list(value.items())[:_ENTRIES])


def keys_are_data(value: dict[str, Any]) -> bool:
    """Whether they are days or numbers of something, which nobody would rename."""
    return bool(value) and all(_DATA.fullmatch(key) for key in value)


def written(place: Place) -> str:
    """As a JSONPath (RFC 9535)."""
    return "$" + "".join(_part(key) for key in place)


def _part(key: str | None) -> str:
    if key is None:
        return f"[{EACH}]"
    if _SIMPLE.fullmatch(key):
        return f".{key}"
    return f"['{''.join(map(_escaped, key))}']"


def _escaped(sign: str) -> str:
    """What nobody would see, or a terminal would obey, by its number; half a character as well."""
    if sign in "\\'":
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    if sign in _LETTERS:
        return f"\\{_LETTERS[sign]}"
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def read(path: str) -> Place:
    """What `written` wrote."""
    return tuple(_key(found) for found in _PART.finditer(path))


def _key(part: re.Match[str]) -> str | None:
    simple, each, quoted = part.groups()
    if each is not None:
        return None
    if simple is not None:
        return simple
    return _UNITS.sub(_unescaped, quoted)


def _unescaped(found: re.Match[str]) -> str:
    units, sign = found.groups()
    if sign is not None:
        return _SHORT.get(sign, sign)
    return bytes.fromhex(units.replace("\\u", "")).decode("utf-16-be", "surrogatepass")


def break_at(document: Any, place: Sequence[str | None], breaking: Breaking) -> Any:
    """A copy in which the field at *place* is broken, wherever it is."""
    key, *further = place
    match document:
        case list() if key is None:
            return [break_at(entry, further, breaking) for entry in document]
        case dict() if key is None:
            return {name: break_at(value, further, breaking) for name, value in document.items()}
        case dict() if key is not None and key in document and further:
            inner = break_at(document[key], further, breaking)
            return {name: inner if name == key else value for name, value in document.items()}
        case dict() if key is not None and key in document:
            return breaking(document, key)
    return document


def break_all(document: Any, breaking: Breaking) -> Any:
    """A copy in which every field is broken."""
    match document:
        case list():
            return [break_all(entry, breaking) for entry in document]
        case dict():
            broken = {name: break_all(value, breaking) for name, value in document.items()}
            for name in document if not keys_are_data(document) else ():
                broken = breaking(broken, name)
            return broken
    return document


def renamed(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {f"{key}_renamed" if name == key else name: value for name, value in document.items()}


def removed(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}
