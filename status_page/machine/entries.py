"""What happened, as the entries of feeds, in the page's own language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.events import Event, Turn
from status_page.machine.facts import line
from status_page.machine.saying import OF_WORK, name, unwritten
from status_page.markdown import to_html
from status_page.page import Page
from status_page.text import anchor
from status_page.tongue import Tongue

MOST = 50
"""Entries in one feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Ready to be written down in any format."""

    id: str
    title: str
    html: str
    """Harmless and well-formed."""
    link: str
    """Absolute; empty when that is not known."""
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...]
    """The names of the components concerned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Of the page, or of one of its components."""

    page: Page
    folder: str
    """Where its files are: empty, or `components/uploads/`."""
    id: str
    title: str
    home: str
    """The absolute address of what it tells of; empty when that is not known."""
    updated_at: datetime
    """When one of its entries changed for the last time."""
    entries: tuple[Entry, ...]
    """The newest first."""


class Entries:
    """Made of events, and kept for as long as those say the same."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[Event, tuple[str, ...], str, str, str], Entry] = Kept()

    def of(self, page: Page, events: tuple[Event, ...], speaking: Tongue) -> Mapping[str, Entry]:
        """By the ids of the events."""
        self._kept.only([event.id for event in events])
        names = {component.id: line(component.name) for component in page.components}
        found = {}
        for event in events:
            tags = tuple(names.get(id_) or line(id_) for id_ in event.components)
            found[event.id] = self._kept.get(
                event.id,
                (event, tags, facts.place(page), page.url, speaking.code),
                lambda source: _entry(page, source[0], source[1], speaking),
            )
        return found


def _entry(page: Page, event: Event, tags: tuple[str, ...], speaking: Tongue) -> Entry:
    fragment = anchor(event.id.partition("/")[2])
    # The id of an incident is its own in the world, that of announced work only on its page.
    urn = facts.local_urn if event.turn in OF_WORK else facts.urn
    return Entry(
        id=urn(page, event.id),
        title=_title(event, name(event, speaking), speaking),
        html="".join(_html(event, tags, speaking)),
        link=facts.address(page, f"{event.path}#{fragment}"),
        published_at=event.at,
        updated_at=event.changed_at,
        tags=tags,
    )


def _title(event: Event, title: str, speaking: Tongue) -> str:
    say = speaking.say
    return {
        Turn.OPENED: say("Incident: {title}", title=title),
        Turn.INVESTIGATING: say("Investigating: {title}", title=title),
        Turn.IDENTIFIED: say("Identified: {title}", title=title),
        Turn.MONITORING: say("Monitoring: {title}", title=title),
        Turn.RESOLVED: say("Resolved: {title}", title=title),
        Turn.POSTMORTEM: say("Post-mortem: {title}", title=title),
        Turn.ANNOUNCED: say("Planned maintenance: {title}", title=title),
        Turn.BEGAN: say("Maintenance has begun: {title}", title=title),
        Turn.ENDED: say("Maintenance is over: {title}", title=title),
    }[event.turn]


def _html(event: Event, tags: tuple[str, ...], speaking: Tongue) -> Iterator[str]:
    yield to_html(event.words) if event.words else _paragraph(unwritten(event, speaking))
    if tags:
        yield _paragraph(speaking.say("Concerns: {components}", components=speaking.listed(tags)))
    span = _span(event, speaking)
    yield _paragraph(span) if span else ""


def _span(event: Event, speaking: Tongue) -> str:
    """Only of what does not change any more once the entry is there."""
    if event.turn is Turn.OPENED:
        return speaking.say("Since {time}", time=_moment(event.starts_at, speaking))
    planned = {Turn.ANNOUNCED, Turn.BEGAN, Turn.RESOLVED}
    if event.ends_at is None or event.turn not in planned:
        return ""
    start, end = _moment(event.starts_at, speaking), _moment(event.ends_at, speaking)
    return speaking.say("From {start} to {end}", start=start, end=end)


def _moment(at: datetime, speaking: Tongue) -> str:
    day = speaking.long_day(at.astimezone(UTC).date())
    return speaking.say("{day}, {time}", day=day, time=speaking.clock(at))


def _paragraph(text: str) -> str:
    return f'<p dir="auto">{escape(text, quote=False)}</p>'
