"""From a table of plain values to a frozen object, or to every fault in the table.

Tables go through JSON on their way: there strict pydantic takes a list for a tuple and a word for
a member of an enumeration, which is all the leniency that TOML needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import ErrorDetails

from monitor.config.known import Known
from monitor.config.positions import Path
from monitor.config.problems import MOST
from monitor.config.sentences import WANTED, Fault, Table

T = TypeVar("T")
_KEPT_THOUGH_ABSENT: Final = "missing"


class MisfitError(Exception):
    """Everything that is wrong in one table."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("a table does not fit")


class Shape(Generic[T]):
    """What a table must look like. `also` are keys of the same table that are read elsewhere."""

    def __init__(self, kind: Any, also: Iterable[str] = ()) -> None:
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)
        self._also = tuple(also)

    def read(self, filled: object, written: object, folder: FilePath) -> T:
        """*written* is the same table before references were filled in. Raises MisfitError."""
        try:
            return self._adapter.validate_json(
                json.dumps(filled), strict=True, context={"folder": folder}
            )
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False)[:MOST]
        except Exception as error:  # noqa: BLE001 - a user's own module may run in a validator
            text = f"cannot be read, its validation broke off with {type(error).__name__}"
            raise MisfitError([Fault((), f"{text}; correct what it names")]) from None
        raise MisfitError(self._faults(found, Table(written, self.known, self._also)))

    @cached_property
    def known(self) -> Known:
        try:
            return Known(self._adapter.json_schema())
        except PydanticInvalidForJsonSchema:
            return Known({})

    def _faults(self, errors: list[ErrorDetails], table: Table) -> list[Fault]:
        tagged = _is_tagged_union(self._adapter.core_schema)
        return list(_settle([_located(each, table, tagged=tagged) for each in errors], table, 0))


@dataclass(frozen=True, slots=True)
class _Located:
    """`skips` are parts of pydantic's place that name a branch of a union, not a key: how many
    keys stand before each, and its name.
    """

    path: Path
    skips: tuple[tuple[int, str], ...]
    details: ErrorDetails


def _located(details: ErrorDetails, table: Table, *, tagged: bool) -> _Located:
    path: Path = ()
    skips = []
    loc = details["loc"]
    if tagged and not details["type"].startswith("union_tag"):
        loc = loc[1:]
    for index, part in enumerate(loc):
        absent = details["type"] == _KEPT_THOUGH_ABSENT and index == len(loc) - 1
        if absent or _holds(table.at(path), part):
            path = (*path, part)
        else:
            skips.append((len(path), str(part)))
    return _Located(path, tuple(skips), details)


def _holds(value: object, part: str | int) -> bool:
    match value:
        case dict():
            return part in value
        case list():
            return isinstance(part, int) and part < len(value)
        case _:
            return False


def _settle(errors: list[_Located], table: Table, level: int) -> Iterator[Fault]:
    """One voice for each union: the branch that came nearest, or all that could have stood there.

    *level* counts the unions around that have been settled.
    """
    unions: dict[Path, dict[str, list[_Located]]] = {}
    for each in errors:
        if len(each.skips) <= level:
            yield table.fault(each.path, each.details)
        else:
            depth, branch = each.skips[level]
            unions.setdefault(each.path[:depth], {}).setdefault(branch, []).append(each)
    for place, branches in unions.items():
        near = [b for b in branches.values() if not _is_mismatch(b, place, table.at(place))]
        if near:
            yield from _settle(min(near, key=len), table, level + 1)
        elif len(branches) == 1:
            yield from _settle(next(iter(branches.values())), table, level + 1)
        else:
            wanted = [_wanted(each.details) for found in branches.values() for each in found]
            yield Fault(place, table.expected(place, wanted))


def _is_mismatch(found: list[_Located], place: Path, value: object) -> bool:
    """The value is of another sort altogether than this branch wants."""
    sorts = WANTED.keys() if isinstance(value, str) else {*WANTED, "literal_error", "enum"}
    return all(each.path == place and each.details["type"] in sorts for each in found)


def _wanted(details: ErrorDetails) -> str:
    return WANTED.get(details["type"]) or str(details.get("ctx", {}).get("expected"))


def _is_tagged_union(schema: Any) -> bool:
    while schema["type"] != "tagged-union" and isinstance(schema.get("schema"), dict):
        schema = schema["schema"]
    return bool(schema["type"] == "tagged-union")
