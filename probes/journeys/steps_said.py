"""What is on a page instead of what was looked for, in a few words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from probes.browser import api
from probes.journeys.complaints import complaints

if TYPE_CHECKING:
    from playwright.async_api import Page

_MOST: Final = 5
_PATIENCE: Final = 2.0  # seconds
_LOOK: Final = """([css, most]) => {
  const short = text => String(text || "").replace(/\\s+/g, " ").trim().slice(0, 40);
  const seen = e => { const box = e.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(e).visibility === "visible"; };
  const bare = label => { const copy = label.cloneNode(true);
    copy.querySelectorAll("select, datalist, textarea, script, style").forEach(x => x.remove());
    return short(copy.textContent); };
  const name = e => short(e.getAttribute("aria-label")) ||
    (e.labels && e.labels[0] ? bare(e.labels[0]) : "") ||
    short(e.placeholder) || (e.matches("select") ? "" : short(e.innerText)) ||
    short(/^(submit|button|reset)$/.test(e.type) ? e.value : "") || short(e.title) || short(e.name);
  const heading = [...document.querySelectorAll("h1, h2")].find(seen);
  const names = new Set();
  for (const each of [...document.querySelectorAll(css)].slice(0, 300)) {
    if (names.size >= most) break;
    if (seen(each) && name(each)) names.add(name(each));
  }
  return { title: short(document.title) || short(heading && heading.innerText),
           names: [...names], empty: !document.body || !document.body.innerText.trim() };
}"""


_FRAMES: Final = """most => {
  const all = [...document.querySelectorAll("iframe")].slice(0, most);
  const plain = text => /^[A-Za-z][\\w-]*$/.test(text);
  return all.map(e => {
    const ways = [plain(e.id) ? "iframe#" + e.id : ""];
    for (const key of ["name", "title"])
      if (/^[\\w .:-]{1,60}$/.test(e.getAttribute(key) || ""))
        ways.push(`iframe[${key}="${e.getAttribute(key)}"]`);
    ways.push("iframe");
    return ways.find(way => way && document.querySelectorAll(way).length === 1) || ""; });
}"""


async def frames(page: Page) -> list[str]:
    """The pages within the page that can be told from each other, as `iframe#pay`."""
    return [*filter(None, await page.evaluate(_FRAMES, _MOST))]


async def instead(page: Page, many: str, css: str) -> tuple[str, str]:
    """The name of the page, and a sentence about what is there: `buttons there: “Back”`."""
    try:
        async with asyncio.timeout(_PATIENCE):
            seen: Any = await page.evaluate(_LOOK, [css, _MOST])
            said = (await complaints(page))[:1]
    except (api.Error, TimeoutError):  # it is being replaced by another one, or busy
        return "the page", ""
    title, names = str(seen["title"]), [f"“{name}”" for name in seen["names"]]
    there = f"{many} there: {', '.join(names)}" if names else ""
    if seen["empty"]:
        there = "it is empty"
    told = "; ".join([there, *(f"it says: {each}" for each in said)]).strip("; ")
    return (f"the page “{title}”" if title else "the page"), told


def joined(*sentences: str) -> str:
    return "; ".join(filter(None, sentences))
