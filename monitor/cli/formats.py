"""Rows as bytes, a few at a time: CSV, JSON Lines, Parquet."""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import IO, Any, Final

from monitor.clock import iso
from monitor.store.export_rows import Columns, Row

BATCH: Final = 5000
HOSTILE: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula; an apostrophe goes before it."""


class NotInstalled(Exception):
    """A library that this format needs is missing; the text says how to get it."""


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def write(
    rows: Iterable[Row], columns: Columns, written_as: Format, to: IO[bytes]
) -> Iterator[int]:
    """Yields how many rows are written, from time to time. Raises NotInstalled and OSError."""
    writer = _WRITERS[written_as](columns, to)
    count = 0
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        writer(batch)
        count += len(batch)
        yield count
    writer(None)


_Writer = Callable[[list[Row] | None], None]
"""Takes batches of rows, and None after the last."""


def _csv(columns: Columns, to: IO[bytes]) -> _Writer:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(columns)

    def write_batch(batch: list[Row] | None) -> None:
        for row in batch or ():
            lines.writerow([_cell(row[name]) for name in columns])
        to.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()

    return write_batch


def _jsonl(columns: Columns, to: IO[bytes]) -> _Writer:
    def write_batch(batch: list[Row] | None) -> None:
        for row in batch or ():
            line = json.dumps({name: _plain(row[name]) for name in columns}, ensure_ascii=False)
            to.write(line.encode("utf-8", "replace") + b"\n")

    return write_batch


def _parquet(columns: Columns, to: IO[bytes]) -> _Writer:
    try:
        arrow, parquet = importlib.import_module("pyarrow"), _parquet_module()
    except ImportError:
        raise NotInstalled(
            "Parquet needs pyarrow; install it with: pip install 'trueup[parquet]'"
        ) from None
    types = {
        str: arrow.string(),
        bool: arrow.bool_(),
        int: arrow.int64(),
        float: arrow.float64(),
        datetime: arrow.timestamp("us", tz="UTC"),
        date: arrow.date32(),
        dict: arrow.map_(arrow.string(), arrow.float64()),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    writer = parquet.ParquetWriter(to, schema)

    def write_batch(batch: list[Row] | None) -> None:
        if batch is None:
            writer.close()
            return
        data = [{name: _mapped(row[name]) for name in columns} for row in batch]
        writer.write_batch(arrow.RecordBatch.from_pylist(data, schema=schema))

    return write_batch


def _parquet_module() -> Any:
    return importlib.import_module("pyarrow.parquet")


_WRITERS: Final[dict[Format, Callable[[Columns, IO[bytes]], _Writer]]] = {
    Format.CSV: _csv,
    Format.JSONL: _jsonl,
    Format.PARQUET: _parquet,
}


def _cell(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, dict):
        return json.dumps(plain, separators=(",", ":")) if plain else ""
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, str) and plain.startswith(HOSTILE):
        return f"'{plain}"
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return value.isoformat() if isinstance(value, date) else value


def _mapped(value: Any) -> Any:
    return list(value.items()) if isinstance(value, dict) else value
