"""What is there where something else was looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.journeys.looking import Asked, description, look

if TYPE_CHECKING:
    from playwright.async_api import Page


async def instead(page: Page) -> str:
    """As `the page "Maintenance" has none: there is the heading "Back soon"`."""
    name, there = description(await look(page, Asked(shown=True)))
    return f"{name} has none: {there}"
