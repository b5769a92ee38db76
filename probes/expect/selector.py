"""JSONPath (RFC 9535), compiled when the configuration is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.function_extensions import ExpressionType, FilterFunction

from probes.expect.pattern import compiled
from probes.expect.written import Written

_SELECTED: Final = 1_000_000


class _Regex(FilterFunction):
    """RFC 9535's search() and match() on the engine that cannot stall."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - read by the library
    return_type = ExpressionType.LOGICAL

    def __init__(self, frame: str) -> None:
        self._frame = frame

    def __call__(self, value: object, pattern: object) -> bool:
        if not isinstance(value, str) or not isinstance(pattern, str):
            return False
        expression = compiled(self._frame.format(pattern))
        return expression is not None and expression.found_in(value)


class _Environment(JSONPathEnvironment):
    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        self.function_extensions["search"] = _Regex("{}")
        self.function_extensions["match"] = _Regex(r"\A(?:{})\z")


_ENVIRONMENT: Final = _Environment(strict=True, filter_caching=False)


class Selector(Written):
    """A JSONPath."""

    __slots__ = ("_path",)

    def __init__(self, text: str) -> None:
        """Raises ValueError with a remedy for what is no JSONPath."""
        self.text = text
        if not text.startswith("$"):
            raise ValueError(f'{text!r} is not a JSONPath: begin it with $, as in "$.items[*].id"')
        try:
            path = _ENVIRONMENT.compile(text)
        except (JSONPathError, RecursionError) as error:
            said = str(error).partition("\n")[0].partition(", line")[0]
            raise ValueError(
                f'{text!r} is not a JSONPath: {said}; write it like "$.items[*].id"'
            ) from None
        assert isinstance(path, JSONPath)  # noqa: S101 - strict mode knows no unions of paths
        self._path = path

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
