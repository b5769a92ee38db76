"""One file of TOML: what it says, and the line of everything it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from monitor.config import positions, syntax
from monitor.config.files import UnreadableError, read_bytes, to_text
from monitor.config.problems import MOST, BadConfiguration, Problem

LARGEST: Final = 8 * 1024 * 1024
_DEEPEST: Final = 40
_LARGEST_NUMBER: Final = 2**63 - 1
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")

KeyPath = positions.Path


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """`shown` is the file's name as the user would write it; `path` is absolute."""

    path: Path
    shown: str
    tables: Mapping[str, Any]
    positions: positions.Positions

    @property
    def folder(self) -> Path:
        return self.path.parent

    def problem(self, path: KeyPath, text: str) -> Problem:
        return Problem(self.shown, self.positions.line(path), dotted(path), text)

    def place(self, path: KeyPath) -> str:
        """`file:line`, for sentences about two places at once."""
        return f"{self.shown}:{self.positions.line(path)}"


def read(path: Path, shown: str) -> Document:
    """Raises BadConfiguration when the file is not TOML that can be worked with."""
    try:
        text = to_text(read_bytes(path, most=LARGEST))
    except UnreadableError as error:
        raise BadConfiguration([Problem(shown, 0, "", f"{error}")], [path]) from None
    try:
        tables, places = syntax.parse(text)
    except syntax.NotTomlError as error:
        problem = Problem(shown, error.line, "", error.text)
        raise BadConfiguration([problem], [path]) from None
    document = Document(path, shown, tables, places)
    if foreign := _foreign(tables, ()):
        found = sorted(document.problem(*each) for each in foreign[:MOST])
        raise BadConfiguration(found, [path])
    return document


def dotted(path: KeyPath) -> str:
    """The key as a person would write it in TOML."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + _quoted(part)
    return text


def _quoted(part: str) -> str:
    part = part if len(part) <= 100 else part[:99] + "…"
    return part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)


def _foreign(value: object, path: KeyPath) -> list[tuple[KeyPath, str]]:
    """Values that TOML knows and a configuration has no use for."""
    if len(path) > _DEEPEST:
        return [(path[:3], f"is nested more than {_DEEPEST} deep; write it flatter")]
    match value:
        case dict():
            return [each for key in value for each in _foreign(value[key], (*path, key))]
        case list():
            return [each for i, item in enumerate(value) for each in _foreign(item, (*path, i))]
        case str() if "\0" in value:
            return [(path, "holds a NUL character; leave it out")]
        case int() if abs(value) > _LARGEST_NUMBER:
            return [(path, "is a larger number than TOML allows; write a smaller one")]
        case datetime() | date() | time():
            return [(path, "is a date or a time without quotes; put it in quotes")]
        case _:
            return []
