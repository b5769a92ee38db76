"""What is expected of a JSON document."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, JsonValue, PlainSerializer, WithJsonSchema, model_validator

from probes.expect.pattern import Pattern
from probes.expect.selector import Selector
from probes.expect.words import shown
from probes.result import Reason
from probes.settings import Strict

Fault = tuple[Reason, str]
JsonType = Literal["string", "integer", "number", "boolean", "array", "object", "null"]
_NAMES: Final = {str: "string", float: "number", list: "array", dict: "object"}
_NAMED: Final = 3
_PERCENT: Final = re.compile(r"(\d{1,2}(?:\.\d+)?)\s?%", re.ASCII)


def _share(value: object) -> float:
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or not float(found[1]):
        raise ValueError('write how much fewer there may be, between "1%" and "99%", as "30%"')
    return float(found[1]) / 100


def _percentage(share: float) -> str:
    return f"{share * 100:g}%"


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


Share = Annotated[
    float,
    BeforeValidator(_share),
    PlainSerializer(_percentage, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PERCENT.pattern, "examples": ["30%"]}),
]
"""Written as a percentage; from 0 to 1."""
Values = Annotated[
    tuple[JsonValue, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"type": "array", "minItems": 1, "examples": [["canary.txt"]]}),
]


class JsonExpectation(Strict):
    """Of what one JSONPath selects. Everything but the counts holds for each selected value."""

    equals: JsonValue = None
    """The same value: 1 is neither "1" nor true."""
    type: JsonType | None = None
    count_min: int | None = None
    """At least so many values are selected; 0 lets there be none."""
    count_max: int | None = None
    exists: bool | None = None
    """false: nothing is selected."""
    contains: JsonValue = None
    """A part of the text, an entry of the array, or a key of the object."""
    matches: Pattern | None = None
    """A regular expression found in the text."""
    includes: Values = ()
    """Each of these is one of the values selected: a record that is known to be there."""
    baseline: Share | None = None
    """So much fewer than usual may be selected, as "30%"; what is usual is learned."""
    at_least: int | float | None = None
    at_most: int | float | None = None

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.exists is False and len(self.model_fields_set) > 1:
            raise ValueError("exists = false stands alone; remove it or the other keys")
        if self.count_max is not None and self.count_max < 1:
            raise ValueError("write exists = false instead of count_max = 0")
        for low, high in (("count_min", "count_max"), ("at_least", "at_most")):
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(f"{low} is larger than {high}; exchange them")
        if "includes" in self.model_fields_set and not self.includes:
            raise ValueError("includes names nothing; write the values that must be there")
        if self.count_min is not None and self.count_min < 0:
            raise ValueError("count_min cannot be negative; 0 lets there be none")
        return self

    @property
    def counts_several(self) -> bool:
        counted = self.count_max is not None or self.baseline is not None
        return bool(self.count_min) or counted

    @property
    def counts(self) -> bool:
        return self.count_min is not None or self.count_max is not None

    def fault(self, selector: Selector, document: Any) -> Fault | None:
        """The first thing that is wrong; an empty selection is, unless it was allowed."""
        try:
            values = list(selector.select(document))
        except RecursionError:
            return Reason.JSON_VALUE, f"JSON {selector}: nested too deeply to look through"
        if self.includes and not values:
            return Reason.JSON_VALUE, f"JSON {selector}: {self._absent()}"
        if (said := self._miscounted(values)) is not None:
            reason = Reason.JSON_COUNT if self.counts else Reason.JSON_VALUE
            return reason, f"JSON {selector}: {said}"
        if (said := self._lacking(values)) is not None:
            return Reason.JSON_VALUE, f"JSON {selector}: {said}"
        for value in values:
            if (said := self._wrong(value)) is not None:
                return Reason.JSON_VALUE, f"JSON {selector}: {said}"
        return None

    def _miscounted(self, values: list[Any]) -> str | None:
        found = len(values)
        if self.exists is False:
            return f"found {shown(values[0])}, expected nothing" if values else None
        least = self._least if self.count_min is None else self.count_min
        if found < least:
            return f"found {found or 'nothing'}, expected at least {least}"
        if self.count_max is not None and found > self.count_max:
            return f"found {found}, expected at most {self.count_max}"
        return None

    @property
    def _least(self) -> int:
        """Where the baseline alone is to judge, there may be none: there may usually be none."""
        return 0 if self.model_fields_set == {"baseline"} else 1

    def _lacking(self, values: list[Any]) -> str | None:
        missing = [each for each in self.includes if not any(_same(v, each) for v in values)]
        if not missing:
            return None
        said = " and ".join(shown(each) for each in missing[:_NAMED])
        said += f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return f"{said} {'is' if len(missing) == 1 else 'are'} not among the {len(values)} found"

    def _absent(self) -> str:
        said = " and ".join(shown(each) for each in self.includes[:_NAMED])
        more = len(self.includes) - _NAMED
        said += f" and {more} more" if more > 0 else ""
        return f"{said} {'is' if len(self.includes) == 1 else 'are'} not there: the list is empty"

    def _wrong(self, value: Any) -> str | None:
        for key, (met, words) in _CLAIMS.items():
            wanted = getattr(self, key)
            if wanted is not None and not met(value, wanted):
                said = shown(wanted) if key in {"equals", "contains"} else str(wanted)
                return f"found {shown(value)}, expected {words.format(said)}"
        return None


def parse(content: bytes) -> Any:
    """The document. Raises ValueError for what is not JSON (RFC 8259), or too deep to read."""
    try:
        return json.loads(content, parse_constant=_refuse, parse_float=_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _number(text: str) -> int | float:
    """1.0 and 1 are one number in JSON."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _same(value: Any, wanted: Any) -> bool:
    """Equality that tells true from 1."""
    match value, wanted:
        case bool(), _:
            return value is wanted
        case _, bool():
            return False
        case list(), list():
            return len(value) == len(wanted) and all(map(_same, value, wanted))
        case dict(), dict():
            return value.keys() == wanted.keys() and all(_same(value[k], wanted[k]) for k in wanted)
        case _:
            return bool(value == wanted)


def _is(value: Any, wanted: str) -> bool:
    match value:
        case None:
            return wanted == "null"
        case bool():
            return wanted == "boolean"
        case int():
            return wanted in {"integer", "number"}
        case _:
            return _NAMES[type(value)] == wanted


def _holds(value: Any, wanted: Any) -> bool:
    match value:
        case str() | dict():
            return isinstance(wanted, str) and wanted in value
        case list():
            return any(_same(entry, wanted) for entry in value)
        case _:
            return False


def _matches(value: Any, wanted: Pattern) -> bool:
    return isinstance(value, str) and wanted.found_in(value)


def _compare(value: Any, wanted: float, sign: int) -> bool:
    comparable = isinstance(value, int | float) and not isinstance(value, bool)
    return comparable and (value - wanted) * sign >= 0


_CLAIMS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "equals": (_same, "{}"),
    "type": (_is, "a value of type {}"),
    "contains": (_holds, "something that contains {}"),
    "matches": (_matches, "text that matches {}"),
    "at_least": (lambda value, wanted: _compare(value, wanted, 1), "at least {}"),
    "at_most": (lambda value, wanted: _compare(value, wanted, -1), "at most {}"),
}
