"""Regular expressions that cannot stall the program, whatever text a target sends.

Python's own engine goes back and tries again, for hours on some texts, and cannot be interrupted.
Pydantic brings an engine whose time grows with the text alone; what is left to bound is how large
a pattern may become once its counted repetitions are written out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar, Final

from pydantic_core import SchemaError, SchemaValidator, core_schema

from probes.expect.written import Written

TEXT_LIMIT: Final = 256 * 1024
"""Characters of a text in which a pattern is looked for."""
SIZE_LIMIT: Final = 500

_TOKEN: Final = re.compile(
    r"""(?P<open>\((?:\?[^:)]*[:)])?) | (?P<close>\)) | (?P<count>\{\d*,?\d*\})
      | (?P<atom>\\[pPx]\{[^}]*\} | \\. | \[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\] | .)""",
    re.VERBOSE | re.DOTALL,
)


class Pattern(Written):
    """A regular expression without look-around and back-references."""

    __slots__ = ("_validator",)

    json_schema: ClassVar[dict[str, Any]] = {"type": "string", "format": "regex"}

    def __init__(self, text: str) -> None:
        """Raises ValueError with a remedy for what is not one, or is too large."""
        if _size(text) > SIZE_LIMIT:
            raise ValueError(
                f"the pattern is too large: its counted repetitions multiply to more than "
                f"{SIZE_LIMIT} characters; repeat with + or * instead"
            )
        self.text = text
        try:
            self._validator = SchemaValidator(
                core_schema.str_schema(pattern=text, regex_engine="rust-regex")
            )
        except SchemaError as error:
            said = str(error).rpartition("error: ")[2].splitlines()[0]
            raise ValueError(
                f"{text!r} is not a pattern: {said}; see the syntax of Rust's regex, "
                "which knows no look-around and no back-references"
            ) from None

    def found_in(self, text: str) -> bool:
        """Whether it matches somewhere in the first 256 Ki characters of *text*."""
        return self._validator.isinstance_python(text[:TEXT_LIMIT])

    @classmethod
    def read(cls, value: object) -> Pattern:
        """From a configuration. Raises ValueError with a remedy."""
        if isinstance(value, Pattern):
            return value
        if not isinstance(value, str):
            raise ValueError("a pattern is text; put it in quotation marks")
        return cls(value)


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern | None:
    """None for what is no pattern; for those that only turn up while judging."""
    try:
        return Pattern(text)
    except ValueError:
        return None


def _size(text: str) -> int:
    """Roughly the characters it would have with every counted repetition written out."""
    sizes, last = [0], 0
    for token in _TOKEN.finditer(text):
        match token.lastgroup:
            case "open":
                sizes.append(0)
                last = 0
            case "close" if len(sizes) > 1:
                last = sizes.pop()
                sizes[-1] += last
            case "count":
                extra = last * (_times(token[0]) - 1)
                sizes[-1] += extra
                last += extra
            case _:
                last = 1
                sizes[-1] += 1
    return sum(sizes)


def _times(count: str) -> int:
    return max((int(n[:9]) for n in re.findall(r"\d+", count)), default=1)
