"""JSON without secrets: text by text, so that it stays JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from probes.scrub.scrubber import Scrubber

_LONGEST: Final = 1000  # characters of a text that may well come again
_MOST: Final = 50_000  # texts
_UNCHANGED: Final[Mapping[str, str]] = {}


class Clean(dict[str, str]):
    """Texts and what they are without secrets; *names* are to be replaced whole."""

    def __init__(self, scrub: Scrubber, names: Mapping[str, str] = _UNCHANGED) -> None:
        super().__init__(names)
        self._scrub = scrub
        self.knows = scrub.knows

    def __missing__(self, text: str) -> str:
        clean = self._scrub(text)
        if len(text) <= _LONGEST and len(self) < _MOST:
            self[text] = clean
        return clean


def cleaned(value: Any, clean: Clean) -> Any:
    """*value*, as JSON has it, without secrets.

    Raises RecursionError for what is nested too deeply.
    """
    match value:
        case str():
            return clean[value]
        case list():
            return [cleaned(part, clean) for part in value]
        case dict():
            return {clean[key]: cleaned(part, clean) for key, part in value.items()}
        case int() | float() if clean.knows(str(value)):
            return 0
    return value


def shows(value: Any, scrub: Scrubber) -> bool:
    """Whether a text, a key or a number in *value* tells a secret."""
    leaves = set(_leaves(value))
    return any(
        scrub.shows(leaf) if isinstance(leaf, str) else scrub.knows(str(leaf)) for leaf in leaves
    )


def _leaves(value: Any) -> Iterator[str | float]:
    parts = [value]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            yield from part
            parts.extend(part.values())
        elif isinstance(part, list):
            parts.extend(part)
        elif part is not None:
            yield part
