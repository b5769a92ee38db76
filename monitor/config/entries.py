"""The tables of all files, by what they are: every probe, component, channel and so on once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from monitor.config.document import Document, KeyPath, read
from monitor.config.includes import from_folder, matches
from monitor.config.nearest import remedy
from monitor.config.problems import BadConfiguration, Report
from monitor.config.sentences import Fault
from monitor.config.values import LONGEST_ID, good_id, is_id

SAMPLES: Final = {
    "probe": "web",
    "component": "signing-in",
    "channel": "oncall",
    "tag": "orders",
    "hours": "night",
    "maintenance": "move",
    "pages": "internal",
    "publish": "bucket",
    "service": "api",
    "capture": "logs",
    "action": "rollback",
    "objective": "uploads",
}
SECTIONS: Final = tuple(SAMPLES)
_ONCE: Final = ("trueup", "defaults", "page", "store", "telemetry", "deploys")
_LEARNED: Final = ("fingerprint", "baselines")
TABLES: Final = (*_ONCE, *_LEARNED, *SECTIONS)
MOST_FILES: Final = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of one file. `keys` is its content as written."""

    document: Document
    path: KeyPath
    keys: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.path[-1])

    def report(self, report: Report, faults: Iterable[Fault]) -> None:
        for fault in faults:
            if report.full:
                return
            report.problem(self.document.problem((*self.path, *fault.path), fault.text))

    def forget(self, keys: Iterable[str]) -> None:
        """For what nobody will ask for again, so that its room is free for what was made of it."""
        for key in keys:
            self.keys.pop(key, None)

    def warn(self, report: Report, fault: Fault) -> None:
        report.warning(self.document.problem((*self.path, *fault.path), fault.text))


@dataclass(frozen=True, slots=True)
class Entries:
    """Everything that was written, before it is known to make sense."""

    main: Document
    files: list[Path]
    """All that were opened, those too that could not be read."""
    includes: list[str]
    """Absolute patterns."""
    probe: dict[str, Entry] = field(default_factory=dict)
    component: dict[str, Entry] = field(default_factory=dict)
    channel: dict[str, Entry] = field(default_factory=dict)
    tag: dict[str, Entry] = field(default_factory=dict)
    hours: dict[str, Entry] = field(default_factory=dict)
    maintenance: dict[str, Entry] = field(default_factory=dict)
    pages: dict[str, Entry] = field(default_factory=dict)
    publish: dict[str, Entry] = field(default_factory=dict)
    service: dict[str, Entry] = field(default_factory=dict)
    capture: dict[str, Entry] = field(default_factory=dict)
    action: dict[str, Entry] = field(default_factory=dict)
    objective: dict[str, Entry] = field(default_factory=dict)

    def table(self, name: str, report: Report) -> Entry:
        """One of the tables that stand in the first file only; empty when absent."""
        value = self.main.tables.get(name, {})
        if not isinstance(value, dict):
            report.problem(self.main.problem((name,), f"expected a table; write [{name}]"))
            value = {}
        return Entry(self.main, (name,), value)


def gather(main: Document, report: Report) -> Entries:
    """The entries of the first file and of all that it includes."""
    patterns = dict(_patterns(main))
    includes = [from_folder(main.folder, pattern) for pattern in patterns.values()]
    entries = Entries(main, [main.path], includes)
    _sort(main, entries, report)
    for path, shown in _included(main, patterns, report):
        entries.files.append(path)
        try:
            document = read(path, shown)
        except BadConfiguration as bad:
            for problem in bad.problems:
                report.problem(problem)
        else:
            _sort(document, entries, report)
    return entries


def _sort(document: Document, entries: Entries, report: Report) -> None:
    for name, value in document.tables.items():
        if report.full:
            return
        if name in SECTIONS:
            _sort_section(document, name, value, getattr(entries, name), report)
        elif name not in TABLES:
            text = f"unknown table {name[:LONGEST_ID]!r}; {remedy(name, TABLES, 'tables')}"
            report.problem(document.problem((name,), text))
        elif document is not entries.main:
            text = (
                f"an included file holds {', '.join(SECTIONS[:-1])} and {SECTIONS[-1]} tables "
                f"only; move this to {entries.main.shown}"
            )
            report.problem(document.problem((name,), text))


def _sort_section(
    document: Document, section: str, value: object, known: dict[str, Entry], report: Report
) -> None:
    if not isinstance(value, dict):
        text = f"expected a table; write [{section}.{SAMPLES[section]}]"
        report.problem(document.problem((section,), text))
        return
    for name, keys in value.items():
        path = (section, name)
        if report.full:
            return
        if wrong := _wrong(section, name, keys):
            report.problem(document.problem(path, wrong))
        elif name in known:
            first = known[name].document.place(path)
            text = f"stands in {first} already; give one of the two another name"
            report.problem(document.problem(path, text))
        if isinstance(keys, dict):
            known.setdefault(name, Entry(document, path, keys))


def _wrong(section: str, name: str, keys: object) -> str:
    if not is_id(name):
        return (
            f"{name[:LONGEST_ID]!r} is not an id; write lower-case letters, digits and single "
            f"dashes, at most {LONGEST_ID}, as [{section}.{good_id(name)}]"
        )
    if isinstance(keys, list):
        return f"expected one table, found a list of them; write [{section}.{name}]"
    if not isinstance(keys, dict):
        return f"expected a table; write [{section}.{SAMPLES[section]}]"
    return ""


def _patterns(main: Document) -> Iterator[tuple[int, str]]:
    """With their place in the list; the shape of [trueup] tells of what is no pattern."""
    trueup = main.tables.get("trueup")
    written = trueup.get("include") if isinstance(trueup, dict) else None
    for index, pattern in enumerate(written if isinstance(written, list) else ()):
        if isinstance(pattern, str) and pattern:
            yield index, pattern


def _included(
    main: Document, patterns: Mapping[int, str], report: Report
) -> Iterator[tuple[Path, str]]:
    """Absolute paths and the names to show, each file once, in the order of their names."""
    found: dict[Path, str] = {}
    for index, pattern in patterns.items():
        matching = sorted(_matches(main, pattern))
        found |= {path: shown for path, shown in matching if path != main.path}
        if not matching:
            text = f"no file matches {pattern!r}; correct it, or leave it out"
            report.problem(main.problem(("trueup", "include", index), text))
    if len(found) > MOST_FILES:
        text = f"more than {MOST_FILES} files match; join some of them"
        report.problem(main.problem(("trueup", "include"), text))
    yield from sorted(found.items())[:MOST_FILES]


def _matches(main: Document, pattern: str) -> Iterator[tuple[Path, str]]:
    beside = Path(main.shown).parent
    for path, name in matches(from_folder(main.folder, pattern)):
        yield path, shown(beside / name.removeprefix(f"{main.folder}/"))


def shown(path: Path) -> str:
    """The name as the user would write it from where they are."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
