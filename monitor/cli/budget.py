"""`trueup budget`: what was promised, what of it is spent, and on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import objectives
from monitor.budget import PAIRS
from monitor.burning.saying import MOST
from monitor.cli import tables
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    AsJson,
    ConfigPath,
    banner,
    brief,
    fail,
    history,
    out,
    read,
    say_json,
)
from monitor.clock import SystemClock, iso
from monitor.config import Config
from monitor.config.changes import Objective
from monitor.config.nearest import remedy
from monitor.objectives import Outage, Standing
from monitor.objectives.rates import Rates, rates
from probes import write_duration

NAME = "budget"
EXAMPLES = "[dim]trueup budget · trueup budget uploads · trueup budget --json[/]"
SHOWN = 2
_DAY = timedelta(days=1)
_HOUR = PAIRS[0].long


@dataclass(frozen=True, slots=True)
class _Line:
    standing: Standing
    rates: Rates

    @property
    def times(self) -> float:
        """How fast it burnt in the last hour."""
        return self.rates.everything[0].long.times if self.rates.everything else 0.0


def command(
    objective: Annotated[
        str, typer.Argument(metavar="[ID]", help="Only this one, with its outages.")
    ] = "",
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Show what was promised, what of it is spent, and on what.

    Exit status:
    0 when there is something left of every budget;
    1 when one is overspent;
    3 when there is no history yet.
    """
    read_config = read(config)
    wanted = _wanted(read_config, objective)
    with history(read_config) as db:
        at = SystemClock().now()
        lines = [_line(db, read_config, each, at) for each in wanted]
    if as_json:
        say_json([_document(line) for line in lines])
    else:
        _print(read_config, lines, one=bool(objective))
    raise typer.Exit(int(any(line.standing.left < timedelta() for line in lines)))


def _wanted(config: Config, objective: str) -> Sequence[Objective]:
    known = config.changes.objectives
    if objective and objective not in known:
        fail(f"{objective!r} is no objective; {remedy(objective, known, 'objectives')}")
    return [known[objective]] if objective else list(known.values())


def _line(db: Database, config: Config, objective: Objective, at: datetime) -> _Line:
    return _Line(
        objectives.standing(db, config, objective, at), rates(db, config, objective, at, least=1)
    )


def _document(line: _Line) -> dict[str, Any]:
    standing, budget = line.standing, line.standing.budget
    return {
        "objective": standing.objective.id,
        "component": standing.objective.component,
        "promised": standing.objective.written,
        "since": iso(budget.window.since_at),
        "until": iso(budget.window.until_at),
        "allowed_s": budget.allowed.total_seconds(),
        "spent_s": budget.spent.total_seconds(),
        "left_s": budget.left.total_seconds(),
        "left_share": round(budget.share, 6),
        "known_s": budget.known.total_seconds(),
        "passed_s": budget.passed.total_seconds(),
        "projected_s": budget.projected.total_seconds() if budget.projected is not None else None,
        "burn": [
            {
                "window": write_duration(window),
                "times": round(rate.times, 3),
                "failed_runs": rate.failed,
            }
            for pace in line.rates.everything
            for window, rate in ((pace.pair.long, pace.long), (pace.pair.short, pace.short))
        ],
        "worst": [_outage(each) for each in standing.worst],
    }


def _outage(outage: Outage) -> dict[str, Any]:
    return {
        "began_at": iso(outage.began_at),
        "ended_at": iso(outage.ended_at) if outage.ended_at else None,
        "spent_s": outage.spent.total_seconds(),
        "incidents": list(outage.incidents),
    }


def _print(config: Config, lines: Sequence[_Line], *, one: bool) -> None:
    if not lines:
        out.print(f"{banner(config)} Nothing is promised. Write an [objective.ID].", markup=False)
        return
    if banner(config):
        out.print(banner(config), highlight=False)
    table = tables.table(
        *("objective", "promised", "window", "spent", "left", "known", "burns"),
        tables.words("worst outages"),
    )
    for line in lines:
        table.add_row(*_row(line))
    tables.show(table)
    if one:
        _print_one(lines[0].standing)


def _row(line: _Line) -> list[str | Text]:
    standing = line.standing
    spent_all = standing.left < timedelta()
    return [
        Text(standing.objective.id, "bold"),
        f"{standing.name}: {standing.objective.written}",
        _window(standing),
        _span(standing.spent),
        Text(f"{_span(standing.left)} ({standing.budget.share:.0%})", "red" if spent_all else ""),
        _known(standing),
        _times(line.times),
        ", ".join(_worst(each) for each in standing.worst[:SHOWN]),
    ]


def _times(times: float) -> str:
    if times > MOST:
        return f"over {MOST}×"
    return f"{times:.1f}×" if 0 < times < 10 else f"{times:.0f}×"


def _window(standing: Standing) -> str:
    of = standing.objective.window
    return f"last {_days(of)}" if isinstance(of, timedelta) else f"this {of.value}"


def _known(standing: Standing) -> str:
    """`12 of 30 days`; what nobody watched is neither good nor bad."""
    budget = standing.budget
    if budget.passed - budget.known < budget.passed / 100:
        return "all of it" if budget.passed == budget.window.length else "all so far"
    known = f"{budget.known / _DAY:.3g}" if budget.known >= _DAY else _span(budget.known)
    return f"{known} of {_days(budget.passed)}"


def _days(span: timedelta) -> str:
    days = f"{span / _DAY:.3g}"
    return f"{days} day" if days == "1" else f"{days} days"


def _span(length: timedelta) -> str:
    return f"-{brief(-length)}" if length < timedelta() else brief(length)


def _worst(outage: Outage) -> str:
    numbers = ", ".join(f"#{number}" for number in outage.incidents[:SHOWN])
    still = "" if outage.ended_at else " so far"
    return f"{_span(outage.spent)}{still} on {outage.began_at:%Y-%m-%d} ({numbers})"


def _print_one(standing: Standing) -> None:
    budget = standing.budget
    since, until = (f"{each:%Y-%m-%d %H:%M}" for each in budget.window)
    said = [f"{_span(budget.allowed)} may be spent from {since} to {until} UTC."]
    if budget.projected is not None and budget.passed < budget.window.length:
        said.append(f"If it goes on like this, {_span(budget.projected)} will have been spent.")
    if budget.known < budget.passed:
        unknown = _span(budget.passed - budget.known)
        said.append(f"Nobody watched for {unknown}: that is neither good nor bad.")
    out.print("\n" + " ".join(said), markup=False, highlight=False, soft_wrap=True)
    for outage in standing.worst:
        numbers = ", ".join(map(str, outage.incidents))
        out.print(
            f"  {_when(outage)} UTC, {_span(outage.spent)}, incident {numbers}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def _when(outage: Outage) -> str:
    began = f"{outage.began_at:%Y-%m-%d %H:%M:%S}"
    if outage.ended_at is None:
        return f"since {began}"
    same = outage.ended_at.date() == outage.began_at.date()
    return f"{began} to {outage.ended_at:{'%H:%M:%S' if same else '%Y-%m-%d %H:%M:%S'}}"
