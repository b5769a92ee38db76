"""A registry: the names of what there is, each in a module of that name.

A module is imported when its name is first looked up, so that a configuration pays for what it
uses: every kind and channel brings settings and libraries of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """`package` holds one module a name, and each module what it registers as `attribute`.

    Asking for the names imports nothing; asking for all values imports all.
    """

    def __init__(self, package: str, attribute: str, names: tuple[str, ...]) -> None:
        self._package = package
        self._attribute = attribute
        self._names = names

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        found: T = getattr(import_module(f"{self._package}.{name}"), self._attribute)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
