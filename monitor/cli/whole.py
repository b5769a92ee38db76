"""`trueup incidents 12`: one incident, whole."""

from __future__ import annotations

from collections.abc import Callable

from rich.table import Column
from rich.text import Text

from monitor.acts.orders import Which
from monitor.cli import tables
from monitor.cli.ground import banner, history, out, say_json
from monitor.cli.postmortem import told_of
from monitor.clock import SystemClock
from monitor.config import Config, Scrubber
from monitor.notices import one_line, span
from monitor.reports import document, facts, prose
from monitor.reports.account import Account
from monitor.reports.markdown import elapsed
from monitor.reports.timeline import Kind, Moment, timeline

_STYLES = {
    Kind.FAILED: "red",
    Kind.OPENED: "bold red",
    Kind.REFUSED: "red",
    Kind.WITHHELD: "yellow",
    Kind.WAITING: "yellow",
    Kind.ESCALATED: "yellow",
    Kind.LAST_GOOD: "green",
    Kind.RECOVERED: "green",
    Kind.RESOLVED: "green",
    Kind.DEPLOY: "bold",
}


def show(config: Config, which: Which, *, as_json: bool) -> None:
    """To standard output."""
    told = told_of(config, which)
    with history(config) as db:
        found = facts.account(db, config, told, SystemClock().now())
    scrub = Scrubber(config.secrets).text
    if as_json:
        say_json(document.scrubbed(document.document(found), scrub))
        return
    over = f"over after {span(found.lasted)}" if found.ended_at else "still open"
    headline = scrub(prose.headline(found))
    began = f"{found.began_at:%Y-%m-%d %H:%M:%S} UTC"
    said = f"Incident {found.name}: {headline}; began {began}, {over}."
    out.print(Text.from_markup(banner(config)), end=" " if banner(config) else "")
    out.print(Text(one_line(said)), soft_wrap=True)
    out.print()
    _table(found, scrub)
    again = "" if found.ended_at is None else f"; write it up with: trueup postmortem {found.name}"
    more = f"trueup evidence {found.name} shows what was seen{again}"
    out.print(Text(f"\n{more}", "dim"), soft_wrap=True)


def _table(found: Account, scrub: Callable[[str], str]) -> None:
    many = len({each.known.probe for each in found.seen}) > 1
    day = found.began_at.date()
    table = tables.table("UTC", Column("since", justify="right"), tables.words("what happened"))
    for moment in timeline(found):
        same = moment.at.date() == day
        at = f"{moment.at:%H:%M:%S}" if same else f"{moment.at:%m-%d %H:%M:%S}"
        words = scrub(_words(moment, many=many))
        since = elapsed(moment.at - found.began_at)
        table.add_row(at, since, Text(words, _STYLES.get(moment.kind, "")))
    tables.show(table)


def _words(moment: Moment, *, many: bool) -> str:
    whose = f"{moment.probe}: " if many and moment.probe else ""
    return one_line(f"{whose}{moment.words}", 1_000)
