"""The file in which the shape of an answer stands that is expected from now on."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from probes.expect.reading import LARGEST, read_bounded
from probes.expect.shape import Shape
from probes.settings import folder_of

LEARN: Final = "learn"
_FOLDER: Final = "pins"
_ABOUT: Final = (
    "What trueup expects of the answer to this probe: these fields, of these types. A path that "
    'ends in "?" may be missing. Edit it as you like, and commit it with the configuration.'
)


@dataclass(frozen=True, slots=True)
class Pin:
    """`path` is None as long as nobody said whose it is, `shape` as long as nothing is learned."""

    text: str
    """As configured: "learn", or a path."""
    folder: Path
    """That of the configuration."""
    path: Path | None = None
    shape: Shape | None = None

    @property
    def learns(self) -> bool:
        """Whether trueup itself writes the file."""
        return self.text == LEARN

    def of(self, probe_id: str) -> Pin:
        """Read from the file of that probe, where it is learned. Raises ValueError."""
        if not self.learns:
            return self
        path = pin_path(self.folder, probe_id)
        return replace(self, path=path, shape=read_pin(path) if _is_there(path) else None)

    def unread(self) -> Pin:
        """The same, as if nothing were learned yet."""
        return replace(self, shape=None)

    @classmethod
    def read(cls, value: object, info: ValidationInfo) -> Pin:
        """From a configuration. Raises ValueError, with a remedy."""
        if isinstance(value, Pin):
            return value
        if not isinstance(value, str) or not value:
            raise ValueError('write "learn", or the path of a file that was learned')
        folder = folder_of(info)
        if value == LEARN:
            return cls(value, folder)
        path = _absolute(folder / value)
        return cls(value, folder, path, read_pin(path))

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls.read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda pin: pin.text),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "examples": [LEARN, "pins/orders.json"]}


def pin_path(folder: Path, probe_id: str) -> Path:
    """Where the pin of a probe stands that learns, in the *folder* of the configuration."""
    return _absolute(folder / _FOLDER / f"{probe_id}.json")


def _is_there(path: Path) -> bool:
    """Raises ValueError where nobody can tell."""
    try:
        return path.exists()
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise ValueError(f"{path}: {why}; let trueup read that folder") from None


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are


def pin_text(shape: Shape, *, learned_at: datetime, runs: int) -> str:
    """The file: one field on a line, in a stable order, so that people can compare two."""
    document = {
        "about": _ABOUT,
        "learned_at": f"{learned_at:%Y-%m-%dT%H:%M:%SZ}",
        "runs": runs,
        **shape.to_json(),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_pin(path: Path) -> Shape:
    """Raises ValueError with a remedy for what is no pin, or cannot be read."""
    try:
        text = read_bounded(path)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise ValueError(f'{path}: {why}; give the path of a pin, or write "learn"') from None
    if len(text) > LARGEST:
        raise ValueError(f"{path.name} is larger than 1 MiB; learn it anew")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{path.name} is not JSON; correct it, or learn it anew") from None
    try:
        return Shape.from_json(document)
    except ValueError as error:
        raise ValueError(f"{path.name} is no pin: {error}") from None
