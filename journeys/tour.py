"""A walk through the practice site: in at the front door, and on to the page about it."""

from __future__ import annotations

from playwright.async_api import expect

from probes.browser import Visit


async def journey(visit: Visit) -> None:
    """Steps are named for the history; one that takes longer than `within` is slow, not down."""
    page = visit.page
    async with visit.step("open the front door", within="2s"):
        await page.goto(visit.url)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Little Archive")
    async with visit.step("read about the archive", within="2s"):
        await page.get_by_role("link", name="About").click()
        await expect(page.get_by_role("heading", name="About the archive")).to_be_visible()
