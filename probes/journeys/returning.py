"""Getting an uploaded file back through what its entry offers, and comparing every byte."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes.browser import Failure
from probes.journeys.controls import Controls
from probes.journeys.fetching import Answer, Fetcher
from probes.journeys.listing import Sought, entry
from probes.journeys.sight import Sight
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator

# The addresses an entry offers, the likeliest to be the file itself first.
_OFFERED: Final = r"""([entry], token) => {
  if (!entry) return [];
  const all = [entry, ...entry.querySelectorAll("a[href], img[src], audio[src], video[src]")];
  const decoded = url => { try { return decodeURIComponent(url); } catch { return url; } };
  const rank = e => {
    const url = e.href || e.src || "";
    if (!/^https?:/.test(url) || /remove|delete|trash/i.test(decoded(url))) return 0;
    if (e.hasAttribute("download")) return 5;
    if (/download|original|raw/i.test((e.innerText || "") + (e.title || ""))) return 4;
    if (decoded(url).toLowerCase().includes(token)) return 3;
    if ((e.innerText || "").toLowerCase().includes(token)) return 2;
    return 0;
  };
  const ranked = all.filter(rank).sort((a, b) => rank(b) - rank(a)).map(e => e.href || e.src);
  return [...new Set(ranked)].slice(0, 5);
}"""
_DOWNLOAD: Final = timedelta(seconds=10)
DOWNLOADS: Final = re.compile(
    r"^\W*(download|save as|herunterladen|télécharger|descargar|scarica)\b", re.IGNORECASE
)
# A file that was just taken may still be looked through, converted, or brought to its place.
PROCESSING: Final = timedelta(seconds=8)
_NOT_YET: Final = (202, 404, 409, 423, 425, 503)
_LOOK: Final = 0.5  # seconds between two tries


async def get_back(sight: Sight, found: Locator, sought: Sought, content: bytes) -> None:
    """Raises Failure unless the file comes back as it was sent."""
    if await _came_back(sight, found, sought, content):
        return
    again = await on_a_fresh_page(sight, sought)  # what was seen may be a list of what was sent
    if again is None:
        said = (
            "the file was shown when it was sent, and is not listed when the page is opened again"
        )
        raise sight.failure(Reason.FILE_MISSING, said)
    if not await _came_back(sight, again, sought, content):
        said = "looked for a link or a button to open the file with; its entry has none"
        raise sight.failure(Reason.FILE_MISSING, said)


async def _came_back(sight: Sight, found: Locator, sought: Sought, content: bytes) -> bool:
    """False when its entry offers nothing. Raises Failure when it came back otherwise."""
    async with Fetcher(sight.visit) as fetcher:
        answers = await _once_it_is_there(sight, fetcher, found, sought, content)
        pages = [answer.url for answer in answers if answer.is_page]
        if pages and len(pages) == len(answers) and not answers[-1].holds(content):
            offered = await _offered_on(sight, pages[0], sought.token)
            answers = await _asked(fetcher, offered, content)
    if answers and answers[-1].holds(content):
        return True
    if not answers or all(answer.is_page for answer in answers):
        return await _by_its_control(sight, sought, content)
    raise Failure(*_what_is_wrong(answers, content))


async def on_a_fresh_page(sight: Sight, sought: Sought) -> Locator | None:
    """Its entry on the same page, asked for once more; None where there is none."""

    async def ask() -> Locator | None:
        return await entry(sight.page, sought)

    await sight.again()
    return await sight.soon(ask)


async def _once_it_is_there(
    sight: Sight, fetcher: Fetcher, found: Locator, sought: Sought, content: bytes
) -> Sequence[Answer]:
    """What the entry offers, once one of its addresses answers with more than "not yet"."""
    ends = sight.visit.left() - PROCESSING
    listed: Locator | None = found
    while True:
        offered = await listed.evaluate_all(_OFFERED, sought.token) if listed else []
        answers = await _asked(fetcher, offered, content)
        too_early = any(answer.status in _NOT_YET for answer in answers)
        if not too_early or sight.visit.left() <= ends:
            return answers
        await asyncio.sleep(_LOOK)
        listed = await entry(sight.page, sought)


async def _asked(fetcher: Fetcher, offered: Sequence[str], content: bytes) -> Sequence[Answer]:
    """What each address answers, up to the one that answers with *content*."""
    answers: list[Answer] = []
    for url in offered:
        answers.append(await fetcher.get(url, len(content)))
        if answers[-1].holds(content):
            break
    return answers


async def _offered_on(sight: Sight, url: str, token: str) -> list[str]:
    """The addresses on the page about this entry, other than its own."""
    listed_on = sight.page.url
    await sight.open(url)
    offered: list[str] = await sight.page.locator("body").evaluate_all(_OFFERED, token)
    await sight.open(listed_on)
    return [one for one in offered if one != url]


async def _by_its_control(sight: Sight, sought: Sought, content: bytes) -> bool:
    """By what downloads it when pressed: on the entry, in its menu, or once it is chosen."""
    found = await entry(sight.page, sought)
    controls = Controls(sight, sought, DOWNLOADS)
    control = None if found is None else await controls.anywhere(found)
    if control is None:
        return False
    limit = _DOWNLOAD.total_seconds()
    async with asyncio.timeout(limit):
        async with sight.page.expect_download(timeout=limit * 1000) as caught:
            await control.click()
        got = await _start_of(await (await caught.value).path(), len(content) + 1)
    if got != content:
        raise Failure(Reason.FILE_DIFFERS, _difference(got, content))
    await on_a_fresh_page(sight, sought)  # nothing chosen, no menu open
    return True


async def _start_of(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _what_is_wrong(answers: Sequence[Answer], content: bytes) -> tuple[Reason, str]:
    good = [answer for answer in answers if answer.status < 400]
    if not good:
        return Reason.FILE_MISSING, f"{answers[0].url} answers {answers[0].status}"
    files = [answer for answer in good if not answer.is_page] or good
    return Reason.FILE_DIFFERS, f"{files[0].url}: {_difference(files[0].content, content)}"


def _difference(got: bytes, sent: bytes) -> str:
    if len(got) > len(sent):
        return f"came back longer than the {len(sent)} bytes that were sent"
    at = next((at for at, byte in enumerate(got) if byte != sent[at]), len(got))
    if at == len(got):
        return f"only {len(got)} of {len(sent)} bytes came back"
    return f"came back different from byte {at} on"
