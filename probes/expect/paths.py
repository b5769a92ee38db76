"""JSONPath as the library reads it, but for the engine of its regular expressions."""

from __future__ import annotations

from typing import Final

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.function_extensions import ExpressionType, FilterFunction

from probes.expect.pattern import compiled


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


def path_of(text: str) -> JSONPath:
    """Raises ValueError that says what is wrong with it."""
    try:
        path = _ENVIRONMENT.compile(text)
    except (JSONPathError, RecursionError) as error:
        said = str(error).partition("\n")[0].partition(", line")[0]
        raise ValueError(said) from None
    assert isinstance(path, JSONPath)  # noqa: S101 - strict mode knows no unions of paths
    return path
