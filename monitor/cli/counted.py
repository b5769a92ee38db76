"""`trueup incidents --stats`: how often, how long, and how soon, by the month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from monitor.cli import tables
from monitor.cli.ground import banner, brief, fail, history, out, say_json
from monitor.clock import SystemClock
from monitor.config import Config
from monitor.notices import span
from monitor.reports import statistics
from monitor.reports.statistics import Month, Took

_SECOND: Final = timedelta(seconds=1)
_EXPLAINED: Final = (
    "The median, then the worst, since the first failing run. It broke between the last good run"
    " and that one, so it took between two times until it was noticed."
)


def show(config: Config, months: int, component: str, *, as_json: bool) -> None:
    """To standard output. Ends the command when there is no such component."""
    if component and component not in config.components:
        named = ", ".join(config.components) or "there is none at all"
        fail(f"there is no component {component!r}; those there are: {named}")
    at = SystemClock().now()
    since = statistics.first_of(at, months - 1)
    with history(config) as db:
        counted = statistics.read(db, config, since, at, component)
    found = statistics.months(counted, since, at)
    if as_json:
        say_json([document(each) for each in found])
        return
    whose = f" of {config.components[component].name}" if component else ""
    said = f"{_headline(found)}{whose}.{_after_deploys(found, config)}"
    out.print(f"{banner(config)} {said}".strip(), highlight=False, soft_wrap=True)
    out.print()
    _table(found)
    for line in _notes(found):
        out.print(line, style="dim", highlight=False, markup=False)


def _headline(found: Sequence[Month]) -> str:
    count = sum(each.incidents for each in found)
    down = sum((each.down for each in found), timedelta())
    months = f"in {len(found)} months" if len(found) > 1 else "this month"
    said = f"{count} incident{'' if count == 1 else 's'} {months}"
    return f"{said}, down for {span(down)}" if down else said


def _after_deploys(found: Sequence[Month], config: Config) -> str:
    after = sum(each.after_deploy for each in found)
    count = sum(each.incidents for each in found)
    window = span(config.changes.deploys.window)
    which = "It" if count == 1 else f"{after} of {count}"
    return f" {which} began within {window} of a deploy." if after else ""


def _table(found: Sequence[Month]) -> None:
    roomy = tables.roomy()
    deploy = "after a deploy" if roomy else "deploy"
    table = tables.table(
        "month", "incidents", "down", "noticed", "told", "acknowledged", "over", deploy
    )
    between = " / " if roomy else "\n"
    for each in reversed(found):
        still = f" ({each.still_open} open)" if each.still_open else ""
        table.add_row(
            f"{each.first:%Y-%m}",
            f"{each.incidents}{still}" if each.incidents else "none",
            brief(each.down) if each.down >= _SECOND else "",
            between.join(noticed(each)),
            *(between.join(pair(took)) for took in (each.tell, each.acknowledge, each.recover)),
            f"{each.after_deploy} of {each.incidents}" if each.incidents else "",
        )
    tables.show(table)


def noticed(month: Month) -> tuple[str, ...]:
    """`30s–1m` and `40s–1m10s`: both bounds of the median, and of the worst."""
    least, most = month.detect, month.detect_most
    if least is None:
        return ()
    if most is None:
        return f"≥{_short(least.median)}", f"≥{_short(least.worst)}"
    return (
        f"{_short(least.median)}–{_short(most.median)}",
        f"{_short(least.worst)}–{_short(most.worst)}",
    )


def pair(of: Took | None) -> tuple[str, ...]:
    """The median and the worst."""
    return (_short(of.median), _short(of.worst)) if of else ()


def _short(length: timedelta) -> str:
    return brief(length) if length >= _SECOND else "0s"


def _notes(found: Sequence[Month]) -> list[str]:
    if not any(each.incidents for each in found):
        return []
    return ["", _EXPLAINED]


def document(month: Month) -> dict[str, Any]:
    """For programs; spans in seconds."""
    return {
        "month": f"{month.first:%Y-%m}",
        "incidents": month.incidents,
        "open": month.still_open,
        "down_s": _seconds(month.down),
        "after_deploy": month.after_deploy,
        "detect": _took(month.detect),
        "detect_at_most": _took(month.detect_most),
        "tell": _took(month.tell),
        "acknowledge": _took(month.acknowledge),
        "recover": _took(month.recover),
    }


def _took(of: Took | None) -> dict[str, Any] | None:
    if of is None:
        return None
    known = {"median_s": _seconds(of.median), "worst_s": _seconds(of.worst)}
    return {"incidents": of.count, **known}


def _seconds(length: timedelta) -> float:
    return round(length.total_seconds(), 3)
