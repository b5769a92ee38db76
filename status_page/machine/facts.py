"""What several of the files for machines are made from. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from typing import Any, Final

from status_page.incident import Incident, Maintenance
from status_page.page import Page
from status_page.text import anchor, shorten, tidy

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands where a format wants an instant and there is none."""
WINDOW: Final = timedelta(days=90)
_LONGEST: Final = 300
_NAMES: Final = uuid.UUID("5b7d8c0e-6f0a-5e0c-9d0b-3f8f4e2a7c11")
_ID_CHARACTERS: Final = 12
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def line(text: str, limit: int = _LONGEST) -> str:
    """One harmless line of somebody's text."""
    return shorten(tidy(text), limit)


def xml(text: str) -> str:
    """*text* for an element or an attribute, without what XML cannot hold."""
    return escape(_NOT_XML.sub("", text))


def stamp(at: datetime) -> str:
    """`2026-11-21T14:03:22.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def urn(page: Page, name: str) -> str:
    """The same for ever for the same *name* on the same page, wherever that is published. Only of
    names that nobody else in the world has.
    """
    return uuid.uuid5(_NAMES, f"{page.id}\n{name}").urn


def local_urn(page: Page, name: str) -> str:
    """Of a *name* that other pages in the world have too."""
    return urn(page, f"{place(page)}\n{name}")


def place(page: Page) -> str:
    """What tells this page from all others."""
    return f"{page.url or line(page.title)}\n{page.id}"


def short_id(*names: str) -> str:
    """Twelve letters and digits, always the same for the same names."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:_ID_CHARACTERS]


def address(page: Page, path: str) -> str:
    """*path* of the page's folder as an absolute address; empty when that is not known."""
    return page.url + path if page.url else ""


def incident_path(incident: Incident) -> str:
    return f"incidents/{anchor(incident.id)}/"


def work_path(work: Maintenance) -> str:
    return f"maintenance/{anchor(work.id)}/"


def today(page: Page) -> date:
    return page.made_at.astimezone(UTC).date()


def oldest(page: Page) -> datetime:
    """What was over before is not told any more. Moves once a day."""
    return midnight(today(page)) - WINDOW


def changed_at(page: Page) -> datetime:
    """When what the page says changed for the last time, as far as that can be told. What a clock
    that was wrong put into the future does not count.
    """
    return max((at for at in _changes(page) if at <= page.made_at), default=EPOCH)


def _changes(page: Page) -> Iterator[datetime]:
    yield from (each.since for each in page.components if each.since is not None)
    yield from (incident.changed_at for incident in page.incidents)
    for work in page.maintenance:
        yield from (work.starts_at, work.ends_at, work.announced_at or EPOCH)


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
