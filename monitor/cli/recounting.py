"""What a run saw, told to a person from the most urgent to where there is more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from monitor.cli import exhibits, tables, travels
from monitor.cli.ground import out
from monitor.notices import Notice, one_line, span
from monitor.reasons import told_once
from monitor.seen import Seen
from monitor.store.acts import Standing
from monitor.store.captured import Kept, said_of
from monitor.store.kept import KeptRun

QUOTES: Final = {"console.txt": "Console", "requests.txt": "Requests"}
PAGE: Final = "page.json"
QUOTED: Final = 8
CAPTURED: Final = 40
OTHERS_SHOWN: Final = 20
MEMBERS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All there is to be told. Of a run from before this was kept, `seen` is None."""

    probe: str
    incident: Standing | None
    notice: Notice | None
    run: KeptRun | None
    seen: Seen | None
    others: Sequence[KeptRun]
    captures: Sequence[Kept]
    folder: Path
    link: Callable[[str], str]
    """Where a trace of the target is looked at, or empty."""


def recount(account: Account) -> None:
    """To standard output."""
    if account.incident:
        _line(_headline(account.incident), "bold")
    if account.run is None:
        _without_a_run(account)
        return
    _line(_verdict(account, account.run))
    _page(account, account.run)
    if account.seen:
        _what_was_seen(account.seen)
    _captures(account)
    _quotes(account, account.run)
    _trace(account)
    _files(account, account.run)
    _others(account)


def _headline(incident: Standing) -> str:
    ended_at = incident.recovered_at or incident.resolved_at
    over = f", over after {span(ended_at - incident.began_at)}" if ended_at else ", still open"
    began = f"{incident.began_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"Incident {incident.number}: {incident.probe}, since {began}{over}."


def _verdict(account: Account, run: KeptRun) -> Text:
    at = f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"
    if account.seen is None:
        return Text(f"{account.probe}, the run of {at}, of which only files were kept")
    known = account.seen
    style = "red" if run.failed else "yellow"
    tries = f", on try {known.tries}" if known.tries > 1 else ""
    said = f"{known.outcome} at {at}, after {known.took.total_seconds():.1f} s{tries}"
    where = f'at the step "{known.failed_step}"' if known.failed_step else ""
    reason, summary = told_once(known.reason, known.summary)
    why = ", ".join(part for part in (reason, where) if part)
    text = Text.assemble((said, style))
    return text.append(f"\n{_sentence(why, summary)}")


def _sentence(why: str, summary: str) -> str:
    said = ": ".join(part for part in (why, summary) if part)
    return said[:1].upper() + said[1:]


def _without_a_run(account: Account) -> None:
    notice = account.notice
    if notice is None:
        _line(f"Nothing is kept of {account.probe}: evidence is kept of journeys that fail.")
        return
    for member in notice.members[:MEMBERS_SHOWN]:
        _line(f"{member.name}: trueup evidence {member.incident}")
    _line(one_line(_sentence(*told_once(notice.reason, notice.summary))) or " ".join(notice.says))
    _quote("Answered", notice.excerpt.splitlines())
    _captures(account)
    _trace(account)
    if not (notice.members or account.captures):
        _line(
            "No files are kept of it: journeys leave some, for as long as evidence is kept.", "dim"
        )


def _page(account: Account, run: KeptRun) -> None:
    for file in run.files:
        if file.name == PAGE:
            page = exhibits.facts_in(account.folder / file.path, ("title", "url"))
            said = " at ".join(part for part in (_quoted(page["title"]), page["url"]) if part)
            _line(f"The page: {said}" if said else "")


def _quoted(title: str) -> str:
    return f'"{title}"' if title else ""


def _what_was_seen(known: Seen) -> None:
    for line in known.warnings:
        _line(f"warning: {line}", "yellow")
    _quote("On the page", known.excerpt.splitlines())
    if known.steps or known.views:
        out.print()
        tables.show(travels.table("step", known.steps, known.views))


def _captures(account: Account) -> None:
    for capture in account.captures:
        _line(f"\nCaptured, {capture.name}: {said_of(capture)}")
        lines = capture.fetched.text.splitlines()
        for line in lines[:CAPTURED]:
            _line(f"  | {exhibits.indented(line)}")
        if len(lines) > CAPTURED:
            _line("  | … more with --out FOLDER", "dim")


def _quotes(account: Account, run: KeptRun) -> None:
    for file in run.files:
        if file.name in QUOTES:
            path = account.folder / file.path
            _quote(QUOTES[file.name], exhibits.first_lines(path, QUOTED), f"more in {file.name}")


def _quote(title: str, lines: Sequence[str], more: str = "") -> None:
    if not lines:
        return
    _line(f"\n{title}:")
    for line in lines[:QUOTED]:
        _line(f"  | {one_line(line, exhibits.LINE_MAX)}")
    if len(lines) > QUOTED and more:
        _line(f"  | … {more}", "dim")


def _trace(account: Account) -> None:
    trace_id = account.seen.trace_id if account.seen else ""
    trace_id = trace_id or (account.notice.trace_id if account.notice else "")
    if trace_id:
        _line(f"\nTrace of the target: {account.link(trace_id) or trace_id}")


def _files(account: Account, run: KeptRun) -> None:
    if not run.files:
        return
    _line("\nFiles:")
    for file in run.files:
        trouble = exhibits.trouble_with(account.folder / file.path)
        said = f"  {account.folder / file.path}  {exhibits.size(file)}"
        _line(f"{said}, {trouble}" if trouble else said, "red" if trouble else "")
    traces = [file for file in run.files if file.name == exhibits.TRACE]
    for file in traces:
        _line(f"Look at the trace with: {exhibits.how_to_open_a_trace(account.folder / file.path)}")
        _line("It is shown by this machine, and nothing of it is sent anywhere.", "dim")


def _others(account: Account) -> None:
    if not account.others:
        return
    _line("\nAlso kept:")
    for run in account.others[-OTHERS_SHOWN:]:
        files = f"{len(run.files)} file{'' if len(run.files) == 1 else 's'}"
        where = account.folder / run.files[0].path if run.files else None
        said = f"  {run.started_at:%Y-%m-%d %H:%M:%S} UTC, {files}"
        _line(f"{said}: {where.parent}" if where else said)


def _line(words: str | Text, style: str = "") -> None:
    text = words if isinstance(words, Text) else Text(words, style)
    out.print(text, highlight=False, soft_wrap=True)
