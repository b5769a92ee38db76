"""The failing runs of an incident, told as few sentences as say all of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from monitor.notices import one_line, span
from monitor.reasons import in_words
from monitor.reports.account import Seen
from monitor.store.chronicle import Ran

SINGLY: Final = 5
"""Failing runs before it opened that are told one by one."""
_QUOTED: Final = 200
_TURNS_MOST: Final = 30
"""Of runs that see something else than those before them."""


def told(seen: Seen) -> Iterator[tuple[datetime, str]]:
    """The instant and the sentence of each; those before it opened one by one, the others as long
    as they see the same.
    """
    known = seen.known
    if known.own:
        return
    before = [run for run in seen.runs if run.at <= known.opened_at][:SINGLY]
    if not before or before[0].at > known.began_at:
        yield known.began_at, f"The first failing run{_tail(known.reason, known.summary)}"
    for number, run in enumerate(before):
        yield run.at, _single(run, number)
    after = seen.runs[len(before) :]
    turns = [list(group) for _, group in groupby(after, key=_what)]
    for group in turns[:_TURNS_MOST]:
        yield group[0].at, _several(group)
    if len(turns) > _TURNS_MOST:
        left = sum(map(len, turns[_TURNS_MOST:]))
        yield turns[_TURNS_MOST][0].at, f"{left} more runs failed, now one way, now another."


def _what(run: Ran) -> tuple[str, str, str]:
    return run.outcome, run.reason, run.note


def _single(run: Ran, number: int) -> str:
    lead = "The first failing run" if number == 0 else "Another run failed"
    tries = f" ({run.tries} tries)" if run.tries > 1 else ""
    return f"{lead}{tries}{_of(run)}"


def _several(group: Sequence[Ran]) -> str:
    if len(group) == 1:
        return f"Another run failed{_of(group[0])}"
    until = span(group[-1].at - group[0].at)
    return f"{len(group)} more runs failed, the last of them {until} later{_of(group[0])}"


def _of(run: Ran) -> str:
    if run.outcome == "ERROR":
        return f" for our own reasons, which says nothing{_tail(run.reason, run.note)}"
    slow = ", for it was slow" if run.outcome == "SLOW" else ""
    return f"{slow}{_tail(run.reason, run.note)}"


def _tail(reason: str, note: str) -> str:
    """Ends the sentence, with what was seen."""
    line = one_line(note or in_words(reason), _QUOTED).rstrip(".")
    return f": {line}." if line else "."
