"""What rows for other programs are made of. Instants are aware UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from monitor.clock import from_us

Row = Mapping[str, Any]
Columns = Mapping[str, type]
"""The columns of a table in their order, and what they hold where they hold anything."""
Source = Callable[[Database, str, datetime], Iterator[Row]]
"""The rows of a probe, or of all where its id is empty, since then; a few at a time."""


def picked(row: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """In the order of the columns; what the database does not hold by that name is None."""
    return {name: _read(row.get(name), kind) for name, kind in columns.items()}


def _read(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if kind is datetime:
        return from_us(value)
    if kind is bool:
        return bool(value)
    return date.fromisoformat(value) if kind is date else value
