"""Lines of TOML that close a hole."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One key of one table. Where that stands in the configuration already, the line goes below
    its head, in the place of one with the same key.
    """

    table: tuple[str, ...]
    key: tuple[str, ...]
    value: str
    """As TOML writes it."""

    @property
    def head(self) -> str:
        return f"[{dotted(self.table)}]"

    def __str__(self) -> str:
        return f"{dotted(self.key)} = {self.value}"


def line(table: str, key: str, value: str | Sequence[str]) -> Line:
    """*table* and *key* with dots between their parts, for parts that need no quotes."""
    return Line(tuple(table.split(".")), tuple(key.split(".")), written(value))


def written(value: str | Sequence[str]) -> str:
    """As TOML writes it: JSON's texts and lists of them are TOML's, but for DEL."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )


def dotted(parts: Sequence[str]) -> str:
    return ".".join(part if _BARE.fullmatch(part) else written(part) for part in parts)


def toml(lines: Sequence[Line]) -> str:
    """Table by table, in their order."""
    tables = (
        "\n".join([head, *map(str, group)])
        for head, group in groupby(lines, lambda each: each.head)
    )
    return "\n\n".join(tables)
