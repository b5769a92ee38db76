"""JSONPath (RFC 9535), compiled when the configuration is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from probes.expect.written import Written

_SELECTED: Final = 1_000_000


class Selector(Written):
    """A JSONPath."""

    __slots__ = ("_path",)

    def __init__(self, text: str) -> None:
        """Raises ValueError with a remedy for what is no JSONPath."""
        self.text = text
        if not text.startswith("$"):
            raise ValueError(f'{text!r} is not a JSONPath: begin it with $, as in "$.items[*].id"')
        from probes.expect.paths import path_of  # noqa: PLC0415 - its library starts slowly

        try:
            self._path = path_of(text)
        except ValueError as error:
            raise ValueError(
                f'{text!r} is not a JSONPath: {error}; write it like "$.items[*].id"'
            ) from None

    @property
    def singular(self) -> bool:
        """Whether it can select one value at most."""
        return self._path.singular_query()

    def select(self, document: Any) -> Iterator[Any]:
        """The values, in document order. Raises RecursionError when nested past a hundred."""
        return (match.obj for match in islice(self._path.finditer(document), _SELECTED))

    @classmethod
    def read(cls, value: object) -> Selector:
        """From a configuration. Raises ValueError with a remedy."""
        return value if isinstance(value, Selector) else cls(str(value))
