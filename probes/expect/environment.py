"""Which environment an answer says it is of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ConfigDict, Field, model_validator

from probes.expect.document import parse
from probes.expect.grouped import LONGEST_NAME, Grouped
from probes.expect.page import attribute, is_page, metas
from probes.expect.selector import Selector
from probes.settings import Strict

LONGEST: Final = LONGEST_NAME
HEADERS: Final = (
    *("x-environment", "x-env", "x-app-environment", "x-app-env", "x-application-environment"),
    *("x-deployment-environment", "environment"),
)
"""In which servers tell it, the plainest first."""
KEYS: Final = ("environment", "env", "app_env", "deployment_environment")
"""At the top of a JSON answer."""
_METAS: Final = ("environment", "env", "app-environment", "application-environment")
_ATTRIBUTES: Final = ("data-environment", "data-env")
_PEEKED: Final = 64 * 1024
"""Bytes of JSON that are read for its sake where nothing says that it stands there."""


def _or_text(schema: dict[str, Any]) -> None:
    table = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string", "minLength": 1}, table]


class EnvironmentExpectation(Strict):
    """Its name, and where it stands when not in one of the usual places."""

    model_config = ConfigDict(json_schema_extra=_or_text)

    is_: str = Field(alias="is", min_length=1, max_length=LONGEST)
    """The name that is expected; large and small letters are the same."""
    header: str | None = Field(default=None, min_length=1)
    """The header that says it."""
    json_: Selector | None = Field(default=None, alias="json")
    """The JSONPath of the value that says it."""
    pattern: Grouped | None = None
    """A regular expression whose one group holds it."""

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, value: Any) -> Any:
        return {"is": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_place(self) -> EnvironmentExpectation:
        if len(self.model_fields_set) > 2:
            raise ValueError("header, json and pattern exclude each other; keep one")
        return self

    @property
    def reads_body(self) -> bool:
        return self.json_ is not None or self.pattern is not None

    def fault(self, headers: Sequence[tuple[bytes, bytes]], text: str) -> str | None:
        """What is wrong: another one is named; or `""` when none is."""
        if self.pattern is not None and self.pattern.holds(text, self.is_):
            return None
        name = self._named(headers, text)
        if name and same(name, self.is_):
            return None
        return f"{_short(name)} answers, expected {self.is_}" if name else ""

    def _named(self, headers: Sequence[tuple[bytes, bytes]], text: str) -> str:
        if self.header is not None:
            return in_headers(headers, (self.header.lower(),))
        if self.json_ is not None:
            return _in_json(self.json_, text)
        if self.pattern is not None:
            another = self.pattern.found_in(text)
            return (self.pattern.held(text) or "another environment") if another else ""
        return environment_of(headers, text)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def environment_of(headers: Sequence[tuple[bytes, bytes]], text: str) -> str:
    """The name in the first of the usual places that has one; empty where nothing says it. All of
    it, that a secret in it is not cut in two before it is hidden.
    """
    return in_headers(headers, HEADERS) or in_text(text)


def in_headers(headers: Sequence[tuple[bytes, bytes]], names: Sequence[str]) -> str:
    """*names* are in small letters."""
    given = {name.lower(): value for name, value in reversed(headers)}
    for name in names:
        if value := given.get(name.encode("utf-8"), b"").strip():
            return value.decode("utf-8", "replace")
    return ""


def in_text(text: str) -> str:
    """Of a JSON object, or of a page."""
    if is_page(text):
        found = metas(text)
        told = (found[name] for name in _METAS if name in found)
        return next(told, "") or attribute(text, _ATTRIBUTES)
    if len(text) <= _PEEKED and text[:200].lstrip().startswith("{"):
        return in_document(_parsed(text))
    return ""


def in_document(document: Any) -> str:
    """Of a JSON document."""
    given = document if isinstance(document, dict) else {}
    return next((_word(given[key]) for key in KEYS if _word(given.get(key))), "")


def _in_json(selector: Selector, text: str) -> str:
    try:
        return next((_word(value) for value in selector.select(_parsed(text))), "")
    except RecursionError:
        return ""


def _parsed(text: str) -> Any:
    try:
        return parse(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return None


def _word(value: Any) -> str:
    match value:
        case str():
            return value.strip()
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            return ""
