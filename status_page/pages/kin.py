"""What belongs together on a page: components, what went wrong with them, and announced work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from status_page.component import Component
from status_page.drawing.escaped import escape
from status_page.frame import INDEX, folder
from status_page.incident import Incident, Maintenance
from status_page.machine.linked import json_ld
from status_page.page import Page
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Tongue

LONGEST: Final = 300
"""Characters of a title."""


@unique
class Phase(StrEnum):
    """Of announced work: the only thing about it that the time of day decides."""

    AHEAD = "ahead"
    NOW = "now"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Work:
    """Maintenance and how far it is."""

    what: Maintenance
    phase: Phase


@dataclass(frozen=True, slots=True)
class Kin:
    """What the page of one component tells of besides the component."""

    incidents: tuple[Incident, ...]
    works: tuple[Work, ...]


NONE: Final = Kin((), ())


def by_component(page: Page) -> dict[str, Kin]:
    """Only those that have any. Incidents are in the order of the page, work newest first."""
    incidents: dict[str, list[Incident]] = {}
    works: dict[str, list[Work]] = {}
    for incident in page.incidents:
        for id_ in dict.fromkeys(incident.components):
            incidents.setdefault(id_, []).append(incident)
    for work in works_of(page):
        for id_ in dict.fromkeys(work.what.components):
            works.setdefault(id_, []).append(work)
    return {
        id_: Kin(tuple(incidents.get(id_, ())), tuple(works.get(id_, ())))
        for id_ in incidents.keys() | works.keys()
    }


def works_of(page: Page) -> tuple[Work, ...]:
    """Newest first."""
    return tuple(Work(each, phase(each, page.made_at)) for each in reversed(page.maintenance))


def phase(work: Maintenance, at: datetime) -> Phase:
    if work.ends_at <= at:
        return Phase.OVER
    return Phase.NOW if work.starts_at <= at else Phase.AHEAD


def title_of(thing: Incident | Maintenance, tongue: Tongue) -> str:
    """Plain text, never empty."""
    if isinstance(thing, Maintenance):
        return shorten(tidy(thing.title), LONGEST) or tongue.say("Maintenance")
    return shorten(tidy(thing.sentence), LONGEST) or tongue.say("Something does not work.")


def path_of(thing: Incident | Maintenance | Component) -> str:
    """Of its page, from the top of a language's folder."""
    return f"{_folder(thing)}/{anchor(thing.id)}/index.html"


def own_address(page: Page, tongue: Tongue, path: str) -> str:
    """Absolute; empty where that is not known."""
    return page.url + folder(page, tongue.code) + path.removesuffix(INDEX) if page.url else ""


def linked(page: Page, tongue: Tongue, path: str, title: str) -> tuple[Mapping[str, object]]:
    """What schema.org has for a page that tells of several things."""
    address = own_address(page, tongue, path)
    return (json_ld(page, language=tongue.code, address=address, title=title),)


def root_of(page: Page, tongue: Tongue, depth: int = 2) -> str:
    """From a page so many folders below that of its language to the top of all."""
    return "../" * (depth if tongue.code == page.language else depth + 1)


def _folder(thing: Incident | Maintenance | Component) -> str:
    match thing:
        case Incident():
            return "incidents"
        case Maintenance():
            return "maintenance"
        case Component():
            return "components"


def link(thing: Incident | Maintenance, home: str, tongue: Tongue) -> str:
    """HTML."""
    said = escape(title_of(thing, tongue))
    return f'<a href="{home}{path_of(thing)}"><bdi>{said}</bdi></a>'
