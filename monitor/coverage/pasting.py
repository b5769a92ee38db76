"""All lines that close holes, as they go into the files: what belongs to a table that stands there
already is told with its place, for no table may be opened twice; new tables are told whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from monitor.config.model import Config
from monitor.config.positions import Positions
from monitor.coverage.found import Finding
from monitor.coverage.lines import Line, dotted

_READ_MOST: Final = 2_000_000

Place = Callable[[tuple[str, ...]], str]
"""`probes.toml:25` for the path of a table or key; empty where it stands nowhere."""


def to_paste(findings: Iterable[Finding], place: Place) -> str:
    """The lines of known tables first: below a new one they would be taken for its own."""
    tables: dict[tuple[str, ...], list[Line]] = {}
    for finding in findings:
        for each in finding.lines if finding.is_hole else ():
            there = tables.setdefault(each.table, [])
            there += [each] if each not in there else []
    known = [_known(lines, place) for table, lines in tables.items() if place(table)]
    new = [_new(lines) for table, lines in tables.items() if not place(table)]
    return "\n\n".join((*known, *new)) + "\n" * bool(tables)


def _known(lines: Sequence[Line], place: Place) -> str:
    table = lines[0].table
    said, keys = [f"# in [{dotted(table)}], {place(table)}:"], set[tuple[str, ...]]()
    for each in lines:
        instead = place((*table, *each.key))
        said += [f"# instead of {instead}:"] if instead and each.key not in keys else []
        said += [f"# and besides: {each}" if each.key in keys else str(each)]
        keys.add(each.key)
    return "\n".join(said)


def _new(lines: Sequence[Line]) -> str:
    return "\n".join((lines[0].head, *map(str, lines)))


def places_in(config: Config) -> Place:
    """Of its own files, each read once."""
    known = [(file, Positions(text_of(file))) for file in config.files if file.suffix == ".toml"]

    def place(path: tuple[str, ...]) -> str:
        found = (f"{file.name}:{seen.line(path)}" for file, seen in known if seen.known(path))
        return next(found, "")

    return place


def text_of(file: Path) -> str:
    """Empty where it cannot be read."""
    with suppress(OSError):
        return file.read_text("utf-8", "replace")[:_READ_MOST]
    return ""
