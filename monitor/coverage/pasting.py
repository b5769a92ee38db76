"""All lines that close holes, as they go into the files: what belongs to a table that stands there
already is told with its place, for no table may be opened twice; new tables are told whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from monitor.config.model import Config
from monitor.config.positions import Positions
from monitor.coverage.found import Finding
from monitor.coverage.lines import Line, dotted
from monitor.coverage.standing import Stands, text_of

Place = Callable[[tuple[str, ...]], str]
"""`probes.toml:25` for the path of a table or key; empty where it stands nowhere."""
Stand = Callable[[tuple[str, ...]], Stands | None]
"""Where a key has to go that cannot stand below the head of its table."""


def to_paste(findings: Iterable[Finding], place: Place, stand: Stand) -> str:
    """The lines of known tables first: below a new one they would be taken for its own."""
    tables: dict[tuple[str, ...], list[Line]] = {}
    for finding in findings:
        for each in finding.lines if finding.is_hole else ():
            there = tables.setdefault(each.table, [])
            there += [each] if each not in there else []
    known = [_known(lines, place, stand) for table, lines in tables.items() if place(table)]
    new = [_new(lines) for table, lines in tables.items() if not place(table)]
    return "\n\n".join((*known, *new)) + "\n" * bool(tables)


def _known(lines: Sequence[Line], place: Place, stand: Stand) -> str:
    table = lines[0].table
    said, keys = [f"# in [{dotted(table)}], {place(table)}:"], set[tuple[str, ...]]()

    def where(each: Line) -> str:
        stands = stand((*table, *each.key))
        return f"# {stands.where}:" if stands else ""

    for each in sorted(lines, key=where):
        path = (*table, *each.key)
        stands = stand(path)
        written = f"{dotted(path[stands.taken :])} = {each.value}" if stands else str(each)
        said += [where(each)] if stands and where(each) not in said else []
        said += [f"# instead of {place(path)}:"] if place(path) and each.key not in keys else []
        said += [f"# and besides: {written}" if each.key in keys else written]
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
