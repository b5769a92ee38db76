"""`trueup report`: what a month was like, for whoever answers for it."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from monitor.cli import formats, tables
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    ConfigPath,
    err,
    fail,
    history,
    out,
    read,
    write,
)
from monitor.clock import SystemClock
from monitor.config import Config, Scrubber
from monitor.reports import monthly, monthly_rows, monthly_text, sheet
from monitor.reports.monthly import Report
from monitor.reports.statistics import first_of, starts

NAME: Final = "report"
EXAMPLES: Final = (
    "[dim]trueup report · trueup report --month 2026-10 --component uploads ·"
    " trueup report --month 2026-10 --format html --out october.html[/]"
)
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")


class Form(StrEnum):
    MD = "md"
    CSV = "csv"
    HTML = "html"


def command(
    *,
    month: Annotated[
        str, typer.Option("--month", help='Which one: "2026-10"; default: the last whole one.')
    ] = "",
    component: Annotated[
        list[str] | None, typer.Option("--component", help="Of this one only; may be repeated.")
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option("--format", help="Markdown, rows for a spreadsheet, or a page to print."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write it, instead of the screen.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write the report of a month, in UTC: of every component its availability, down time and
    speed, of every objective whether it is kept, incidents, deploys, and how soon people knew.

    Exit status 0, 2 when the question makes no sense, 3 when there is no history.
    """
    read_config, at = read(config), SystemClock().now()
    only = _known(read_config, component or [])
    first = _first(month, at)
    with history(read_config) as db:
        found = monthly.report(db, read_config, first, at, only)
    written = Scrubber(read_config.secrets).text(_written(found, form or _of(file), read_config))
    if file is None:
        _show(written, whole=form is None and tables.folded())
        return
    try:
        file.write_text(written, "utf-8", newline="")
    except OSError as trouble:
        fail(f"{file} cannot be written: {trouble.strerror}")
    err.print(f"Written to {file}.", markup=False, highlight=False, soft_wrap=True)


def _show(written: str, *, whole: bool) -> None:
    """As people read it on a terminal of that width, or as it is."""
    if not whole:
        write(written)
        return
    from rich.markdown import Markdown  # noqa: PLC0415 - only for a terminal, and slow to load

    out.print(Markdown(written))


def _of(file: Path | None) -> Form:
    """By how the file is called."""
    ending = file.suffix.removeprefix(".").lower() if file else ""
    return Form(ending) if ending in set(Form) else Form.MD


def _known(config: Config, components: list[str]) -> tuple[str, ...]:
    for each in components:
        if each not in config.components:
            named = ", ".join(config.components) or "there is none at all"
            fail(f"there is no component {each!r}; those there are: {named}")
    return tuple(dict.fromkeys(components))


def _first(month: str, at: datetime) -> date:
    if not month:
        return first_of(at, 1)
    read_ = _MONTH.fullmatch(month)
    if not read_ or not 1 <= int(read_[2]) <= 12 or not int(read_[1]):
        fail(f'--month: {month!r} is no month; write it as "2026-10"')
    first = date(int(read_[1]), int(read_[2]), 1)
    if starts(first) > at:
        fail(f"--month: {month} is still to come")
    if first < first_of(at, monthly.PAST):
        earliest = f"{first_of(at, monthly.PAST):%Y-%m}"
        fail(f"--month: {month} is too long ago; the first that can be told is {earliest}")
    return first


def _written(found: Report, form: Form, config: Config) -> str:
    match form:
        case Form.MD:
            return monthly_text.markdown(found)
        case Form.HTML:
            return sheet.page(found, config.page.look)
        case Form.CSV:
            to = io.BytesIO()
            rows = monthly_rows.rows(found)
            for _ in formats.write(rows, monthly_rows.COLUMNS, formats.Format.CSV, to):
                pass
            return to.getvalue().decode()
