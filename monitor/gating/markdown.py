"""The verdict as GitHub-flavoured Markdown, for the summary of a job.

Names and answers are shown as they are: nothing in them is a heading, a link, an element or a
name that would call somebody.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from monitor.gating.evidence import NOTHING, Found
from monitor.gating.gate import Verdict
from monitor.gating.tally import Standing, Tally
from monitor.gating.wording import details, found, headline
from monitor.notices import one_line

MARKS: Final = {Standing.PASSED: "✅", Standing.FAILED: "❌", Standing.UNKNOWN: "❔"}
BYTES_MAX: Final = 500_000
"""Half of what GitHub shows of one step."""
_ACTIVE: Final = re.compile(
    r"[\\`*_\[\]#|~@$<>&]|:(?=[\w+-]+:|//)|(?<=www)\.", re.ASCII | re.IGNORECASE
)
_CUT: Final = "\nMore of them failed; the report is cut here.\n"


def markdown(verdict: Verdict, title: str, evidence: Found, scrub: Callable[[str], str]) -> str:
    """Ends with a line break. *title* says what the gate is of."""
    mark = MARKS[verdict.standing]
    head = f"## {mark} {_words(title)}: {headline(verdict)}\n\n"
    head += "| | probe | runs | each | what was seen |\n|---|---|---:|---:|---|\n"
    rows = "".join(_row(tally, verdict, scrub) for tally in verdict.tallies)
    made = head + rows
    for part in _parts(verdict, evidence, scrub):
        if len((made + part).encode()) > BYTES_MAX:
            return made + _CUT
        made += part
    return made


def _row(tally: Tally, verdict: Verdict, scrub: Callable[[str], str]) -> str:
    cells = (
        MARKS[tally.standing(verdict.terms)],
        _words(scrub(tally.probe.id)),
        str(tally.runs),
        _span(tally.lasted / max(1, tally.runs)),
        _words(scrub(found(tally, verdict))),
    )
    return f"| {' | '.join(cells)} |\n"


def _parts(verdict: Verdict, evidence: Found, scrub: Callable[[str], str]) -> Iterator[str]:
    """What more there is to say of those that did not pass."""
    for tally in verdict.tallies:
        if tally.standing(verdict.terms) is not Standing.PASSED:
            lines = details(tally, verdict, evidence.get(tally.probe.id, NOTHING))
            said = html.escape(scrub("\n".join(lines)))
            name = html.escape(one_line(scrub(tally.probe.id)))
            named = f"\n<details open><summary>{name}</summary>\n\n"
            yield f"{named}<pre>\n{said}\n</pre>\n\n</details>\n"


def _words(text: str) -> str:
    """Every sign that could mean something stands for itself."""
    return _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", one_line(text))


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
