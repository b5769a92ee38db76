"""Where keys go whose table has a head of its own further down, or stands in braces: as dotted keys
below the table around it, TOML refuses them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.config.model import Config
from monitor.coverage.lines import dotted

_READ_MOST: Final = 2_000_000
_OPENS: Final = re.compile(r'"{3}|\'{3}|"(?:\\.|[^"\\])*"|\'[^\']*\'|#')
_ENDS: Final = {
    '"' * 3: re.compile(r'(?:\\.|[^"\\]|"(?!""))*"{3}'),
    "'" * 3: re.compile(r"(?:[^']|'(?!''))*'{3}"),
}
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stands:
    """`taken` are the first keys of the path, which are written there already."""

    taken: int
    where: str
    head: str = ""
    """Of the table further down, if that is what stands there."""


def standing_in(config: Config) -> Callable[[Keys], Stands | None]:
    """For the path of a key; None where nothing is in the way."""
    heads: dict[Keys, str] = {}
    braces: dict[Keys, str] = {}
    for file in config.files:
        if file.suffix == ".toml":
            _look_through(file, heads, braces)

    def stands(path: Keys) -> Stands | None:
        for taken in range(len(path) - 1, 2, -1):
            table = path[:taken]
            if place := heads.get(table):
                head = f"[{dotted(table)}]"
                return Stands(taken, f"below {head}, {place}", head)
            if place := braces.get(table):
                return Stands(taken, f"into the braces of {dotted(table[2:])}, {place}")
        return None

    return stands


def text_of(file: Path) -> str:
    """Empty where it cannot be read."""
    with suppress(OSError):
        return file.read_text("utf-8", "replace")[:_READ_MOST]
    return ""


def _look_through(file: Path, heads: dict[Keys, str], braces: dict[Keys, str]) -> None:
    table: Keys = ()
    inside = ""
    for number, row in enumerate(text_of(file).splitlines(), start=1):
        began, inside = inside, _left_open(row, inside)
        if began:
            continue
        place, (key, _, value) = f"{file.name}:{number}", row.partition("=")
        if row.lstrip().startswith("["):
            table = _path(row)
            heads[table] = place
        elif value.lstrip().startswith("{") and (inner := _path(f"{key} = {{}}")):
            braces[*table, *inner] = place


def _left_open(row: str, inside: str) -> str:
    """The sign of the text over several lines that *row* ends in; *inside* is that it begins in."""
    at = 0
    while True:
        if inside:
            end = _ENDS[inside].match(row, at)
            if end is None:
                return inside
            at = end.end()
        found = _OPENS.search(row, at)
        if found is None or found[0] == "#":
            return ""
        at, inside = found.end(), found[0] if found[0] in _ENDS else ""


def _path(row: str) -> Keys:
    """Of what opens a table; empty where the row opens none, or not one alone."""
    try:
        inner = tomllib.loads(row)
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    return tuple(_down(inner))


def _down(inner: object) -> Iterator[str]:
    while isinstance(inner, dict) and len(inner) == 1:
        [(key, inner)] = inner.items()
        yield key
