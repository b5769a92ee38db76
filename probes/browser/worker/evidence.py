"""What the user would have seen when a run failed, and what the browser knows of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from probes.browser import api
from probes.browser.worker.addresses import with_names_only
from probes.browser.worker.asking import Asked, asked, loaded, requests_text
from probes.browser.worker.limits import in_time
from probes.browser.worker.listening import Line, console_text, said
from probes.browser.worker.picturing import picture
from probes.browser.worker.watching import Watching
from probes.excerpt import excerpt
from probes.result import Artefact
from probes.scrub import Scrubber

if TYPE_CHECKING:
    from playwright.async_api import CDPSession, Page

T = TypeVar("T")

_CALMING: Final = 0.1
"""Of the whole limit, for each attempt at making the page hold still."""
_DISABLE: Final = ("Emulation.setScriptExecutionDisabled", {"value": True})
_TERMINATE: Final = "Runtime.terminateExecution"
_NOTHING: Final = ("Runtime.evaluate", {"expression": "0"})
_WORDS: Final = "() => document.body ? document.body.innerText.slice(0, 20000) : ''"
_ONCE: Final = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Pictures and texts without secrets, and the first words on the page; what could be had."""

    artefacts: tuple[Artefact, ...] = ()
    excerpt: str = ""


async def evidence(page: Page, watching: Watching, scrub: Scrubber, limit: timedelta) -> Evidence:
    """What can be had in *limit*. Afterwards the page does nothing any more by itself."""
    ends = asyncio.get_running_loop().time() + limit.total_seconds()
    page = watching.page
    # What the driver knows is asked first: it answers also when the page does not.
    notes = asyncio.ensure_future(_notes(page, watching, scrub, limit))
    trace = asyncio.ensure_future(watching.trace_kept(scrub))
    session = await _calm(page, watching, limit * _CALMING)
    left = timedelta(seconds=max(0.1, ends - asyncio.get_running_loop().time() - 0.05))
    found: list[Any] = await in_time(
        left,
        _twice(lambda: _shown(page, session, scrub, left)),
        _twice(lambda: _words(page, scrub)),
        notes,
        trace,
    )
    shown, words, texts, kept = found
    artefacts = (shown, *(texts or ()), kept)
    return Evidence(tuple(one for one in artefacts if one is not None), words or "")


async def _calm(page: Page, watching: Watching, limit: timedelta) -> CDPSession | None:
    """Stops the page: one that loads, or computes for ever, would give no picture of itself, and
    one that goes on would undo what is hidden, or save it.
    """
    session: CDPSession | None
    [session] = await in_time(limit, watching.session_of(page))
    if session is None:
        return None
    *_, answer = await in_time(
        limit, session.send("Page.stopLoading"), session.send(*_DISABLE), session.send(*_NOTHING)
    )
    if answer is None:
        # Had it just come to an end by itself, this would end what is asked of the page next.
        await in_time(limit, session.send(_TERMINATE), session.send(*_NOTHING))
    return session


async def _twice(work: Callable[[], Awaitable[T]]) -> T:
    """Once more where it was just then that one page took the place of another."""
    try:
        return await work()
    except api.Error:
        return await work()


async def _shown(
    page: Page, session: CDPSession | None, scrub: Scrubber, limit: timedelta
) -> Artefact | None:
    if session is None:
        return None
    return await picture(page, session, scrub, "screenshot", limit)


async def _words(page: Page, scrub: Scrubber) -> str:
    return excerpt(scrub(str(await page.evaluate(_WORDS))))


async def _notes(
    page: Page, watching: Watching, scrub: Scrubber, limit: timedelta
) -> tuple[Artefact, ...]:
    """In less than *limit*, so that what was said is not lost when the page does not answer."""
    pages = watching.pages
    short = min(_ONCE, limit / 2)
    title, known, *lists = await in_time(
        short, page.title(), loaded(page), *map(said, pages), *map(asked, pages)
    )
    lines: list[Line] = [line for each in lists[: len(pages)] for line in each or ()]
    rows: list[Asked] = [row for each in lists[len(pages) :] for row in each or ()]
    texts = {
        "page.json": _about(page, title or "", watching, scrub),
        "console.txt": console_text(lines, scrub),
        "requests.txt": requests_text(rows, known or {}, lines, scrub),
    }
    return tuple(_artefact(name, text) for name, text in texts.items() if text)


def _about(page: Page, title: str, watching: Watching, scrub: Scrubber) -> str:
    about = {
        "title": scrub.line(title),
        "url": scrub.line(with_names_only(scrub(page.url))),
        "viewport": page.viewport_size,
        "step": scrub.line(watching.step),
        "pages": len(watching.pages),
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"


def _artefact(name: str, text: str) -> Artefact:
    media_type = "application/json" if name.endswith(".json") else "text/plain"
    return Artefact(name, media_type, text.encode())
