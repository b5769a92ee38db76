"""One instance of what is equal in the settings of many probes. They are frozen, so nobody can
tell, and ten thousand probes that expect the same take a third of the memory. pydantic knows no
such thing, and gives each instance a dictionary and a set of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from probes import Strict


@dataclass(frozen=True, slots=True)
class Sharing:
    """Knows the inner tables that were read so far, by their kind, text and folder."""

    _tables: dict[tuple[type[BaseModel], str, Path], BaseModel] = field(default_factory=dict)
    _given: dict[frozenset[str], set[str]] = field(default_factory=dict)
    _layouts: dict[type[BaseModel], type] = field(default_factory=dict)

    def settle(self, settings: Strict, written: Mapping[str, Any], folder: Path) -> None:
        """Puts what is known already in the place of what is equal to it in *settings*, which was
        read from *written*.
        """
        for name, about in type(settings).model_fields.items():
            inner = getattr(settings, name)
            if isinstance(inner, Strict):
                text = json.dumps(written.get(about.alias or name))
                known = self._tables.setdefault((type(inner), text, folder), inner)
                settings.__dict__[name] = known
        given = settings.model_fields_set
        known_set = self._given.setdefault(frozenset(given), given)
        object.__setattr__(settings, "__pydantic_fields_set__", known_set)
        object.__setattr__(settings, "__dict__", self._slim(settings))

    def _slim(self, settings: Strict) -> dict[str, Any]:
        """The attributes in a dictionary that shares its keys with those of the same class, as
        Python arranges it for instances of ordinary classes: half the size.
        """
        layout = self._layouts.setdefault(type(settings), type("Layout", (), {}))
        instance = layout()
        for name, value in vars(settings).items():
            setattr(instance, name, value)
        slim: dict[str, Any] = vars(instance)
        return slim
