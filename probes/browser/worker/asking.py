"""What pages asked for and what came of it, as a text for the person who is woken by it.

Read when a run has failed, and not before: the driver keeps the last hundred requests of each page,
and the page itself the first 250 things it loaded, with their sizes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from probes.browser.worker.addresses import with_names_only
from probes.browser.worker.listening import Line
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import Page, Request

ROWS: Final = 500
_LOADED: Final = """() => JSON.stringify([...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")].slice(0, 500).map(one =>
  [one.name, one.initiatorType, one.responseStatus, one.transferSize, one.duration]))"""
_HEAD: Final = "  status method type            size       ms  address\n"
_FAILED: Final = "net::ERR_"


@dataclass(frozen=True, slots=True)
class Asked:
    """`status` is None when no answer came; size (bytes) and time where the browser tells them."""

    url: str
    method: str = ""
    sort: str = ""
    status: int | None = None
    size: int | None = None
    took_ms: float | None = None
    why: str = ""

    @property
    def failed(self) -> bool:
        return self.status is None or self.status >= 400


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a page says of something it loaded."""

    sort: str
    status: int | None
    size: int | None
    took_ms: float | None


async def asked(page: Page) -> list[Asked]:
    """The last 100 requests. Raises what Playwright raises."""
    return [_asked(request) for request in await page.requests()]


async def loaded(page: Page) -> Mapping[str, Loaded]:
    """By address, of the document that is there now. Raises what Playwright raises."""
    return _loaded(await page.evaluate(_LOADED))


def requests_text(
    rows: Sequence[Asked], known: Mapping[str, Loaded], lines: Iterable[Line], scrub: Scrubber
) -> str:
    """A table of at most 500 requests, those that failed first. Empty when nothing was asked."""
    reasons = {line.url: line.text for line in lines if _FAILED in line.text}
    told = [_completed(row, known.get(row.url), reasons.get(row.url, "")) for row in rows]
    older = set(known) - {row.url for row in rows}
    told = [_only_loaded(url, one) for url, one in known.items() if url in older] + told
    told.sort(key=lambda row: not row.failed)
    body = "".join(_row(row, scrub) for row in told[:ROWS])
    more = f"and {len(told) - ROWS} more\n" if len(told) > ROWS else ""
    return _HEAD + body + more if told else ""


def _row(row: Asked, scrub: Scrubber) -> str:
    status = "-" if row.status is None else str(row.status)
    size = "" if row.size is None else str(row.size)
    took = "" if row.took_ms is None else f"{row.took_ms:.0f}"
    why = f"  {scrub.line(row.why)}" if row.why else ""
    address = scrub.line(with_names_only(scrub(row.url)))
    line = f"{status:>8} {row.method[:6]:6} {row.sort[:12]:12} {size:>7} {took:>8}  {address}"
    return f"{line}{why}\n"


def _asked(request: Request) -> Asked:
    answer = request.existing_response
    start = request.timing["responseStart"]
    return Asked(
        request.url,
        request.method,
        request.resource_type,
        answer.status if answer else None,
        _size(answer.headers.get("content-length", "")) if answer else None,
        start if start >= 0 else None,
    )


def _completed(row: Asked, known: Loaded | None, why: str) -> Asked:
    """With what the page knows better: the driver was not asked when each of them ended."""
    size = known.size if known and known.size is not None else row.size
    took = known.took_ms if known and known.took_ms is not None else row.took_ms
    why = _error_in(why) or "no answer" if row.status is None else ""
    return Asked(row.url, row.method, row.sort, row.status, size, took, why)


def _only_loaded(url: str, one: Loaded) -> Asked:
    return Asked(url, "", one.sort, one.status, one.size, one.took_ms)


def _error_in(text: str) -> str:
    _, found, rest = text.partition(_FAILED)
    return rest.split()[0].lower().replace("_", " ") if found and rest.strip() else ""


def _size(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _loaded(told: Any) -> dict[str, Loaded]:
    """A page may say what it likes."""
    found: dict[str, Loaded] = {}
    try:
        for url, sort, status, size, took in json.loads(told):
            found[str(url)[:4096]] = Loaded(str(sort), _whole(status), _whole(size), _whole(took))
    except (ValueError, TypeError):
        return found
    return found


def _whole(value: Any) -> int | None:
    """None, too, for zero, which is what the browser says of what it does not tell."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e12
    return int(value) if good else None
