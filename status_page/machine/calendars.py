"""Announced work as a calendar that people subscribe to: over in the last 90 days, and to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from status_page.incident import Maintenance
from status_page.kept import Kept
from status_page.machine import facts
from status_page.machine.facts import line
from status_page.machine.saying import work_name
from status_page.markdown import to_text
from status_page.page import Page
from status_page.tongue import Tongue, tongue

if TYPE_CHECKING:
    from icalendar import Event

_OURS: Final = "-//trueup//maintenance//EN"
_OFTEN: Final = timedelta(hours=1)
_Source = tuple[str, str, str, str, tuple[tuple[Maintenance, tuple[str, ...]], ...]]


class Calendars:
    """`maintenance.ics`"""

    def __init__(self) -> None:
        self._kept: Kept[_Source, bytes] = Kept()

    def files(self, page: Page) -> Iterator[tuple[str, bytes]]:
        names = {component.id: line(component.name) for component in page.components}
        oldest = facts.oldest(page)
        works = tuple(
            (work, tuple(names.get(id_) or line(id_) for id_ in work.components))
            for work in page.maintenance
            if work.ends_at >= oldest
        )
        source = (page.id, page.title, page.url, page.language, works)
        yield "maintenance.ics", self._kept.get("", source, lambda _: _made(page, source))


def _made(page: Page, source: _Source) -> bytes:
    from icalendar import Calendar  # noqa: PLC0415 - the daemon begins to watch without it

    speaking = tongue(page.language)
    name = speaking.say("{title}: maintenance", title=line(page.title))
    calendar = Calendar()
    calendar.add("prodid", _OURS)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _OFTEN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for work, concerned in source[-1]:
        calendar.add_component(_event(page, work, concerned, speaking))
    return bytes(calendar.to_ical())


def _event(page: Page, work: Maintenance, concerned: tuple[str, ...], speaking: Tongue) -> Event:
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    changed_at = _utc(work.announced_at or work.starts_at)
    event.add("uid", facts.local_urn(page, f"maintenance {work.id}"))
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", 0)
    event.add("dtstart", _utc(work.starts_at))
    event.add("dtend", _utc(work.ends_at))
    event.add("summary", work_name(work, speaking))
    event.add("description", _description(work, concerned, speaking))
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # nobody who subscribes is busy meanwhile
    if concerned:
        event.add("categories", list(concerned))
    if page.url:
        event.add("url", page.url + facts.work_path(work))
    return event


def _description(work: Maintenance, concerned: tuple[str, ...], speaking: Tongue) -> str:
    parts = [to_text(work.words)]
    if concerned:
        parts.append(speaking.say("Concerns: {components}", components=speaking.listed(concerned)))
    return "\n\n".join(filter(None, parts))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
