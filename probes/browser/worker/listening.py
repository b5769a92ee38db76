"""What a page said to its console, as a text for the person who is woken by it.

Read when a run has failed, and not before: the driver keeps the last lines of each page anyway, and
handing on each of them as it comes would cost every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from probes.browser.worker.addresses import with_names_only, without_queries
from probes.browser.worker.vitals import SIGN
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Page
    from playwright.async_api import Error as PageError

LINES: Final = 300
BYTES: Final = 64 * 1024
_LONGEST: Final = 2000  # characters of a line that are looked at
_ORDER: Final = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Line:
    sort: str
    text: str
    url: str = ""
    number: int = 0


async def said(page: Page) -> list[Line]:
    """The last 200 lines and the last 200 errors. Raises what Playwright raises."""
    errors = [_uncaught(error) for error in await page.page_errors(filter="all")]
    messages = await page.console_messages(filter="all")
    return errors + [_line(message) for message in messages if not _is_ours(message)]


def console_text(lines: Sequence[Line], scrub: Scrubber) -> str:
    """Errors first, then warnings; at most 300 lines and 64 KiB. Empty when nothing was said."""
    rows = (_row(line, scrub) for line in sorted(lines, key=_rank))
    return "".join(_bounded(rows, len(lines)))


def _bounded(rows: Iterable[str], count: int) -> Iterator[str]:
    room = BYTES
    for at, row in enumerate(rows):
        room -= len(row.encode())
        if at >= LINES or room < 0:
            yield f"and {count - at} more lines\n"
            return
        yield row


def _row(line: Line, scrub: Scrubber) -> str:
    text = scrub.line(without_queries(scrub(line.text)))
    at = f"  ({with_names_only(scrub(line.url))}:{line.number})" if line.url else ""
    return f"{line.sort:8} {text}{at}\n"


def _rank(line: Line) -> int:
    return _ORDER.index(line.sort) if line.sort in _ORDER else len(_ORDER)


def _is_ours(message: ConsoleMessage) -> bool:
    return message.text.startswith(SIGN)


def _line(message: ConsoleMessage) -> Line:
    place = message.location
    return Line(
        message.type,
        message.text[:_LONGEST],
        str(place.get("url", ""))[:_LONGEST],
        int(place.get("lineNumber", 0)) + 1,
    )


def _uncaught(error: PageError) -> Line:
    text = (error.stack or error.message or str(error))[:_LONGEST]
    return Line("error", f"uncaught {text}")
