"""What pydantic found, said to the person who wrote the file.

Values are quoted as they were written, never as they became: what a reference held stays unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from monitor.config.known import Known
from monitor.config.nearest import either, remedy
from monitor.config.positions import Path
from monitor.config.references import stands_in

WANTED: Final[Mapping[str, str]] = {
    "string_type": "text in quotes",
    "path_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "list_type": "a list in [brackets]",
    "tuple_type": "a list in [brackets]",
    "set_type": "a list in [brackets]",
    "frozen_set_type": "a list in [brackets]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_BOUNDS: Final[Mapping[str, str]] = {
    "greater_than": "is too small; write more than {gt}",
    "greater_than_equal": "is too small; write {ge} or more",
    "less_than": "is too large; write less than {lt}",
    "less_than_equal": "is too large; write {le} or less",
    "multiple_of": "does not fit; write a multiple of {multiple_of}",
    "string_too_short": "is too short; write {min_length} characters or more",
    "string_too_long": "is too long; write {max_length} characters or less",
    "string_pattern_mismatch": "does not have the right form; write what matches {pattern}",
    "too_short": "holds too little; write {min_length} or more",
    "too_long": "holds too much; write {max_length} or less",
    "url_parsing": 'is not an address; write it in full, as "https://example.org/"',
    "url_scheme": "is not an address that can be used here; begin with {expected_schemes}",
}
_PYDANTICS_OWN: Final = frozenset(get_args(ErrorType))
_WORDED: Final = frozenset({"value_error", "assertion_error"})
_CHOICE: Final = re.compile(r"'([^']*)'|([^\s,']+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a table; `path` begins inside it."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table as it was written, and what its keys may be. `also` are keys read elsewhere."""

    written: object
    known: Known
    also: tuple[str, ...] = ()

    def at(self, path: Path) -> object:
        value = self.written
        for part in path:
            try:
                value = value[part]  # type: ignore[index]  # what does not fit is caught
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def fault(self, path: Path, details: ErrorDetails) -> Fault:
        if own := _OWN.get(details["type"]):
            return own(self, path, details.get("ctx", {}))
        return self._placed(path, self._text(path, details))

    def _placed(self, path: Path, text: str) -> Fault:
        """A sentence about a table that begins with one of its keys is placed at that key, and
        goes on without it, for the place is said first; `key = value` stays together.
        """
        key, _, rest = text.partition(" ")
        about = (*path, *key.split("."))
        if self.at(about) is None:
            return Fault(path, text)
        return Fault(about, text if rest.startswith("= ") else rest)

    def _text(self, path: Path, details: ErrorDetails) -> str:
        if wanted := WANTED.get(details["type"]):
            return self.expected(path, [wanted])
        if bound := _BOUNDS.get(details["type"]):
            return self._bounded(path, bound, details.get("ctx", {}))
        if details["type"] in _WORDED or details["type"] not in _PYDANTICS_OWN:
            return self._worded(path, details["msg"])
        return f"is not accepted here; write {self._pair(path)}"

    def expected(self, path: Path, wanted: Iterable[str]) -> str:
        found = _sort(self.at(path))
        return f"expected {either(dict.fromkeys(wanted))}, found {found}; write {self._pair(path)}"

    def _bounded(self, path: Path, bound: str, ctx: Mapping[str, Any]) -> str:
        if ctx.get("min_length") == 1:
            return f"is empty; write {self._pair(path)}"
        return bound.format_map(ctx)

    def _worded(self, path: Path, message: str) -> str:
        written = self.at(path)
        if stands_in(written):
            return f"what {written} becomes is not accepted here; correct the value behind it"
        return re.sub(r"^(Value error|Assertion failed), ", "", message)

    def _pair(self, path: Path) -> str:
        named = [part for part in path if isinstance(part, str)]
        example = self.known.example(path, self.written)
        if not named:
            return example
        return f"{named[-1]} = {example}" if path[-1] == named[-1] else f"{example} there"

    def missing(self, path: Path, _ctx: Mapping[str, Any]) -> Fault:
        return Fault(path, f"is missing; write {self._pair(path)}")

    def unknown(self, path: Path, _ctx: Mapping[str, Any]) -> Fault:
        *table, key = path
        known = self.known.keys(tuple(table), self.written)
        deeper = self.known.inner_keys(tuple(table), self.written)
        inside = [each for each in deeper if each.endswith(f".{key}")]
        if not table:
            known += self.also
        if str(key) in known:  # of a table of another sort
            beside = self.known.goes_with(str(key), tuple(table), self.written)
            words = either(dict.fromkeys(beside)) if beside else "something else"
            return Fault(path, f"{str(key)!r} does not go with what is here, but with {words}")
        hint = f"did you mean {inside[0]!r}?" if inside else remedy(str(key), known, "keys here")
        return Fault(path, f"unknown key {str(key)[:64]!r}; {hint}")

    def choice(self, path: Path, ctx: Mapping[str, Any]) -> Fault:
        found = _CHOICE.findall(str(ctx.get("expected", "")))
        choices = [quoted or bare for quoted, bare in found if bare != "or"]
        return Fault(path, self._not_among(path, choices))

    def wrong_tag(self, path: Path, ctx: Mapping[str, Any]) -> Fault:
        choices = [quoted or bare for quoted, bare in _CHOICE.findall(str(ctx["expected_tags"]))]
        return Fault(place := _tagged(path, ctx), self._not_among(place, choices))

    def no_tag(self, path: Path, ctx: Mapping[str, Any]) -> Fault:
        return self.missing(_tagged(path, ctx), ctx)

    def _not_among(self, path: Path, choices: list[str]) -> str:
        written = self.at(path)
        if not isinstance(written, str):
            return f"is not one of the choices; write {either(choices)}"
        return f"unknown choice {written[:64]!r}; {remedy(written, choices, 'choices')}"


_OWN: Final[Mapping[str, Callable[[Table, Path, Mapping[str, Any]], Fault]]] = {
    "missing": Table.missing,
    "extra_forbidden": Table.unknown,
    "literal_error": Table.choice,
    "enum": Table.choice,
    "union_tag_invalid": Table.wrong_tag,
    "union_tag_not_found": Table.no_tag,
}


def _tagged(path: Path, ctx: Mapping[str, Any]) -> Path:
    """Where the word stands that tells branches apart; the table, when a function tells them."""
    key = str(ctx.get("discriminator", ""))
    return (*path, key[1:-1]) if key.startswith("'") else path


def _sort(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return "a number"
        case float():
            return "a number with a decimal point"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "nothing"
