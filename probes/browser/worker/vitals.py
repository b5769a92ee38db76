"""Web vitals: how a page felt to whoever looked at it, told by the page's own browser.

A page is read once, at the end or just before it is left. Nothing watches it meanwhile: Chromium
keeps the first 150 entries of each sort for whoever asks late. A page that is left says it as one
line for the console, which Playwright's driver keeps; a binding would cost four times as much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from probes.browser.worker.addresses import without_query
from probes.result import View

VIEWS: Final = 50
SIGN: Final = "trueup:vitals "
"""What a line for the console begins with that is no page's, but ours."""
_LATEST: Final = 3600_000.0  # milliseconds
_WILDEST: Final = 1000.0  # of a layout; a page of ten screens that turns over is at ten
_LONGEST: Final = 4096

READ: Final = """() => {
  const buffered = type => {
    const observer = new PerformanceObserver(() => {});
    try { observer.observe({type, buffered: true}); } catch { return []; }
    const entries = observer.takeRecords();
    observer.disconnect();
    return entries;
  };
  const page = performance.getEntriesByType("navigation")[0];
  const [first] = performance.getEntriesByName("first-contentful-paint");
  const largest = buffered("largest-contentful-paint").at(-1);
  let worst = 0, sum = 0, began = 0, last = 0;
  for (const shift of buffered("layout-shift")) {
    if (shift.hadRecentInput) continue;
    const at = shift.startTime;
    const goes_on = at - last < 1000 && at - began < 5000;
    if (!goes_on) { sum = 0; began = at; }
    last = at;
    sum += shift.value;
    worst = Math.max(worst, sum);
  }
  return JSON.stringify([page?.name, performance.timeOrigin, page?.responseStart,
    first?.startTime, largest?.startTime, worst]);
}"""
BEFORE_LEAVING: Final = f"""(() => {{
  if (window !== window.top) return;
  const say = console.debug.bind(console), read = {READ};
  addEventListener("beforeunload", () => say("{SIGN}" + read()));
}})()"""
"""For every page before its own scripts. When it is really left, nobody would hear it any more."""


@dataclass(frozen=True, slots=True)
class Opened:
    """That the journey came to an address, in the step of that name."""

    url: str
    step: str


@dataclass(frozen=True, slots=True)
class _Reading:
    url: str
    began: float
    """Milliseconds of the browser's clock; no two pages of a tab begin at once."""
    ttfb: timedelta | None
    fcp: timedelta | None
    lcp: timedelta | None
    cls: float | None


def views(told: Iterable[str], opened: Sequence[Opened]) -> tuple[View, ...]:
    """The pages in the order in which they were opened. Of what was *told* of one page, in the
    form that `READ` gives it, the last counts; what is not of that form does not count.
    """
    readings = {one.began: one for text in told if (one := _reading(text))}
    found = sorted(readings.values(), key=lambda one: one.began)[:VIEWS]
    steps = _Steps(opened)
    return tuple(
        View(
            address=without_query(one.url),
            step=steps.of(one.url),
            ttfb=one.ttfb,
            fcp=one.fcp,
            lcp=one.lcp,
            cls=one.cls,
        )
        for one in found
    )


class _Steps:
    """Pages and addresses that were opened come in the same order; an address may be one of
    several within one page.
    """

    def __init__(self, opened: Sequence[Opened]) -> None:
        self._opened = opened
        self._next = 0

    def of(self, url: str) -> str:
        for at in range(self._next, len(self._opened)):
            if self._opened[at].url.partition("#")[0] == url.partition("#")[0]:
                self._next = at + 1
                return self._opened[at].step
        return ""


def _reading(text: str) -> _Reading | None:
    """None when it is not of a web page; a page may say what it likes."""
    try:
        url, began, *rest = json.loads(text[:_LONGEST])
        ttfb, fcp, lcp, moved = rest
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return None
    start = _number(began, 1e15)
    if start is None:
        return None
    return _Reading(url, start, _span(ttfb), _span(fcp), _span(lcp), _number(moved, _WILDEST))


def _span(milliseconds: Any) -> timedelta | None:
    """None, too, for what did not happen, which the browser tells as zero."""
    number = _number(milliseconds, _LATEST)
    return timedelta(milliseconds=number) if number else None


def _number(value: Any, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= most else None  # compared first: integers have no bound
