"""Lines of TOML that could be added to a probe, as values and as text."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from monitor.config.document import dotted

LONGEST: Final = 100
"""Characters of a key that is still written whole."""
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half a character, which TOML has no way to write."""
_LISTS: Final = frozenset(("contains", "contains_all", "lacks"))
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Line:
    """`path` are the keys from the table of the probe: `("expect", "contains")`."""

    path: tuple[str, ...]
    value: str | int | tuple[str, ...]

    @property
    def writable(self) -> bool:
        """Whether it can be written on a line that people read."""
        texts = self.value if isinstance(self.value, tuple) else (str(self.value),)
        whole = not any(_HALF.search(text) for text in texts)
        return whole and all(len(part) <= LONGEST and part.isprintable() for part in self.path)

    def written(self, keys: Mapping[str, Any]) -> str:
        """As it stands in the table *keys* afterwards, with what was there before."""
        there = _at(keys, self.path)
        value = _joined(there, self.value, self.path[-1])
        said = f"{dotted(self.path)} = {toml(value)}"
        return said if there is None else f"{said}  # instead of the line that is there"


def together(closes: Mapping[Line, Sequence[Shown]]) -> dict[Line, list[Shown]]:
    """With what each of them shows. Texts for the same key are one line: no key stands twice."""
    found: dict[object, tuple[Line, list[Shown]]] = {}
    for line, shown in closes.items():
        key = line.path if line.path[-1] in _LISTS else line
        there, known = found.get(key, (line, []))
        if there is not line:
            there = replace(there, value=(*_texts(there), *_texts(line)))
        found[key] = there, [*known, *shown]
    return dict(found.values())


def _texts(line: Line) -> tuple[str, ...]:
    return line.value if isinstance(line.value, tuple) else (str(line.value),)


def with_lines(keys: Mapping[str, Any], lines: tuple[Line, ...]) -> dict[str, Any]:
    """A copy of the table, the lines added. Raises TypeError where another value is in the way."""
    table = copy.deepcopy(dict(keys))
    for line in lines:
        inner = table
        for key in line.path[:-1]:
            inner = inner.setdefault(key, {})
            if not isinstance(inner, dict):
                raise TypeError(key)
        last = line.path[-1]
        inner[last] = _joined(inner.get(last), line.value, last)
    return table


def toml(value: object) -> str:
    """A text, a number, or a list of texts; nothing in it that a terminal obeys."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(each) for each in value)}]"
    said = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in said)


def _joined(there: object, value: str | int | tuple[str, ...], key: str) -> Any:
    """Lists of texts grow; anything else is replaced."""
    if key not in _LISTS or there is None:
        return list(value) if isinstance(value, tuple) else value
    known = list(there) if isinstance(there, list) else [there]
    return [*known, *(value if isinstance(value, tuple) else (value,))]


def _at(keys: Mapping[str, Any], path: tuple[str, ...]) -> object:
    found: object = keys
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found
