"""`trueup postmortem`: what happened in an incident, written for people who were not there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from monitor.acts.orders import CannotAct, Correct, Order, Say, Which
from monitor.acts.subject import subject
from monitor.cli import giving, times
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    err,
    fail,
    history,
    out,
    read,
    say_json,
    write,
)
from monitor.clock import SystemClock
from monitor.config import Config, Scrubber
from monitor.reports import document, facts, postmortem
from monitor.reports.account import Account
from monitor.reports.public_part import NotReady, written_part
from monitor.store import public
from monitor.store.public import Told
from status_page import Stage

NAME: Final = "postmortem"
EXAMPLES: Final = (
    "[dim]trueup postmortem 12 > 12.md · trueup postmortem last --timezone Europe/Berlin ·"
    " trueup postmortem 12 --publish 12.md[/]"
)
REFUSED: Final = 1
_FILE_MOST: Final = 1024 * 1024
"""Bytes of what is published: far more than anybody writes."""

Timezone = Annotated[
    str, typer.Option("--timezone", help='Whose clocks it is told by: "Europe/Berlin".')
]


def command(  # noqa: PLR0913 - one parameter an option
    incident: Annotated[str, typer.Argument(help="Its number, n and a number, its key, or last.")],
    *,
    file: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new file to write, instead of the screen.")
    ] = None,
    publish: Annotated[
        Path | None,
        typer.Option(
            "--publish",
            help='Put the section "For the public" of this file on the incident\'s page; - reads'
            " standard input.",
        ),
    ] = None,
    timezone: Timezone = "UTC",
    by: giving.By = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write down what happened in an incident: summary, impact, the exact time line, how long
    everything took, what it cost of the budget, evidence, and room for causes and actions.

    With --publish nothing is written: the public section of the file that you made of it is put on
    the incident's page, as a post-mortem; again, and it takes the place of what stood there.

    Exit status 0, 1 when there is no such incident or it cannot be published yet, 2 when the
    question makes no sense, 3 when there is no history.
    """
    read_config = read(config)
    which = times.incident(incident, by_hand=True)
    if publish is not None:
        _publish(read_config, which, publish, by=by, as_json=as_json)
        return
    hours = zone(timezone)
    found = _account(read_config, which)
    scrub = Scrubber(read_config.secrets).text
    if as_json:
        say_json(document.scrubbed(document.document(found), scrub))
        return
    written = scrub(postmortem.postmortem(found, hours))
    if file is None:
        write(written)
        return
    _keep(file, written)
    err.print(f"Written to {file}.", markup=False, highlight=False, soft_wrap=True)


def zone(name: str) -> ZoneInfo:
    """Ends the command when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fail(f'--timezone: {name!r} is no time zone; write it as "Europe/Berlin" or "UTC"')


def told_of(config: Config, which: Which) -> Told:
    """Ends the command when there is none."""
    with history(config) as db:
        try:
            whose = subject(db, which).whose
        except CannotAct as no:
            fail(str(no), REFUSED)
        found = public.one(db, incident=whose.incident, entry=whose.entry)
    if found is None:
        fail("there is no such incident; trueup incidents lists them", REFUSED)
    return found


def _account(config: Config, which: Which) -> Account:
    told = told_of(config, which)
    with history(config) as db:
        return facts.account(db, config, told, SystemClock().now())


def _keep(file: Path, written: str) -> None:
    """Never over what an author made of it."""
    try:
        with file.open("x", encoding="utf-8") as to:
            to.write(written)
    except FileExistsError:
        fail(f"{file} is there already, and somebody may have written in it; name another")
    except OSError as trouble:
        fail(f"{file} cannot be written: {trouble.strerror}")


def _publish(config: Config, which: Which, file: Path, *, by: str, as_json: bool) -> None:
    told = told_of(config, which)
    named: Which = told.number if told.number is not None else told.name
    if told.ended_at is None:
        fail(f"incident {told.name} is still open; a post-mortem is for afterwards", REFUSED)
    try:
        words = written_part(_read(file))
    except NotReady as no:
        fail(f"{file}: {no}. Nothing was published.", REFUSED)
    there = [u for u in told.updates if not u.withdrawn and u.status == Stage.POSTMORTEM]
    if there and _lines(there[-1].words) == _lines(Scrubber(config.secrets).text(words)):
        _say_unchanged(told, there[-1].number, as_json=as_json)
        return

    def order() -> Order:
        who = giving.who(by)
        if there:
            return Correct(incident=named, number=there[-1].number, words=words, by=who)
        return Say(incident=named, status=Stage.POSTMORTEM, words=words, by=who)

    giving.give(config, order, as_json=as_json)


def _lines(words: str) -> list[str]:
    return [line.rstrip() for line in words.strip().splitlines()]


def _say_unchanged(told: Told, update: int, *, as_json: bool) -> None:
    said = f"The same words stand under {told.name} already; nothing was changed."
    if as_json:
        say_json({"said": said, "incident": told.number, "update": update, "changed": False})
    else:
        out.print(said, markup=False, highlight=False, soft_wrap=True)


def _read(file: Path) -> str:
    if str(file) == "-":
        return giving.text("-")
    try:
        with file.open("rb") as content:
            return content.read(_FILE_MOST).decode("utf-8", "replace")
    except OSError as trouble:
        fail(f"{file} cannot be read: {trouble.strerror}")
