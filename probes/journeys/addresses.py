"""The web addresses that a page shows, or puts on the clipboard."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from probes.journeys.sight import Sight

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

# What reads as an address on the page: links by their text or place, fields by their value, what
# a script is to copy, and plain text.
_READ: Final = r"""() => {
  const said = text => text.trim().replace(/^https?:\/\//, "").replace(/\/$/, "");
  const telling = "[class*=short i], [id*=short i], [class*=result i], [id*=result i],"
    + " [role=status], [role=alert], [class*=toast i], [class*=snackbar i], output";
  const links = [...document.querySelectorAll("a[href]")].slice(0, 1000)
    .filter(a => /^https?:/.test(a.href) && ((said(a.innerText).length > 2
      && said(a.href).endsWith(said(a.innerText))) || /short/i.test(a.innerText)
      || a.closest(telling)))
    .map(a => a.href);
  const fields = [...document.querySelectorAll("input, textarea, output")].slice(0, 500)
    .map(field => String(field.value || "").trim());
  const kept = [...document.querySelectorAll("button, [role=button], a, [data-clipboard-text],"
    + " [data-copy], [data-url], [data-short-url]")].slice(0, 1000)
    .flatMap(element => Object.values(element.dataset)).filter(value => value.length < 2000)
    .map(value => value.trim());
  const text = ((document.body ? document.body.innerText : "").slice(0, 100000)
    .match(/(https?:\/\/|\b[\w-]+(\.[\w-]+)*(\.[a-z]{2,}|:\d+)\/)[^\s"'<>]+/gi) || [])
    .map(found => found.replace(/[.,;:!?)\]}]+$/, ""));
  const whole = found => /^https?:\/\/\S+$/i.test(found) ? found
    : /^[\w.-]+(:\d+)?\/\S+$/.test(found) ? location.protocol + "//" + found : "";
  return [...new Set([...fields, ...kept, ...links, ...text].map(whole))]
    .filter(found => found && found.length < 2000).slice(0, 200);
}"""
# Whatever is copied from now on, by the clipboard of scripts or the older way by a selection.
_CATCH: Final = r"""() => {
  const kept = window[Symbol.for("copied")] = [];
  const keep = text => { if (text) kept.push(String(text).trim()); };
  const keepItem = async item => item.types.includes("text/plain")
    && keep(await (await item.getType("text/plain")).text());
  const clipboard = {writeText: async text => keep(text),
    write: async items => { for (const item of items) await keepItem(item); },
    readText: async () => kept.at(-1) || "", read: async () => []};
  Object.defineProperty(navigator, "clipboard", {value: clipboard, configurable: true});
  window.addEventListener("copy", event => {
    const field = document.activeElement;
    const chosen = field && field.value !== undefined && field.selectionStart !== null
      ? field.value.slice(field.selectionStart, field.selectionEnd) : "";
    keep(event.clipboardData.getData("text/plain") || chosen || String(getSelection()));
  });
}"""
_CAUGHT: Final = r"""() => (window[Symbol.for("copied")] || [])
  .filter(text => /^([\w.-]+(:\d+)?\/\S+|https?:\/\/\S+)$/i.test(text) && text.length < 2000)
  .map(text => /^https?:/i.test(text) ? text : location.protocol + "//" + text)"""
_COPIES: Final = re.compile(r"copy|copied|kopier|copier|copia", re.IGNORECASE)
_COPYING: Final = (
    ":is(button, a, [role=button]):is([class*=copy i], [class*=clip i], [title*=copy i]),"
    " [data-clipboard-target], [data-clipboard-text]"
)
_A_MOMENT: Final = 0.2  # seconds for a script to have copied


async def addresses(page: Page) -> list[str]:
    """What is shown at this moment, the likeliest first, each once."""
    found: list[str] = await page.evaluate(_READ)
    return found


async def copied(sight: Sight) -> list[str] | None:
    """What the buttons for copying copy, the first and the last of them."""
    named = sight.page.get_by_role("button", name=_COPIES)
    buttons = named.or_(sight.page.locator(_COPYING)).filter(visible=True)
    count = await buttons.count()
    if not count:
        return None
    await sight.page.evaluate(_CATCH)
    for at in {0, count - 1}:
        await _press(buttons.nth(at))
    found: list[str] = await sight.page.evaluate(_CAUGHT)
    return list(dict.fromkeys(found)) or None


async def _press(button: Locator) -> None:
    await button.click()
    await asyncio.sleep(_A_MOMENT)
