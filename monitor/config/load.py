"""From a file to a Config, or to everything that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from monitor.channels import CHANNELS, ChannelKind
from monitor.clock import Clock, SystemClock
from monitor.config.anchoring import judge_anchors
from monitor.config.build import Builder, read
from monitor.config.change_reading import Changing
from monitor.config.completing import complete
from monitor.config.contradictions import demand_sense
from monitor.config.defaults import read_defaults
from monitor.config.document import read as read_document
from monitor.config.doubts import warn
from monitor.config.entries import Entries, Entry, gather, shown
from monitor.config.learning import read_baselines, read_fingerprint
from monitor.config.links import demand_links
from monitor.config.maintenance import ImpossibleError, ical_file, window
from monitor.config.model import Config, PageSettings
from monitor.config.own import read_own, read_store
from monitor.config.page_settings import Paging, demand_mail
from monitor.config.places import Places
from monitor.config.problems import BadConfiguration, Report
from monitor.config.promises import demand_promises
from monitor.config.publishing import patient, read_places
from monitor.config.references import References
from monitor.config.scrubber import Scrubber
from monitor.config.shape import Shape
from monitor.config.tables import MaintenanceTable
from monitor.config.telemetry import read_telemetry
from monitor.config.unheard import demand_somebody
from monitor.windows import Window
from probes import KINDS, Kind

_CLOCK: Final = SystemClock()


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
    clock: Clock = _CLOCK,
) -> Config:
    """Reads the file and all it includes. Raises BadConfiguration, with all problems at once."""
    report, at = Report(), clock.now()
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
    entries = gather(read_document(absolute, shown(path)), report)
    references = References(environ, report)
    defaults = read_defaults(
        entries.table("defaults", report), entries.tag.values(), kinds, references, report
    )
    builder = Builder(kinds, channels, references, report, defaults)
    config = _config(entries, builder, at)
    places = Places(entries, defaults)
    demand_sense(config.probes, places, report)
    trueup = entries.table("trueup", report)
    judge_anchors(config.anchors or (), config.probes.values(), trueup, report)
    if report.good:  # else channels and hours may be missing only because they were not read
        demand_somebody(config.probes, places, report, at)
        demand_promises(config, places, report)
    scrub = Scrubber(config.secrets).text
    if not report.good:
        raise BadConfiguration(report.problems(scrub), config.files, config.includes)
    warn(config, places, report, at)
    return replace(config, warnings=report.warnings(scrub))


def _config(entries: Entries, builder: Builder, at: datetime) -> Config:
    report = builder.report
    own = read_own(entries.table("trueup", report), builder)
    trueup = own.table
    retention = read_store(entries.table("store", report), builder)
    telemetry = read_telemetry(entries.table("telemetry", report), builder)
    builder.hours = _all(entries.hours.values(), builder.time_of_week, report)
    probes = complete(_all(entries.probe.values(), builder.probe, report), entries.probe, report)
    components = _all(entries.component.values(), builder.component, report)
    channels = _all(entries.channel.values(), builder.channel, report)
    windows, calendars = _windows(entries, builder, at)
    paging = Paging(builder, components, reached=bool(trueup.listen and trueup.address))
    page = paging.page(entries.table("page", report)) or PageSettings()
    others = [paging.page(entry, id_) for id_, entry in entries.pages.items() if not report.full]
    pages = {each.id: each for each in (page, *others) if each is not None}
    mail = demand_mail(entries, paging, channels, builder)
    goals = read_places(entries, pages.values(), builder)
    if report.good:
        pages = patient(pages, goals, entries.main.folder)
    demand_links(entries, builder.defaults, report)
    changing = Changing(entries, builder, probes, channels)
    changes = changing.read(components, listening=trueup.listen is not None)
    fingerprint = read_fingerprint(entries.table("fingerprint", report), builder)
    baselines = read_baselines(entries.table("baselines", report), builder)
    _demand_probes(entries, report)
    return Config(
        environment=trueup.environment,
        state=_beside(entries.main.folder, trueup.state),
        location=trueup.location,
        listen=_address(trueup.listen),
        probes=probes,
        components=components,
        channels=channels,
        page=pages[""],
        pages=MappingProxyType(pages),
        places=goals,
        mail=mail,
        browser=trueup.browser,
        browser_idle=trueup.browser_idle,
        files=tuple(
            dict.fromkeys(
                [
                    *entries.files,
                    *builder.references.files,
                    *own.files,
                    *paging.files,
                    *calendars,
                    *(file for probe in probes.values() for file in probe.settings.files()),
                ]
            )
        ),
        includes=tuple(entries.includes),
        secrets=frozenset(builder.references.values | builder.secrets),
        metrics_token=trueup.metrics_token.get_secret_value() if trueup.metrics_token else "",
        operators=own.operators,
        address=trueup.address,
        windows=windows,
        anchors=trueup.anchors,
        heartbeat=own.heartbeat,
        daily_test=own.daily_test,
        retention=retention,
        template=own.template,
        telemetry=telemetry,
        changes=changes,
        fingerprint=fingerprint,
        baselines=baselines,
    )


def _all(
    entries: Iterable[Entry], build: Callable[[Entry], Built | None], report: Report
) -> Mapping[str, Built]:
    built = (build(entry) for entry in entries if not report.full)
    return MappingProxyType({each.id: each for each in built if each is not None})


def _windows(
    entries: Entries, builder: Builder, at: datetime
) -> tuple[tuple[Window, ...], list[Path]]:
    """And the calendar files, read or asked for in vain."""
    windows: list[Window] = []
    files: list[Path] = []
    shape: Shape[MaintenanceTable] = Shape(MaintenanceTable)
    for entry in entries.maintenance.values():
        builder.references.refuse(entry.document, entry.path, entry.keys)
        table = read(shape, entry, entry.keys, builder.references)
        if table is None:
            continue
        if file := ical_file(table, entry.document.folder):
            files.append(file)
        try:
            windows.append(window(entry.id, table, entry.document.folder, at))
        except ImpossibleError as error:
            entry.report(builder.report, [error.fault])
    return tuple(windows), files


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
