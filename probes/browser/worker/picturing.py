"""Pictures of a page, with nothing secret on them."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser.worker.hiding import ShowsSecrets, hidden, make_sure
from probes.result import Artefact
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

LARGEST: Final = 2 * 1024 * 1024
_QUALITY: Final = 60  # of a JPEG, where a PNG is too large
# Passwords are dots already; how many is nobody's business, either.
_COVERED: Final = """input[type=password] { background: #777 !important; color: #777 !important;
  -webkit-text-fill-color: #777 !important; }"""
_log = logging.getLogger(__name__)


async def picture(
    page: Page, session: CDPSession, scrub: Scrubber, name: str, limit: timedelta
) -> Artefact | None:
    """None when the page shows a secret that cannot be hidden, or the picture is too large.

    Raises TimeoutError after *limit*, and what Playwright raises.
    """
    try:
        async with asyncio.timeout(limit.total_seconds()):
            async with hidden(page, scrub):
                content, media_type = await _shot(page, limit)
                await make_sure(page, session, scrub)
    except ShowsSecrets as why:
        _log.warning("no picture of a page: %s", why)
        return None
    if len(content) > LARGEST:
        return None
    return Artefact(f"{name}.{media_type.partition('/')[2]}", media_type, content)


async def _shot(page: Page, limit: timedelta) -> tuple[bytes, str]:
    ms = limit.total_seconds() * 1000
    png = await page.screenshot(style=_COVERED, scale="css", timeout=ms)
    if len(png) <= LARGEST:
        return png, "image/png"
    jpeg = await page.screenshot(
        style=_COVERED, scale="css", type="jpeg", quality=_QUALITY, timeout=ms
    )
    return jpeg, "image/jpeg"
