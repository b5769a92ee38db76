"""What a page says when it refuses something."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from probes.journeys.looking import Asked, look

if TYPE_CHECKING:
    from playwright.async_api import Page


async def complaints(page: Page, known: Collection[str] = ()) -> list[str]:
    """The visible texts that look like one and are not *known*, shortest first."""
    seen = await look(page, Asked(complaints=True, known=tuple(known)))
    return list(seen.says) if seen else []
