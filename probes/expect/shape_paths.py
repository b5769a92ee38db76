"""Writing the place of a field as a JSONPath, and reading it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final, TypeAlias

LONGEST_KEY: Final = 120
_PLAIN: Final = re.compile(r"[^\W\d]\w*")
_PART: Final = re.compile(r'\.([^\W\d]\w*)|(\[\*\])|(\.\*)|\[("(?:[^"\\]|\\.)*")\]')


class Every(Enum):
    """A part of a path that stands for many."""

    ENTRY = "[*]"
    """Of an array."""
    KEY = ".*"
    """Of an object whose keys are data."""


Part: TypeAlias = str | Every
Place: TypeAlias = tuple[Part, ...]


def is_told(key: str) -> bool:
    """Whether a key can stand in a file that people read."""
    return len(key) <= LONGEST_KEY and key.isprintable()


def written(place: Iterable[Part]) -> str:
    """`$.items[*].id`"""
    return "$" + "".join(map(_part, place))


def _part(part: Part) -> str:
    if isinstance(part, Every):
        return part.value
    return f".{part}" if _PLAIN.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"


def parsed(path: str) -> Place:
    """Raises ValueError, with a remedy."""
    try:
        return tuple(_parts(path))
    except ValueError:
        raise ValueError(
            f'{path[:LONGEST_KEY]!r} is no place in an answer; write it like "$.items[*].id"'
        ) from None


def _parts(path: str) -> Iterator[Part]:
    if not path.startswith("$"):
        raise ValueError(path)
    at = 1
    while at < len(path):
        found = _PART.match(path, at)
        if found is None:
            raise ValueError(path)
        name, entry, key, quoted = found.groups()
        yield Every.ENTRY if entry else Every.KEY if key else name or str(json.loads(quoted))
        at = found.end()


def said(place: Place) -> str:
    """For people: `items[].id`; `the answer` for the whole of it."""
    words = "".join(
        "[]" if part is Every.ENTRY else ".*" if part is Every.KEY else f".{part}" for part in place
    )
    return words.removeprefix(".") or "the answer"
