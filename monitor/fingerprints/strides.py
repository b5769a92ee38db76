"""How far a change of a trait goes: to the next number, or to another thing altogether. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import zip_longest
from types import MappingProxyType
from typing import Final

from monitor.notices import fields
from probes.traits import Trait

_GROUP: Final = 100
"""Numbers of one dotted group are told apart up to here."""
_LAST: Final = 100 * _GROUP
_PIECE: Final = re.compile(
    r"(?P<number>(?>\d+(?:\.\d+)*)(?![a-z]))|(?P<digest>\b[gv]?[0-9a-f]{7,64}\b)"
    r"|(?P<part>\d+(?:\.\d+)*)|(?P<word>[^\W\d_]+)|(?P<rest>.)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_DECIMAL: Final = re.compile(r"\d{7,64}", re.ASCII)
"""It may be a number, and a digest that happens to have no letter in it."""


@dataclass(frozen=True, slots=True)
class Stride:
    """`place` is that of the first number that is another one: 0 for the first of all."""

    place: int = _LAST
    up: bool = True
    renamed: bool = False
    """The words around the numbers are others as well."""
    by: int = 0
    """How much the first of several numbers changed; of one alone, which skips what was never
    released, how often it doubled.
    """

    @property
    def is_ordered(self) -> bool:
        """Whether a number says which one is newer."""
        return self.place < _LAST

    @property
    def is_far(self) -> bool:
        """Not the next number of something that goes on."""
        return self.place == 0 or not self.up or self.renamed

    def is_within(self, other: Stride) -> bool:
        """Whether whoever knows the other knows this one."""
        same = self.up == other.up and (other.renamed or not self.renamed)
        return same and other.place <= self.place and (self.place > 0 or self.by <= other.by)


def stride_of(trait: str, was: str, became: str) -> Stride | None:
    """None where it goes so far, or means so much, that it can never be usual."""
    measure = _MEASURES.get(trait)
    return measure(was, became) if measure else None


def is_step(was: str, became: str) -> bool:
    """Whether it is no way back to a version that was there before, nor the way to another age:
    up by a number behind the first one, or between names. A build that comes again is a way back.
    """
    moves, pair = _moves(was, became), _alike(was, became)
    builds = not moves and pair is not None and "#" in pair[0].shape
    return not builds and all(up and place % _GROUP for place, up in moves)


def is_another_age(was: str, became: str) -> bool:
    """Whether it has another first number, up or down; of one that stands alone, all are first."""
    pair = _alike(was, became)
    if pair is None or (pair[0].shape == "0" and len(pair[1].numbers[0]) == 1):
        return False
    return any(place % _GROUP == 0 for place, _ in _moves(was, became))


@dataclass(frozen=True, slots=True)
class _Parsed:
    shape: str
    numbers: tuple[tuple[int, ...], ...]
    words: tuple[str, ...]


def _of_version(was: str, became: str) -> Stride | None:
    """Of a version it is the first difference that counts: what follows may begin anew."""
    pair = _alike(was, became)
    if pair is None:
        return None
    old, new = pair
    place, up = next(iter(_moves(was, became)), (_LAST, True))
    by = 0 if place else _grew(old.numbers, new.numbers)
    return Stride(place, up, renamed=old.words != new.words, by=by)


def _grew(was: tuple[tuple[int, ...], ...], became: tuple[tuple[int, ...], ...]) -> int:
    old, new = was[0][0], became[0][0]
    if len(became) > 1 or len(became[0]) > 1:
        return abs(new - old)
    return max((new // max(old, 1)).bit_length() - 1, 0)


def _of_products(was: str, became: str) -> Stride | None:
    """Each of them may only go on: another product, a first number or a way back is news always."""
    stride, moves = _of_version(was, became), _moves(was, became)
    if stride is None or stride.renamed or not all(up and place % _GROUP for place, up in moves):
        return None
    return Stride(min((place % _GROUP for place, _ in moves), default=_LAST))


def _of_address(was: str, became: str) -> Stride | None:
    """Another machine of the same kind of network."""
    return (
        Stride() if was and became and _network(_newest(was, became)) == _network(became) else None
    )


def _network(value: str) -> tuple[int, bool, bool] | str:
    try:
        address = ip_address(value)
    except ValueError:
        return value
    return address.version, address.is_global, address.is_loopback


def _of_fields(was: str, became: str) -> Stride | None:
    """More of them. One that is gone breaks whoever read it."""
    return Stride() if fields.only_new(was, became) else None


_MEASURES: Final[Mapping[str, Callable[[str, str], Stride | None]]] = MappingProxyType(
    {
        Trait.VERSION: _of_version,
        Trait.RUNTIME: _of_products,
        Trait.SERVER: _of_products,
        Trait.ADDRESS: _of_address,
        Trait.JSON_KEYS: _of_fields,
    }
)
"""Not the environment, and not who signs: another one is news however often it comes."""


def _moves(was: str, became: str) -> list[tuple[int, bool]]:
    """The place of the first difference in each group of numbers, and whether it went up; nothing
    of what has no order.
    """
    pair = _alike(was, became)
    if pair is None:
        return []
    return list(_differences(pair[0].numbers, pair[1].numbers))


def _differences(
    was: tuple[tuple[int, ...], ...], became: tuple[tuple[int, ...], ...]
) -> Iterator[tuple[int, bool]]:
    for group, (old, new) in enumerate(zip(was, became, strict=True)):
        for place, (one, other) in enumerate(zip_longest(old, new, fillvalue=0)):
            if one != other:
                yield group * _GROUP + min(place, _GROUP - 1), other > one
                break


def _newest(values: str, like: str) -> str:
    """The last of several, which may themselves be lists of as many parts as the other one."""
    return ", ".join(values.split(", ")[-1 - like.count(", ") :])


def _alike(was: str, became: str) -> tuple[_Parsed, _Parsed] | None:
    """Both, where they are made alike."""
    was = _newest(was, became)
    for decimal in (False, True):
        old, new = _parsed(was, decimal=decimal), _parsed(became, decimal=decimal)
        if old.shape == new.shape and (not decimal or "#" in old.shape):
            return old, new
        if "#" not in old.shape + new.shape:
            return None
    return None


def _parsed(value: str, *, decimal: bool) -> _Parsed:
    shape, numbers, words = "", [], []
    for found in _PIECE.finditer(value):
        kind, said = found.lastgroup, found[0]
        if kind == "digest" or (decimal and _DECIMAL.fullmatch(said)):
            shape += "#"
        elif kind in ("number", "part"):
            shape += "0"
            numbers.append(tuple(map(int, said.split("."))))
        elif kind == "word":
            shape += "a"
            words.append(said)
        else:
            shape += said
    return _Parsed(shape, tuple(numbers), tuple(words))
