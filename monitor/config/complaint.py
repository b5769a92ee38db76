"""What pydantic found in something that a program or a person sent, in one line: the place, and
what is wrong with it. Nothing that was sent is quoted but the names of its keys.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.config.nearest import remedy
from monitor.notices import one_line

MOST: Final = 3
"""So many faults are said at once."""
_KEY_MAX: Final = 64
_SAID: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "string_type": "has to be text",
    "string_too_short": "says nothing",
    "string_too_long": "is too long; {max_length} characters at most",
    "string_pattern_mismatch": "does not have the right form",
    "too_long": "holds too much; {max_length} at most",
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_type": "has to be a number",
    "finite_number": "has to be a number",
    "bool_type": "has to be true or false",
    "list_type": "has to be a list",
    "tuple_type": "has to be a list",
    "dict_type": "has to be an object",
    "model_type": "has to be an object",
    "model_attributes_type": "has to be an object",
    "greater_than_equal": "is too small; {ge} at least",
    "less_than_equal": "is too large; {le} at most",
    "timezone_aware": "names no time zone; write it as 2026-12-01T02:00:00Z",
    "json_invalid": "is no JSON",
}
_NO_TIME: Final = re.compile(r"(date|time).*_(type|parsing|invalid|object_invalid)")
_BRANCH: Final = re.compile(r"union|str|int|float|(constrained|function|literal|nullable)\b.*")
"""What pydantic calls the ways in which a value may be meant; none is a key of ours."""
_OTHERWISE: Final = "is not accepted here"


def complaint(bad: ValidationError, keys: Collection[str] = ()) -> str:
    """`service: is missing; note: is too long; 500 characters at most`. *keys* are those that there
    may be, so that a misspelt one is put right.
    """
    faults: dict[str, str] = {}
    for each in bad.errors(include_input=False, include_url=False):
        faults.setdefault(_place(each), _said(each, keys))
    said = [f"{place}: {fault}" for place, fault in list(faults.items())[:MOST]]
    if more := len(faults) - len(said):
        said.append(f"and {more} more")
    return one_line("; ".join(said))


def _place(each: ErrorDetails) -> str:
    parts = (str(part)[:_KEY_MAX] for part in each["loc"])
    return ".".join(part for part in parts if not _BRANCH.fullmatch(part)) or "the body"


def _said(each: ErrorDetails, keys: Collection[str]) -> str:
    kind, ctx = each["type"], each.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(str(each["loc"][-1]), keys)
    if kind == "value_error":  # our own words, which pydantic only carries
        return str(ctx.get("error", _OTHERWISE))
    if _NO_TIME.fullmatch(kind):
        return "is no time; write it as 2026-12-01T02:00:00Z"
    return _filled(_SAID.get(kind, _OTHERWISE), ctx)


def _unknown(key: str, keys: Collection[str]) -> str:
    return f"unknown key; {remedy(key, keys, 'keys')}" if keys else "unknown key"


def _filled(words: str, ctx: Mapping[str, Any]) -> str:
    return words.format_map(ctx) if "{" in words else words
