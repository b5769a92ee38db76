"""What a page says when it refuses something."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from probes.browser import api

if TYPE_CHECKING:
    from playwright.async_api import Page


_MARKED: Final = (
    "[role=alert], [aria-live=assertive], [class*=error i], [class*=danger i],"
    " [class*=invalid i], [class*=warning i], [class*=alert i]"
)
_SAID: Final = re.compile(
    r"incorrect|invalid|wrong|not match|n.t match|not recogni[sz]ed|unknown (user|account|e-?mail)"
    r"|sign.?in failed|log.?in failed|please try again|not found|denied",
    re.IGNORECASE,
)
_LONGEST: Final = 200  # characters; more is a page, not a complaint
_TEXTS: Final = "all => all.slice(0, 200).map(e => String(e.innerText || '').slice(0, 1000))"


async def complaints(page: Page, known: Collection[str] = ()) -> list[str]:
    """The visible texts that look like one and are not *known*, shortest first."""
    either = page.locator(_MARKED).or_(page.get_by_text(_SAID))
    try:
        texts = await either.filter(visible=True).evaluate_all(_TEXTS)
    except api.Error:  # the page is being replaced by the next one
        return []
    plain = {" ".join(text.split()) for text in texts}
    new = (text for text in plain - set(known) if 0 < len(text) <= _LONGEST)
    return sorted(new, key=len)
