"""What is needed of Playwright while a journey is under way, imported when it first is: it takes
20 MB and a tenth of a second, which whoever asks web addresses alone need not pay.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import (
        Error,
        Locator,
        Page,
        TimeoutError,  # noqa: A004 - Playwright's own
        async_playwright,
    )
else:

    def __getattr__(name: str) -> Any:
        return getattr(import_module("playwright.async_api"), name)


__all__ = ["Error", "Locator", "Page", "TimeoutError", "async_playwright"]
