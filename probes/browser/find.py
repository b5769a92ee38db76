"""Which browser to use."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final

from probes.browser.troubles import BrowserTrouble
from probes.result import Reason

# The headless shell first: it costs a third of the full browser for each journey.
_AFTER_OUR_OWN: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_CACHES: Final = {"darwin": "Library/Caches/ms-playwright"}


def find_browser(configured: str = "") -> str:
    """The path of the browser to use, *configured* before anything that is installed.

    Raises BrowserTrouble when there is none.
    """
    if configured:
        return _configured(configured)
    found = shutil.which("chromium-headless-shell") or _downloaded_shell()
    for name in _AFTER_OUR_OWN:
        found = found or shutil.which(name) or ""
    if not found:
        raise BrowserTrouble(
            Reason.BROWSER_UNAVAILABLE,
            "no browser found; install chromium-headless-shell, "
            "run `playwright install chromium-headless-shell`, or configure the path of one",
        )
    return found


def _configured(path: str) -> str:
    if found := shutil.which(path):
        return found
    raise BrowserTrouble(
        Reason.BROWSER_UNAVAILABLE, f"the configured browser {path} is not a program that can run"
    )


def _downloaded_shell() -> str:
    """The newest headless shell that Playwright downloaded for itself, or nothing."""
    shells = _downloads().glob("chromium_headless_shell-*/*/*headless*shell")
    return max((str(shell) for shell in shells), key=_revision, default="")


def _downloads() -> Path:
    cache = Path.home() / _CACHES.get(sys.platform, ".cache/ms-playwright")
    return Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or cache)


def _revision(shell: str) -> int:
    found = re.search(r"chromium_headless_shell-(\d+)", shell)
    return int(found[1]) if found else 0
