"""What the user would have seen when a run failed, without what must not be seen."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from probes.browser import api
from probes.browser.worker.engine import within
from probes.excerpt import excerpt
from probes.result import Artefact
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_LIMIT: Final = timedelta(seconds=5)
_LARGEST: Final = 10 * 1024 * 1024
_FIELDS: Final = "input, textarea"
_VALUES: Final = "fields => fields.slice(0, 500).map(field => String(field.value).slice(0, 10000))"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Evidence:
    """A screenshot, or nothing: when the page gave none in 5 s, or showed a secret as text. And
    the first words on the page.
    """

    artefacts: tuple[Artefact, ...] = ()
    excerpt: str = ""


async def evidence(page: Page, scrub: Scrubber) -> Evidence:
    """What can be had in 5 s."""
    found = Evidence()
    try:
        await within(_LIMIT, _gather(page, scrub, found))
    except (api.Error, TimeoutError) as error:
        _log.info("no screenshot: %s", scrub.line(str(error) or "not within 5s"))
    return found


async def _gather(page: Page, scrub: Scrubber, found: Evidence) -> None:
    page.set_default_timeout(_LIMIT.total_seconds() * 1000)
    await _stop_loading(page)
    words = await page.locator("body").inner_text()
    found.excerpt = excerpt(scrub(words))
    if scrub.shows(words):
        _log.info("no screenshot: the page shows a secret")
        return
    masked = [page.locator("input[type=password]"), *await _telling(page, scrub)]
    png = await page.screenshot(
        mask=masked, mask_color="#777777", timeout=_LIMIT.total_seconds() * 1000
    )
    if len(png) <= _LARGEST:
        found.artefacts = (Artefact("screenshot.png", "image/png", png),)


async def _stop_loading(page: Page) -> None:
    """A page that waits for an answer would give no picture of what it shows meanwhile."""
    with suppress(api.Error):  # just then it was replaced by another one
        session = await page.context.new_cdp_session(page)
        await session.send("Page.stopLoading")


async def _telling(page: Page, scrub: Scrubber) -> list[Locator]:
    """The fields that hold a secret without being password fields."""
    fields = page.locator(_FIELDS)
    values: list[str] = await fields.evaluate_all(_VALUES)
    return [fields.nth(at) for at, value in enumerate(values) if scrub.shows(value)]
