"""What made a budget burn too fast: outages, and runs that failed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.notices import one_line, span
from monitor.reports.account import Account, Failed
from monitor.reports.markdown import Hours, brief, table, text
from monitor.store.chronicle import Known

_QUOTED = 200


def whose(known: Known) -> str:
    """Of which probe an incident is, or of what else, as plain text."""
    if not known.own:
        return known.probe
    name = known.probe_name.rpartition(": ")[0]
    return f"the budget of {name}" if name else known.probe_name


def section(found: Account, hours: Hours) -> list[str]:
    """Markdown; nothing of what is no incident of a budget."""
    if not found.is_budget:
        return []
    rows = [
        (
            hours.near(each.began_at, found.began_at),
            brief(each.ended_at - each.began_at) if each.ended_at else "still down",
            ", ".join(map(str, each.incidents)),
            brief(each.spent),
        )
        for each in found.outages
    ]
    lines = table(("Began", "Lasted", "Incident", "Spent"), rows) if rows else []
    if found.failed:
        lines += ["", *(f"- {text(runs(each, hours, found))}" for each in found.failed)]
    return lines[1:] if lines[:1] == [""] else lines


def runs(failed: Failed, hours: Hours, found: Account) -> str:
    """One sentence, as plain text."""
    since, until = (hours.near(at, found.began_at) for at in (failed.first_at, failed.last_at))
    when = f"at {since}" if since == until else f"from {since} to {until}"
    return f"{_many(failed)} {when}, {_outside(failed)}{_note(failed)}."


def line(failed: Failed) -> str:
    """The same for a time line, where the instant stands beside it."""
    later = f", the last of them {span(failed.last_at - failed.first_at)} later"
    return f"{_many(failed)}{later if failed.runs > 1 else ''}{_note(failed)}."


def in_brief(found: Account) -> Iterator[str]:
    """What made it burn, in a few words each, as plain text."""
    for each in found.outages:
        numbers = " and ".join(map(str, each.incidents))
        yield f"incident{'s' if len(each.incidents) > 1 else ''} {numbers} ({span(each.spent)})"
    for failed in found.failed:
        if failed.outside:
            count = f"{failed.outside} run{'' if failed.outside == 1 else 's'}"
            yield f"{count} of {failed.probe} that failed in no incident"


def _many(failed: Failed) -> str:
    return f"{failed.runs} run{'' if failed.runs == 1 else 's'} of {failed.probe} failed"


def _outside(failed: Failed) -> str:
    if failed.outside == failed.runs:
        return "in no incident"
    return f"{failed.outside} of them in no incident" if failed.outside else "all in incidents"


def _note(failed: Failed) -> str:
    said = one_line(failed.note, _QUOTED).rstrip(".")
    return f": {said}" if said else ""
