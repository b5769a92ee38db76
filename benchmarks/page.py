"""How quickly the status page is made, how much of it a visitor fetches, how soon it is painted,
whether it moves, and what axe finds in it.

Prints one JSON document. Needs a browser.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import brotli

from benchmarks._child import Broken
from benchmarks._looking import browsing, painted, serving, violations
from benchmarks._paper import changed, paper
from benchmarks._program import document, number, parser
from monitor.clock import SystemClock
from probes.browser import BrowserTrouble, find_browser
from status_page import Page
from status_page.page import LANGUAGES
from status_page.site import Renderer

AT: Final = datetime(2026, 7, 1, 14, 3, 22, tzinfo=UTC)
FEW: Final = 100
MANY: Final = 1000
SHOWN: Final = 50
"""Components of the page that visitors are shown."""
CHANGES: Final = 9
WHOLE: Final = 3
VISITS: Final = 5
EXAMPLES: Final = ("", "--keep /tmp/page", "--briefly --few 10 --many 20 --shown 5")
_STYLE: Final = re.compile(r'<link rel="stylesheet" href="([^"?]+)')
_KINDS: Final = ("components", "incidents", "maintenance", "history", "about", "embed")


def main() -> None:
    given = _arguments()
    document("page", lambda folder: _measured(given.keep or folder, given))


def _arguments() -> argparse.Namespace:
    words = parser("page", __doc__ or "", EXAMPLES)
    whole = number(int, 1)
    words.add_argument("--few", type=whole, default=FEW, help="components (%(default)s)")
    words.add_argument("--many", type=whole, default=MANY, help="components (%(default)s)")
    words.add_argument("--shown", type=whole, default=SHOWN, help="components (%(default)s)")
    words.add_argument("--visits", type=whole, default=VISITS, help="(%(default)s)")
    words.add_argument("--briefly", action="store_true", help="English, and the first page alone")
    words.add_argument("--keep", type=Path, help="a folder for the page, to look at")
    words.add_argument("--browser", default="", help="the path of one")
    return words.parse_args()


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    try:
        browser = find_browser(given.browser)
    except BrowserTrouble as trouble:
        raise Broken(str(trouble)) from None
    spoken = ("en",) if given.briefly else LANGUAGES
    _say(f"a page of {given.few} components, and one of {given.many}")
    found = _rendered(given, spoken)
    _say(f"a page of {given.shown} components before a browser")
    files = Renderer().render(paper(given.shown, SystemClock().now(), spoken))
    write(folder, files)
    paths = [""] if given.briefly else kinds(files)
    return {
        **found,
        **_weighed(files),
        **_looked_at(folder, browser, paths, 1 if given.briefly else given.visits),
        "components": {"few": given.few, "many": given.many, "shown": given.shown},
    }


def _rendered(given: argparse.Namespace, spoken: Sequence[str]) -> dict[str, float]:
    """In English, and in all languages."""
    return {
        "render_one_of_100_ms": _one(paper(given.few, AT)),
        "render_one_of_1000_ms": _one(paper(given.many, AT)),
        "render_all_1000_ms": _all(paper(given.many, AT)),
        "render_one_of_100_in_all_languages_ms": _one(paper(given.few, AT, spoken)),
        "render_all_100_in_all_languages_ms": _all(paper(given.few, AT, spoken)),
    }


def _one(page: Page) -> float:
    """A change of one component, by a renderer that knows all the others."""
    renderer = Renderer()
    renderer.render(page)
    took_ms = []
    for turn in range(CHANGES):
        page = changed(page, (turn * 7 + 3) % len(page.components))
        took_ms.append(_took_ms(partial(renderer.render, page)))
    return round(statistics.median(took_ms), 1)


def _all(page: Page) -> float:
    """By a renderer that knows nothing yet. What is made once in the life of a process, by whoever
    needs it first, was made before.
    """
    return round(statistics.median(_took_ms(lambda: Renderer().render(page)) for _ in range(3)), 1)


def _took_ms(make: Callable[[], Mapping[str, bytes]]) -> float:
    gc.collect()
    began = time.perf_counter()
    make()
    return (time.perf_counter() - began) * 1e3


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)


def _weighed(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What the first paint of the first page takes, in kilobytes of a thousand bytes."""
    index = files["index.html"]
    needed = [index, *(files[path] for path in _STYLE.findall(index.decode()))]
    return {
        "index_kb_compressed": _kb(gzip.compress(body, 9) for body in needed),
        "index_kb_brotli": _kb(brotli.compress(body) for body in needed),
        "index_kb": _kb(needed),
        "requests_to_first_paint": len(needed),
        "files": len(files),
        "all_kb": _kb(files.values()),
    }


def _kb(bodies: Any) -> float:
    return round(sum(map(len, bodies)) / 1000, 1)


def kinds(files: Mapping[str, bytes]) -> list[str]:
    """One page of each kind, and the first page in every other language; as visitors ask."""
    pages = sorted(path for path in files if path.endswith("index.html"))
    found = [""]
    for kind in _KINDS:
        for depth in (1, 2):
            found += [path for path in pages if _is(path, kind, depth)][:1]
    found += [f"{code}/index.html" for code in LANGUAGES if f"{code}/index.html" in files]
    return [path.removesuffix("index.html") for path in found]


def _is(path: str, kind: str, depth: int) -> bool:
    return path.startswith(f"{kind}/") and path.count("/") == depth


def _looked_at(folder: Path, path: str, paths: Sequence[str], visits: int) -> dict[str, Any]:
    with serving(folder) as address, browsing(path) as browser:
        painted(browser, address, 1)  # what the first visit of a browser warms up is its own affair
        seen = {kind: painted(browser, address + kind, visits) for kind in paths}
        found = violations(browser, address, paths)
    return {
        "lcp_ms": round(seen[""][0], 1),
        "cls": round(max(shift for _, shift in seen.values()), 4),
        "axe_violations": len(found),
        "axe": found,
        "lcp_ms_of": {kind or "index": round(lcp, 1) for kind, (lcp, _) in seen.items()},
        "looked_at": _named(paths),
    }


def _named(paths: Sequence[str]) -> list[str]:
    return [path or "index" for path in paths]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
