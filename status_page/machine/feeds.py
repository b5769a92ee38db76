"""Atom, RSS and JSON Feed, of the whole page and of each component.

Written by hand and not by a library: those at hand stamp a feed with the time it is made, and these
are the same bytes for as long as they say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Final, NamedTuple

from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.entries import MOST, Entries, Entry, Feed
from status_page.machine.events import Event, Events, concerning
from status_page.machine.facts import dumped, line, xml
from status_page.page import Page
from status_page.text import anchor
from status_page.tongue import instant, tongue

_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n'
_NONE: Final[list[Event]] = []
Made = tuple[tuple[str, bytes], ...]


class _Told(NamedTuple):
    """All that a feed is made from."""

    about: tuple[str, str, str, str, str]
    """Of the page: id, title, description, address, language."""
    component: tuple[str, str] | None
    """Id and name; None for the whole page."""
    first_seen: date | None
    entries: tuple[Entry, ...]


class Feeds:
    """`history.atom`, `history.rss` and `feed.json`, and the same below each component."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._entries = Entries()
        self._kept: Kept[_Told, Made] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        events = self._events.of(page)
        entries = self._entries.of(page, events, tongue(page.language))
        theirs = concerning(events)
        about = (page.id, page.title, page.description, page.url, page.language)
        days = (each.first_seen for each in page.components if each.first_seen is not None)
        everything = tuple(entries[event.id] for event in events[:MOST])
        whole = _Told(about, None, min(days, default=None), everything)
        yield from self._kept.get("", whole, lambda told: _made(page, told))
        for component in page.components:
            found = theirs.get(component.id, _NONE)
            own = tuple(entries[event.id] for event in found[:MOST])
            told = _Told(about, (component.id, component.name), component.first_seen, own)
            yield from self._kept.get(component.id, told, lambda told: _made(page, told))
        self._kept.only(["", *(component.id for component in page.components)])


def _feed(page: Page, told: _Told) -> Feed:
    speaking = tongue(page.language)
    title = line(page.title)
    born_at = facts.midnight(told.first_seen) if told.first_seen else facts.EPOCH
    if told.component:
        id_, name = told.component
        folder = f"components/{anchor(id_)}/"
        title = speaking.say("{title}: history of {component}", title=title, component=line(name))
    else:
        folder, title = "", speaking.say("{title}: history", title=title)
    return Feed(
        page=page,
        folder=folder,
        id=facts.local_urn(page, f"feed of {folder}"),
        title=title,
        home=facts.address(page, folder),
        # Where nothing is told yet: since the first evidence nothing happened.
        updated_at=max((entry.updated_at for entry in told.entries), default=born_at),
        entries=told.entries,
    )


def _made(page: Page, told: _Told) -> Made:
    feed = _feed(page, told)
    return (
        (f"{feed.folder}history.atom", "".join(_atom(feed)).encode()),
        (f"{feed.folder}history.rss", "".join(_rss(feed)).encode()),
        (f"{feed.folder}feed.json", _json(feed).encode()),
    )


def _atom(feed: Feed) -> Iterator[str]:
    language = xml(feed.page.language)
    yield f'{_HEAD}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
    yield f"<id>{feed.id}</id>\n<title>{xml(feed.title)}</title>\n"
    yield f"<updated>{instant(feed.updated_at)}</updated>\n"
    yield f"<author><name>{xml(line(feed.page.title))}</name></author>\n"
    # Addresses that are not known are relative to the feed, as the format allows.
    own = facts.address(feed.page, f"{feed.folder}history.atom") or "history.atom"
    yield f'<link rel="self" type="application/atom+xml" href="{xml(own)}"/>\n'
    yield f'<link rel="alternate" type="text/html" href="{xml(feed.home or "./")}"/>\n'
    for entry in feed.entries:
        yield from _atom_entry(entry)
    yield "</feed>\n"


def _atom_entry(entry: Entry) -> Iterator[str]:
    yield f"<entry>\n<id>{entry.id}</id>\n<title>{xml(entry.title)}</title>\n"
    yield f"<published>{instant(entry.published_at)}</published>\n"
    yield f"<updated>{instant(entry.updated_at)}</updated>\n"
    if entry.link:
        yield f'<link rel="alternate" type="text/html" href="{xml(entry.link)}"/>\n'
    yield from (f'<category term="{xml(tag)}"/>\n' for tag in entry.tags)
    yield f'<content type="html">{xml(entry.html)}</content>\n</entry>\n'


def _rss(feed: Feed) -> Iterator[str]:
    own = facts.address(feed.page, f"{feed.folder}history.rss") or "history.rss"
    yield f'{_HEAD}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">\n<channel>\n'
    yield f"<title>{xml(feed.title)}</title>\n<link>{xml(feed.home or './')}</link>\n"
    yield f"<description>{xml(line(feed.page.description) or feed.title)}</description>\n"
    yield f"<language>{xml(feed.page.language)}</language>\n"
    yield f"<lastBuildDate>{_date(feed.updated_at)}</lastBuildDate>\n<ttl>5</ttl>\n"
    yield f'<atom:link rel="self" type="application/rss+xml" href="{xml(own)}"/>\n'
    for entry in feed.entries:
        yield from _rss_item(entry)
    yield "</channel>\n</rss>\n"


def _rss_item(entry: Entry) -> Iterator[str]:
    yield f"<item>\n<title>{xml(entry.title)}</title>\n"
    yield f"<link>{xml(entry.link)}</link>\n" if entry.link else ""
    yield f'<guid isPermaLink="false">{entry.id}</guid>\n'
    yield f"<pubDate>{_date(entry.published_at)}</pubDate>\n"
    yield from (f"<category>{xml(tag)}</category>\n" for tag in entry.tags)
    yield f"<description>{xml(entry.html)}</description>\n"
    # What RSS itself cannot say: that the words were corrected.
    yield f"<atom:updated>{instant(entry.updated_at)}</atom:updated>\n</item>\n"


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)


def _json(feed: Feed) -> str:
    facts_ = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": facts.address(feed.page, f"{feed.folder}feed.json"),
        "description": line(feed.page.description),
        "language": feed.page.language,
        "items": list(map(_item, feed.entries)),
    }
    return f"{dumped(_told(facts_.items()))}\n"


def _item(entry: Entry) -> dict[str, object]:
    facts_ = {
        "id": entry.id,
        "url": entry.link,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": instant(entry.published_at),
        "date_modified": instant(entry.updated_at),
        "tags": list(entry.tags),
    }
    return _told(facts_.items())


def _told(found: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {key: value for key, value in found if value or key == "items"}
