"""What concerns trueup itself: the tables [trueup] and [store]."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import jinja2

from monitor import notices
from monitor.config.build import Builder, fill_only, read
from monitor.config.confidential import declared
from monitor.config.entries import Entry
from monitor.config.files import UnreadableError, read_bytes, to_text
from monitor.config.model import DailyTest, Heartbeat, Retention
from monitor.config.sentences import Fault
from monitor.config.shape import Shape
from monitor.config.tables import StoreTable, TrueupTable
from monitor.routing import Severity
from probes import write_duration

LARGEST_TEMPLATE: Final = 64 * 1024
_SECRET: Final = ("heartbeat", "metrics_token")


@dataclass(frozen=True, slots=True)
class Own:
    """The table, and what was made of it."""

    table: TrueupTable
    operators: tuple[str, ...] = ()
    heartbeat: Heartbeat | None = None
    daily_test: DailyTest | None = None
    template: Path | None = None
    files: list[Path] = field(default_factory=list)
    """Read, or asked for in vain."""


def read_own(entry: Entry, builder: Builder) -> Own:
    """What is wrong is reported."""
    shape: Shape[TrueupTable] = Shape(TrueupTable)
    table = read(shape, entry, fill_only(entry, _SECRET, builder.references), builder.references)
    if table is None:
        return Own(TrueupTable())
    builder.secrets.update(declared([table.heartbeat, table.metrics_token]))
    operators = _operators(table, builder)
    template = entry.document.folder / table.template if table.template else None
    entry.report(builder.report, _unusable(template))
    entry.report(builder.report, _nobody_tested(table, operators))
    return Own(
        _with_browser(table, entry, builder),
        operators,
        _heartbeat(table),
        _daily_test(table, operators),
        template,
        [template] if template else [],
    )


def _operators(table: TrueupTable, builder: Builder) -> tuple[str, ...]:
    if table.operators is not None:
        return tuple(dict.fromkeys(table.operators))
    layer = builder.defaults.all
    return tuple(dict.fromkeys(layer.table.by_severity[Severity.CRITICAL])) if layer else ()


def _heartbeat(table: TrueupTable) -> Heartbeat | None:
    beat = table.heartbeat
    return Heartbeat(url=beat.url.get_secret_value(), every=beat.every) if beat else None


def _daily_test(table: TrueupTable, operators: tuple[str, ...]) -> DailyTest | None:
    test = table.daily_test
    if test is None:
        return None
    channels = operators if test.channels is None else tuple(dict.fromkeys(test.channels))
    return DailyTest(time=test.time, zone=test.timezone, channels=channels)


def _nobody_tested(table: TrueupTable, operators: tuple[str, ...]) -> Iterator[Fault]:
    test = _daily_test(table, operators)
    if test is not None and not test.channels:
        text = 'there is nobody to send it to; write channels = ["oncall"] there'
        yield Fault(("daily_test",), text)


def _unusable(template: Path | None) -> Iterator[Fault]:
    if template is None:
        return
    try:
        source = to_text(read_bytes(template, most=LARGEST_TEMPLATE))
        jinja2.Environment(autoescape=True).parse(source)
    except UnreadableError as error:
        yield Fault(("template",), f"the file {template} cannot be used: {error}")
    except jinja2.TemplateSyntaxError as error:
        text = f"the file {template} is no template: {error.message} in line {error.lineno}"
        yield Fault(("template",), f"{text}; correct it")
    except RecursionError:
        yield Fault(("template",), f"the file {template} is nested too deep; write it flatter")
    else:
        yield from (Fault(("template",), each) for each in notices.problems(template))


def _with_browser(table: TrueupTable, entry: Entry, builder: Builder) -> TrueupTable:
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


def read_store(entry: Entry, builder: Builder) -> Retention:
    """What is wrong is reported."""
    builder.references.refuse(entry.document, entry.path, entry.keys)
    table = read(Shape(StoreTable), entry, entry.keys, builder.references) or StoreTable()
    entry.report(builder.report, _falling(table))
    return Retention(
        runs=table.keep_runs,
        five_minutes=table.keep_five_minutes,
        hours=table.keep_hours,
        artefacts=table.keep_evidence,
        evidence_bytes=table.evidence_mib * 1024 * 1024,
        backups=table.backups,
    )


def _falling(table: StoreTable) -> Iterator[Fault]:
    """What is coarser is kept at least as long as what it is made from."""
    kept: list[tuple[str, timedelta]] = [
        ("keep_runs", table.keep_runs),
        ("keep_five_minutes", table.keep_five_minutes),
        ("keep_hours", table.keep_hours),
    ]
    for (fine, longer), (coarse, shorter) in pairwise(kept):
        if longer > shorter:
            fault = (
                f"{fine} ({write_duration(longer)}) is longer than {coarse} "
                f'({write_duration(shorter)}); write {coarse} = "{write_duration(longer)}" or more'
            )
            yield Fault((fine if fine in table.model_fields_set else coarse,), fault)
