"""What the pages tell search engines about themselves, in the words of schema.org.

Only types that say what is the case: an incident's page is an article about it, announced work is
an event that takes place online.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from status_page.incident import Incident, Maintenance
from status_page.machine.facts import line
from status_page.page import Page
from status_page.tongue import instant

Linked = Mapping[str, Any]
_CONTEXT = "https://schema.org"


def json_ld(page: Page, *, language: str, address: str, title: str = "") -> Linked:
    """Of any page that has none of the others. *address* is its own, absolute, empty if unknown;
    without a *title* it is the first page.
    """
    found = {
        "@context": _CONTEXT,
        "@type": "WebPage" if title else "WebSite",
        "name": line(title or page.title),
        "inLanguage": language,
        "url": address,
        "description": "" if title else line(page.description),
        "isPartOf": _site(page) if title else None,
    }
    return _told(found)


def incident_ld(page: Page, incident: Incident, *, language: str, address: str) -> Linked:
    """Of an incident's page. An article without an author: nobody signs for what was measured."""
    found = {
        "@context": _CONTEXT,
        "@type": "Article",
        "headline": line(incident.sentence, 110) or line(page.title, 110),
        "inLanguage": language,
        "url": address,
        "datePublished": instant(incident.began_at),
        "dateModified": instant(incident.changed_at),
        "publisher": {"@type": "Organization", "name": line(page.title)},
        "isPartOf": _site(page),
    }
    return _told(found)


def work_ld(page: Page, work: Maintenance, *, language: str, address: str) -> Linked:
    """Of announced work."""
    place = {"@type": "VirtualLocation", "url": page.url} if page.url else None
    found = {
        "@context": _CONTEXT,
        "@type": "Event",
        "name": line(work.title) or line(page.title),
        "inLanguage": language,
        "url": address,
        "startDate": instant(work.starts_at),
        "endDate": instant(work.ends_at),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": place,
        "organizer": {"@type": "Organization", "name": line(page.title)},
    }
    return _told(found)


def _site(page: Page) -> Linked:
    return _told({"@type": "WebSite", "name": line(page.title), "url": page.url})


def _told(found: Mapping[str, Any]) -> Linked:
    return {key: value for key, value in found.items() if value}
