"""A published folder before a real browser: how soon it is painted, whether it moves, and what axe
finds in it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # has none
from playwright.sync_api import Browser, sync_playwright

Scheme = Literal["light", "dark"]
SCHEMES: Final[Sequence[Scheme]] = ("light", "dark")
_PATIENCE_MS: Final = 20_000
_SETTLED_MS: Final = 300
_PAINTED: Final = """() => new Promise(done => {
  const found = {lcp: 0, cls: 0};
  const see = (type, how) => new PerformanceObserver(list => list.getEntries().forEach(how))
    .observe({type, buffered: true});
  see('largest-contentful-paint', entry => { found.lcp = entry.startTime; });
  see('layout-shift', entry => { if (!entry.hadRecentInput) found.cls += entry.value; });
  setTimeout(() => done(found), SETTLED);
})""".replace("SETTLED", str(_SETTLED_MS))


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """A line for each request would hide what the program says."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of *folder*, with a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def browsing(path: str) -> Iterator[Browser]:
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()


def painted(browser: Browser, address: str, times: int) -> tuple[float, float]:
    """The median of the largest contentful paint in milliseconds, and the worst layout shift, over
    visits that find nothing cached.
    """
    found = [_visit(browser, address) for _ in range(times)]
    return statistics.median(each["lcp"] for each in found), max(each["cls"] for each in found)


def _visit(browser: Browser, address: str) -> Mapping[str, float]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        tab = context.new_page()
        tab.goto(address, timeout=_PATIENCE_MS)
        found: Mapping[str, float] = tab.evaluate(_PAINTED)
        return found
    finally:
        context.close()


def violations(browser: Browser, address: str, paths: Sequence[str]) -> list[str]:
    """`colour-contrast (serious) in 3 places of components/a/ (dark)`."""
    return [line for scheme in SCHEMES for line in _violations(browser, address, paths, scheme)]


def _violations(
    browser: Browser, address: str, paths: Sequence[str], scheme: Scheme
) -> Iterator[str]:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True)
    try:
        tab = context.new_page()
        for path in paths:
            tab.goto(address + path, timeout=_PATIENCE_MS)
            for found in Axe().run(tab).response["violations"]:
                places = len(found["nodes"])
                where = f"{path or 'the first page'} ({scheme})"
                yield f"{found['id']} ({found['impact']}) in {places} places of {where}"
    finally:
        context.close()
