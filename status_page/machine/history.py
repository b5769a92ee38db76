"""Days as CSV, one line each: of all components together, and of each alone for a year.

Days that are over, so that a line never changes again; today is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from status_page.component import DayBar
from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.facts import line
from status_page.page import Page
from status_page.text import anchor

WHOLE_PAGE: Final = 90
ALONE: Final = 365
HEADER: Final = (
    "day_utc,component_id,component,uptime_percent,known_s,down_s,maintenance_s,unknown_s,slow"
)
_END: Final = "\r\n"
_KEPT: Final = 4096
_DAY: Final = timedelta(days=1)
# A spreadsheet would take a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_Source = tuple[str, str, tuple[DayBar, ...], date]


class History:
    """`history.csv` and `components/uploads/history.csv`."""

    def __init__(self) -> None:
        self._kept: Kept[_Source, tuple[str, bytes]] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        today = facts.today(page)
        recent = [f"{HEADER}{_END}"]
        for component in page.components:
            source = (component.id, component.name, component.days, today)
            newest, alone = self._kept.get(component.id, source, _lines)
            recent.append(newest)
            yield f"components/{anchor(component.id)}/history.csv", alone
        self._kept.only([component.id for component in page.components])
        yield "history.csv", "".join(recent).encode()


def _lines(source: _Source) -> tuple[str, bytes]:
    """Those of the last 90 days, and the whole file of a year."""
    id_, name, days, today = source
    over = [bar for bar in days if bar.day < today][-ALONE:]
    whose = f",{cell(id_)},{cell(line(name))},"
    lines = [f"{bar.day.isoformat()}{whose}{_numbers(bar[1:])}" for bar in over]
    newest = sum(bar.day >= today - WHOLE_PAGE * _DAY for bar in over)
    alone = f"{HEADER}{_END}{''.join(lines)}".encode()
    return "".join(lines[len(lines) - newest :]), alone


@lru_cache(maxsize=_KEPT)
def _numbers(bar: tuple[timedelta, timedelta, bool, timedelta]) -> str:
    known, down, slow, planned = bar
    unknown = max(_DAY - known - planned, timedelta())
    spans = (known, min(down, known), planned, unknown)
    seconds = ",".join(str(span // timedelta(seconds=1)) for span in spans)
    return f"{_percent(known, down)},{seconds},{'yes' if slow else 'no'}{_END}"


def _percent(known: timedelta, down: timedelta) -> str:
    """Rounded down: only an outage of nothing is 100."""
    if not known:
        return ""
    parts = max(known - down, timedelta()) * 1_000_000 // known
    return f"{parts // 10_000}.{parts % 10_000:04}"


def cell(text: str) -> str:
    """*text* as RFC 4180 has it, and never a formula."""
    safe = f"'{text}" if text.startswith(_FORMULA) else text
    quoted = safe.replace('"', '""')
    return f'"{quoted}"' if any(sign in quoted for sign in '",\r\n') else quoted
