"""JSON Schema, with everything in it that a target could use to stall us made harmless.

The library looks patterns up with Python's own engine and compares list entries pairwise; both
are replaced by versions whose time grows with the document alone. Nothing is ever fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from probes.expect.pattern import Pattern
from probes.expect.reading import LARGEST, read_bounded
from probes.expect.words import one_line, quote
from probes.settings import folder_of

_DEEPEST: Final = 64


class Schema:
    """A checked schema. `first_fault` says what is wrong with a document, or None."""

    __slots__ = ("_validator", "plain")

    def __init__(self, plain: dict[str, Any]) -> None:
        """Raises ValueError with a remedy for what is no schema, or not one we can hold to."""
        parts = list(_parts(plain))
        for part in parts:
            _refuse(part)
        if len({"patternProperties", "unevaluatedProperties"} & set().union(*parts)) == 2:
            raise ValueError(
                "unevaluatedProperties does not work together with patternProperties here; "
                "write additionalProperties instead"
            )
        self.plain = plain
        self._validator = _validator(plain)

    def first_fault(self, document: Any) -> str | None:
        try:
            fault = next(iter(self._validator.iter_errors(document)), None)
        except RecursionError:
            return "nested too deeply"
        if fault is None:
            return None
        return f"{one_line(fault.json_path)[:80]}: {quote(fault.message)}"

    @classmethod
    def read(cls, value: object, info: ValidationInfo) -> Schema:
        """From a table, or from a file next to the configuration. Raises ValueError."""
        if isinstance(value, Schema):
            return value
        if isinstance(value, str):
            value = _load(folder_of(info) / value)
        if not isinstance(value, dict):
            raise ValueError('a schema is a table or the path of a JSON file, as "schema.json"')
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls.read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda s: s.plain),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": ["string", "object"]}


def _load(path: Path) -> object:
    try:
        text = read_bounded(path)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise ValueError(f"{path}: {why}; give the path of a JSON file") from None
    if len(text) > LARGEST:
        raise ValueError(f"{path.name} is larger than 1 MiB; give a smaller schema")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{path.name} is not JSON; give the path of a JSON file") from None


def _parts(schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        raise ValueError(f"the schema is nested deeper than {_DEEPEST} levels; use $defs")
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _parts(part, depth + 1)


def _refuse(part: dict[str, Any]) -> None:
    for reference in (part.get("$ref", "#"), part.get("$dynamicRef", "#")):
        if isinstance(reference, str) and not reference.startswith("#"):
            raise ValueError(
                f"{reference!r} leads outside the schema and nothing is fetched; put it under $defs"
            )
    patterned = part.get("patternProperties")
    if isinstance(patterned, dict):
        for text in patterned:
            Pattern(text)
    if isinstance(part.get("pattern"), str):
        Pattern(part["pattern"])


def _validator(plain: dict[str, Any]) -> Any:
    # Heavy, and needed by few: imported when the first schema is read.
    import jsonschema  # noqa: PLC0415 - see above
    from referencing.jsonschema import EMPTY_REGISTRY  # noqa: PLC0415 - see above

    draft = jsonschema.validators.validator_for(plain, default=jsonschema.Draft202012Validator)
    try:
        draft.check_schema(plain)
    except jsonschema.SchemaError as error:
        raise ValueError(f"not a JSON Schema: {one_line(error.message)[:200]}") from None
    _resolve(plain)
    return _guarded(draft)(plain, registry=EMPTY_REGISTRY)


def _resolve(plain: dict[str, Any]) -> None:
    """Raises ValueError for a reference that leads nowhere."""
    from referencing.exceptions import Unresolvable  # noqa: PLC0415 - as heavy as its user
    from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY  # noqa: PLC0415 - as heavy as its user

    parts = list(_parts(plain))
    if any("$id" in part for part in parts if part is not plain):
        return  # references count from there; validating will tell
    resource = DRAFT202012.create_resource({k: v for k, v in plain.items() if k != "$id"})
    resolver = EMPTY_REGISTRY.with_resource("", resource).resolver()
    for reference in (part["$ref"] for part in parts if isinstance(part.get("$ref"), str)):
        try:
            resolver.lookup(reference)
        except Unresolvable:
            raise ValueError(f"{reference!r} leads nowhere in the schema; correct it") from None


@lru_cache(maxsize=8)
def _guarded(draft: Any) -> Any:
    from jsonschema import validators  # noqa: PLC0415 - see _validator

    from probes.expect import keywords  # noqa: PLC0415 - it needs the library

    extend: Any = validators.extend
    return extend(draft, keywords.GUARDED)
