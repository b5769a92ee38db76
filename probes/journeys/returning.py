"""Getting an uploaded file back through what its entry offers, and comparing every byte."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probes.browser import Failure
from probes.journeys.fetching import Answer, Fetcher
from probes.journeys.sight import Sight
from probes.result import Reason

if TYPE_CHECKING:
    from playwright.async_api import Locator

# The addresses an entry offers, the likeliest to be the file itself first.
_OFFERED: Final = r"""(entry, token) => {
  const all = [entry, ...entry.querySelectorAll("a[href], img[src], audio[src], video[src]")];
  const rank = e => {
    const url = e.href || e.src || "";
    if (!/^https?:/.test(url)) return 0;
    if (e.hasAttribute("download")) return 5;
    if (/download|original|raw/i.test((e.innerText || "") + (e.title || ""))) return 4;
    if (decodeURIComponent(url).includes(token)) return 3;
    if ((e.innerText || "").includes(token)) return 2;
    return 0;
  };
  return all.filter(rank).sort((a, b) => rank(b) - rank(a)).slice(0, 5).map(e => e.href || e.src);
}"""
_DOWNLOAD: Final = timedelta(seconds=10)


async def get_back(sight: Sight, entry: Locator, token: str, content: bytes) -> None:
    """Raises Failure unless the file comes back as it was sent."""
    offered: list[str] = await entry.evaluate(_OFFERED, token)
    async with Fetcher(sight.page) as fetcher:
        answers = await _until_it_is_there(fetcher, offered, content)
        pages = [answer.url for answer in answers if answer.is_page]
        if pages and len(pages) == len(answers):
            offered = await _offered_on(sight, pages[0], token)
            answers = await _until_it_is_there(fetcher, offered, content)
    if not answers:
        await _by_its_button(sight, entry, content)
    elif not answers[-1].holds(content):
        raise Failure(*_what_is_wrong(answers, content))


async def _until_it_is_there(
    fetcher: Fetcher, offered: Sequence[str], content: bytes
) -> Sequence[Answer]:
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
    offered: list[str] = await sight.page.locator("body").evaluate(_OFFERED, token)
    await sight.open(listed_on)
    return [one for one in offered if one != url]


async def _by_its_button(sight: Sight, entry: Locator, content: bytes) -> None:
    button = entry.get_by_role("button", name="download").filter(visible=True)
    if not await button.count():
        said = "it is listed, but without a link to open it with"
        raise sight.failure(Reason.FILE_MISSING, said)
    limit = _DOWNLOAD.total_seconds() * 1000
    async with sight.page.expect_download(timeout=limit) as caught:
        await button.first.click()
    download = await caught.value
    got = await _start_of(await download.path(), len(content) + 1)
    if got != content:
        raise Failure(Reason.FILE_DIFFERS, _difference(got, content))


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
