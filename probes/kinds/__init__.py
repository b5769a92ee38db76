"""The registry of kinds: one line each."""

from collections.abc import Mapping
from typing import Any, Final

from probes.kind import Kind
from probes.registry import Registry

KINDS: Final[Mapping[str, Kind[Any]]] = Registry(
    __name__,
    "KIND",
    (
        "http",
        "journey",
    ),
)
