"""The `expect` table: what an answer has to be like."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from probes.expect.document import JsonExpectation
from probes.expect.environment import EnvironmentExpectation
from probes.expect.pattern import Pattern
from probes.expect.pin import Pin
from probes.expect.schema import Schema
from probes.expect.selector import Selector
from probes.settings import Duration, Strict

_CLASS: Final = re.compile(r"[1-5]xx")


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


def _texts(value: tuple[str, ...]) -> tuple[str, ...]:
    if not all(value):
        raise ValueError("an empty text is found in everything; write the text that matters")
    return value


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    AfterValidator(_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One text, or a list of texts."""


def _statuses(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    found = tuple(str(status) for status in listed if not isinstance(status, bool))
    good = [text for text in found if _CLASS.fullmatch(text) or _is_status(text)]
    if not listed or len(good) < len(listed):
        raise ValueError('a status is a number such as 200, a class such as "2xx", or a list')
    return found


def _is_status(text: str) -> bool:
    return text.isdecimal() and 100 <= int(text[:9]) <= 599


_ONE: Final = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[1-5]xx$"}]}
Statuses = Annotated[
    tuple[str, ...],
    BeforeValidator(_statuses),
    WithJsonSchema({"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE}]}),
]
"""Numbers and classes, as text: `("200", "3xx")`."""


def _or_text(schema: dict[str, Any]) -> None:
    """Tells editors of the short form, the text alone."""
    table = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string"}, table]


class HeaderExpectation(Strict):
    """Of one header; repeated ones count as one, joined by a comma and a space."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    equals: str | None = None
    contains: str | None = None
    pattern: Pattern | None = None

    @model_validator(mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        return {"equals": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError('write the text of the header, or { contains = "…" }')
        return self


class Expect(Strict):
    """All of it has to hold."""

    status: Statuses = ("2xx",)
    """200, "2xx", or a list of such."""
    contains: Texts = ()
    """Text of the answer; of a list, every one."""
    contains_all: Texts = ()
    """The same, for those who like to say so."""
    lacks: Texts = ()
    """Text that must not be there; of a list, none."""
    pattern: Pattern | None = None
    """A regular expression found in the answer."""
    header: dict[str, HeaderExpectation] = Field(default_factory=dict)
    json_: dict[Selector, JsonExpectation] = Field(default_factory=dict, alias="json")
    """By JSONPath, what the values that it selects are like."""
    json_schema: Schema | None = None
    """A JSON Schema: a table, or the path of a file."""
    shape: Pin | None = Field(default=None, examples=["learn"])
    """"learn": the fields of a JSON answer and their types are learned from the first good runs,
    kept in a file, and expected from then on. Or the path of such a file."""
    environment: EnvironmentExpectation | None = Field(default=None, examples=["production"])
    """The environment that the answer has to say it is of."""
    within: Duration | None = None
    """Slower is SLOW."""
    certificate_valid_for: Duration | None = None
    """Less is SLOW; a certificate that has expired fails anyway."""

    @model_validator(mode="after")
    def _counts_more_than_one(self) -> Self:
        for selector, expected in self.json_.items():
            if expected.counts_several and selector.singular:
                raise ValueError(
                    f"json.{str(selector)!r} selects one value at most; to count the entries of "
                    f'an array, write "{selector}[*]"'
                )
        return self

    @property
    def reads_body(self) -> bool:
        read = self.contains or self.contains_all or self.lacks or self.pattern
        said = self.environment is not None and self.environment.reads_body
        return bool(read) or said or self.reads_json

    @property
    def reads_json(self) -> bool:
        return bool(self.json_ or self.json_schema or self.shape)

    @property
    def learns(self) -> bool:
        """Whether the shape of good answers is to be told."""
        return self.shape is not None and self.shape.learns and self.shape.shape is None

    @cached_property
    def counted(self) -> tuple[Selector, ...]:
        """What a baseline is kept of."""
        return tuple(path for path, each in self.json_.items() if each.baseline is not None)

    def status_is_met(self, status: int) -> bool:
        return str(status) in self.status or f"{status // 100}xx" in self.status
