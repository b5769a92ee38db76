"""Text that is not TOML, and a remedy for what people most often get wrong."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import Any, Final

from monitor.config.positions import Positions

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TWICE: Final = re.compile(r"Cannot declare (\(.*\)) twice")
# A run of this many dotted parts keeps tomllib busy for minutes, and means nothing.
_TOO_DEEP: Final = re.compile(
    r"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}"""
)
_REMEDIES: Final = (
    ("Cannot declare", "keep one of the two, or give them different names"),
    ("Cannot overwrite", "this key was given before; keep one of the two"),
    ("Cannot mutate", "this table was closed before; write the key inside it"),
    ("Duplicate inline table key", "keep one of the two"),
    ("Expected '=' after a key", 'write key = "value"'),
    ("Unterminated string", "close the quotes"),
    ("Illegal character '\\n'", 'close the quotes, or use """ for text of several lines'),
    ("Illegal character", "remove the character"),
    ("Unescaped '\\'", "write \\\\ for one backslash, or put the text in 'single quotes'"),
    ("Unclosed array", "separate the values with commas and close the list with ]"),
    ("Unclosed inline table", "separate the keys with commas and close the table with }"),
    ("Invalid initial character for a key", 'write key = "value"; odd names go in quotes'),
    ("Expected ']", "close the name of the table with ]"),
    ("Expected newline", "write one key a line, and text in quotes"),
    ("Expected", "close the quotes"),
    ("Invalid value", "write text in quotes; true, false and numbers stand without"),
    ("Invalid statement", 'write [table] or key = "value"'),
)


class NotTomlError(Exception):
    """`line` is 0 when it concerns the whole file."""

    def __init__(self, line: int, text: str) -> None:
        self.line = line
        self.text = text
        super().__init__(text)


def parse(text: str) -> tuple[dict[str, Any], Positions]:
    """What the text says and where. Raises NotTomlError."""
    if deep := _TOO_DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise NotTomlError(line, "a key has too many dotted parts; write it flatter")
    try:
        return tomllib.loads(text), Positions(text)
    except tomllib.TOMLDecodeError as error:
        raise _explained(str(error), Positions(text)) from None
    except RecursionError:
        line = Positions(text).last
        raise NotTomlError(line, "lists or tables are nested too deep; write it flatter") from None
    except ValueError:
        raise NotTomlError(0, "a number is too long to be read; write a smaller one") from None


def _explained(message: str, places: Positions) -> NotTomlError:
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else places.last
    what = message[: place.start()] if place else message
    remedy = next((r for start, r in _REMEDIES if what.startswith(start)), "correct it")
    if twice := _TWICE.match(what):
        path = ast.literal_eval(twice[1])
        what = f"[{'.'.join(path)}] is declared twice, first in line {places.line(path)}"
    return NotTomlError(line, f"this is not TOML: {what[0].lower()}{what[1:]}; {remedy}")
