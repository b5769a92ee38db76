"""From a file to a Config, or to everything that is wrong with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from monitor.channels import CHANNELS, ChannelKind
from monitor.config.build import Builder, read
from monitor.config.defaults import read_defaults
from monitor.config.document import read as read_document
from monitor.config.entries import Entries, Entry, gather, shown
from monitor.config.links import demand_links, warn
from monitor.config.model import Config
from monitor.config.problems import BadConfiguration, Report
from monitor.config.references import References
from monitor.config.scrubber import Scrubber
from monitor.config.sentences import Fault
from monitor.config.shape import Shape
from monitor.config.tables import TrueupTable
from probes import KINDS, Kind


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Built = TypeVar("Built", bound=_HasId)


def load(
    path: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    kinds: Mapping[str, Kind[Any]] = KINDS,
    channels: Mapping[str, ChannelKind[Any]] = CHANNELS,
) -> Config:
    """Reads the file and all it includes. Raises BadConfiguration, with all problems at once."""
    report = Report()
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    entries = gather(read_document(absolute, shown(path)), report)
    references = References(environ, report)
    defaults = read_defaults(entries.table("defaults", report), kinds, references, report)
    builder = Builder(kinds, channels, references, report, defaults)
    config = _config(entries, builder)
    scrub = Scrubber(config.secrets).text
    if not report.good:
        raise BadConfiguration(report.problems(scrub), config.files, config.includes)
    warn(entries, config.probes, report)
    return replace(config, warnings=report.warnings(scrub))


def _config(entries: Entries, builder: Builder) -> Config:
    report = builder.report
    trueup = _trueup(entries.table("trueup", report), builder)
    page = builder.page(entries.table("page", report))
    probes = _all(entries.probe.values(), builder.probe, report)
    components = _all(entries.component.values(), builder.component, report)
    channels = _all(entries.channel.values(), builder.channel, report)
    demand_links(entries, builder.defaults, report)
    _demand_probes(entries, report)
    return Config(
        environment=trueup.environment,
        state=_beside(entries.main.folder, trueup.state),
        location=trueup.location,
        listen=_address(trueup.listen),
        probes=probes,
        components=components,
        channels=channels,
        page=page,
        browser=trueup.browser,
        files=tuple(dict.fromkeys([*entries.files, *builder.references.files])),
        includes=tuple(entries.includes),
        secrets=frozenset(builder.references.values | builder.secrets),
    )


def _all(
    entries: Iterable[Entry], build: Callable[[Entry], Built | None], report: Report
) -> Mapping[str, Built]:
    built = (build(entry) for entry in entries if not report.full)
    return MappingProxyType({each.id: each for each in built if each is not None})


def _trueup(entry: Entry, builder: Builder) -> TrueupTable:
    builder.references.refuse(entry.document, entry.path, entry.keys)
    shape: Shape[TrueupTable] = Shape(TrueupTable)
    table = read(shape, entry, entry.keys, builder.references) or TrueupTable()
    if not table.browser:
        return table
    found = _program(entry.document.folder, table.browser)
    if found is None:
        text = "is no program that can be run here; journeys will have no browser"
        entry.warn(builder.report, Fault(("browser",), f"{text}; correct the path"))
    return table.model_copy(update={"browser": found or table.browser})


def _program(folder: Path, name: str) -> str | None:
    """A bare name is looked up as a shell would, a path starts at the file."""
    return shutil.which(name if os.sep not in name else str(folder / name))


def _demand_probes(entries: Entries, report: Report) -> None:
    if not entries.probe and report.good:
        text = 'there is no probe; write [probe.web] with kind = "http" and url = "https://…"'
        report.problem(entries.main.problem((), text))


def _beside(folder: Path, name: str) -> Path:
    return Path(os.path.abspath(folder / name))  # noqa: PTH100 - links stay as they are


def _address(listen: str | None) -> tuple[str, int] | None:
    if listen is None:
        return None
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
