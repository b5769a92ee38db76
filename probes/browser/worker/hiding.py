"""Takes secrets out of what a page shows, for as long as a picture of it is taken.

The page tells its texts and is given back those that change, so that it learns of no secret that
it does not show. What is painted, or part of a picture, nobody can read; it stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from probes.browser.worker.limits import in_time
from probes.scrub import STARS, Scrubber

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Frame, JSHandle, Page

Changes: TypeAlias = dict[str, str]

FRAMES: Final = 30
_ITEMS: Final = 50_000
_LETTERS: Final = 2_000_000
_BACK: Final = timedelta(seconds=0.5)
_SPLIT: Final = 20  # secrets that stand in several texts, at most
_SPACES: Final = re.compile(r"\s+")
# Every text, value and attribute that a page may show, with a way to set it.
_EACH: Final = """function* each(root) {
  const unseen = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE"]);
  const shown = /^(value|placeholder|alt|title|label|summary|data-.*|aria-.*)$/;
  const value = type => Object.getOwnPropertyDescriptor(type.prototype, "value");
  const fields = [[HTMLInputElement, value(HTMLInputElement)],
    [HTMLTextAreaElement, value(HTMLTextAreaElement)]];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (!unseen.has(node.parentNode?.nodeName) && node.data.trim())
        yield [0, node.data, text => { node.data = text; }];
      continue;
    }
    for (const {name, value} of [...node.attributes])
      if (value && shown.test(name)) yield [1, value, text => node.setAttribute(name, text)];
    for (const [type, field] of fields)
      if (node instanceof type && node.type !== "password" && node.type !== "file")
        yield [1, field.get.call(node), text => field.set.call(node, text)];
    if (node.shadowRoot) yield* each(node.shadowRoot);
  }
}"""
_TELL: Final = f"""([items, letters]) => {{
  {_EACH}
  const found = [[], []];
  for (const [sort, text] of each(document)) {{
    letters -= text.length;
    if (!items-- || letters < 0) return "";
    found[sort].push(text);
  }}
  return JSON.stringify(found);
}}"""
_CHANGE: Final = f"""changes => {{
  {_EACH}
  const hidden = new Map(changes), back = [];
  for (const [, text, set] of [...each(document)])
    if (hidden.has(text)) {{ set(hidden.get(text)); back.push(() => set(text)); }}
  return back;
}}"""
_CHANGE_BACK: Final = "back => back.forEach(one => one())"


class ShowsSecrets(Exception):
    """Raised when it cannot be made sure that a page shows no secret."""


@dataclass(frozen=True, slots=True)
class _Texts:
    flowing: list[str]
    """Those that follow each other on the page."""
    single: list[str]


@asynccontextmanager
async def hidden(page: Page, scrub: Scrubber) -> AsyncIterator[None]:
    """While the block lasts, stars stand for secrets on *page* and in its frames.

    Raises ShowsSecrets, and what Playwright raises. Has no limit of its own.
    """
    undoing: list[JSHandle] = []
    try:
        for frame in _frames(page):
            changes = _changes(await _texts(frame), scrub)
            if changes:
                back = await frame.evaluate_handle(_CHANGE, [*changes.items()])
                undoing.append(back)
        yield
    finally:
        await in_time(_BACK, *(back.evaluate(_CHANGE_BACK) for back in undoing))


async def make_sure(page: Page, session: CDPSession, scrub: Scrubber) -> None:
    """Looks through the texts once more, and through all that the browser has laid out, however
    it came there. Raises ShowsSecrets.
    """
    for frame in _frames(page):
        if _changes(await _texts(frame), scrub):
            raise ShowsSecrets("it shows a secret again")
    laid_out = await session.send("DOMSnapshot.captureSnapshot", {"computedStyles": []})
    for document in laid_out["documents"]:
        texts = [laid_out["strings"][at] for at in document["layout"]["text"] if at >= 0]
        if scrub.shows(_plain("".join(texts))) or scrub.shows("\n".join(texts)):
            raise ShowsSecrets("it shows a secret in a way that cannot be hidden")


def _frames(page: Page) -> Sequence[Frame]:
    frames = [frame for frame in page.frames if not frame.is_detached()]
    if len(frames) > FRAMES:
        raise ShowsSecrets(f"it has more than {FRAMES} frames")
    return frames


async def _texts(frame: Frame) -> _Texts:
    told: Any = await frame.evaluate(_TELL, [_ITEMS, _LETTERS])
    try:
        flowing, single = json.loads(told)
    except (ValueError, TypeError):
        raise ShowsSecrets("it holds too much to look through") from None
    return _Texts([*map(str, flowing)], [*map(str, single)])


def _changes(texts: _Texts, scrub: Scrubber) -> Changes:
    """What becomes of each text that has to change."""
    flowing = dict.fromkeys(_split_up(texts.flowing, scrub), STARS)
    return flowing | {
        text: _clean(text, scrub)
        for text in _suspects([*texts.flowing, *texts.single], scrub)
        if scrub.shows(text) or scrub.shows(_plain(text))
    }


def _suspects(texts: Sequence[str], scrub: Scrubber) -> Sequence[str]:
    """None of them, at the cost of one look, when none shows anything."""
    whole = "\n".join(texts)
    return texts if scrub.shows(whole) or scrub.shows(_plain(whole)) else ()


def _clean(text: str, scrub: Scrubber) -> str:
    for less in (scrub(text), scrub(_plain(text))):
        if not scrub.shows(less) and not scrub.shows(_plain(less)):
            return less
    return STARS


def _split_up(texts: Sequence[str], scrub: Scrubber) -> set[str]:
    """The texts over which a secret goes on, such as `<b>sword</b>fish`."""
    rest = [_plain(scrub(text)) for text in texts]
    found: set[str] = set()
    for _ in range(_SPLIT):
        if not scrub.shows("".join(rest)):
            return found
        began, ended = _where(rest, scrub)
        found.update(texts[began:ended])
        rest[began:ended] = [STARS] * (ended - began)
    raise ShowsSecrets("it shows secrets in too many places")


def _where(texts: Sequence[str], scrub: Scrubber) -> tuple[int, int]:
    """The fewest that show one together."""
    low, ended = 0, len(texts)
    while low < ended:
        middle = (low + ended) // 2
        if scrub.shows("".join(texts[:middle])):
            ended = middle
        else:
            low = middle + 1
    began, high = 0, ended
    while began < high:
        middle = (began + high + 1) // 2
        if scrub.shows("".join(texts[middle:ended])):
            began = middle
        else:
            high = middle - 1
    return began, ended


def _plain(text: str) -> str:
    """As it is laid out: with one space where there are several."""
    return _SPACES.sub(" ", text)
