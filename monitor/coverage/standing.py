"""Where keys go whose table has a head of its own further down, or stands in braces: as dotted keys
below the table around it, TOML refuses them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.config.model import Config
from monitor.coverage.lines import dotted
from monitor.coverage.pasting import text_of

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stands:
    """`taken` are the first keys of the path, which are written there already."""

    taken: int
    where: str


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
                return Stands(taken, f"below [{dotted(table)}], {place}")
            if place := braces.get(table):
                return Stands(taken, f"into the braces of {dotted(table[2:])}, {place}")
        return None

    return stands


def _look_through(file: Path, heads: dict[Keys, str], braces: dict[Keys, str]) -> None:
    table: Keys = ()
    for number, row in enumerate(text_of(file).splitlines(), start=1):
        place, (key, _, value) = f"{file.name}:{number}", row.partition("=")
        if row.lstrip().startswith("["):
            table = _path(row)
            heads[table] = place
        elif value.lstrip().startswith("{") and (inner := _path(f"{key} = {{}}")):
            braces[*table, *inner] = place


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
