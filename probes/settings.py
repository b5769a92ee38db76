"""What a probe is told: strict, frozen settings, durations with units, secrets that stay secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, ClassVar, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SecretStr,
    ValidationInfo,
    WithJsonSchema,
)

_PATTERN: Final = r"^(\d+(\.\d+)?(ms|s|m|h|d|w))+$"
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_UNITS: Final = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_duration(value: object) -> timedelta:
    """`"1h30m"` and the like; a timedelta passes through.

    Raises ValueError with the remedy for anything else, a bare number above all.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(f'{value} is not a duration; write it with a unit, as "{value}s"')
    if not isinstance(value, str) or not re.fullmatch(_PATTERN, value, re.ASCII):
        raise ValueError(f'{value!r} is not a duration; write it as "30s", "5m" or "1h30m"')
    try:
        return sum((float(n) * _UNITS[unit] for n, unit in _PART.findall(value)), timedelta())
    except OverflowError:
        raise ValueError(f"{value!r} is longer than a duration can be") from None


def write_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads back as the same value, to the millisecond."""
    left = round(value / timedelta(milliseconds=1))
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, left = divmod(left, size)
        if unit == "s" and count and left:
            parts.append(f"{count}.{left:03}".rstrip("0") + "s")
            break
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["30s", "5m"]}),
]

Secret = SecretStr
"""Text that prints as stars; `.get_secret_value()` where it is used and nowhere else."""


class Strict(BaseModel):
    """The base of everything that is read from a file: no unknown keys, no later changes."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        defer_build=True,
    )


class Settings(Strict):
    """What every kind has. A kind derives its own settings from this and adds its keys."""

    timeout: Duration = timedelta(seconds=10)
    """The deadline of one try, everything included."""

    def confidential(self) -> Iterable[str]:
        """What must not be told besides every Secret; for kinds that know of such."""
        return ()

    def files(self) -> Iterable[Path]:
        """What was read besides the configuration, or would have been: absolute."""
        return ()

    def learning(self) -> Self | None:
        """The same, to learn from: a good run tells the shape of the answer, whatever was learned
        before. None where nothing is to be learned.
        """
        return None


def folder_of(info: ValidationInfo) -> Path:
    """The folder that relative paths in this configuration start from."""
    context = info.context
    return context["folder"] if isinstance(context, dict) and "folder" in context else Path()
