"""What of a letter still stands on the page by the time it goes out: people hide words that they
should not have written, and put others right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from status_page import Incident, Maintenance, Page
from status_page.subscribing import News, Said, What
from status_page.tongue import instant


def standing(told: News, page: Page) -> News | None:
    """*told* in the page's present words; None where it says nothing of it any more."""
    names = {component.id: component.name for component in page.components}
    parts = tuple((part, names[part]) for part, _ in told.components if part in names)
    found = _found(told, page)
    if found is None:
        return None
    if isinstance(found, Maintenance):
        said = tuple(replace(each, words=found.words if each.words else "") for each in told.said)
        return replace(told, title=found.title, components=parts, said=said)
    said = tuple(_said(told.said, found))
    if not said:
        return None
    title, audience = found.sentence, found.audience
    return replace(told, title=title, audience=audience, components=parts, said=said)


def _found(told: News, page: Page) -> Incident | Maintenance | None:
    folder, _, id_ = told.folder.partition("/")
    if folder == "incidents":
        return next((each for each in page.incidents if each.id == id_), None)
    # What is put off is announced anew.
    works = (each for each in page.maintenance if each.id == id_)
    return next((each for each in works if each.starts_at == told.began_at), None)


def _said(told: tuple[Said, ...], incident: Incident) -> Iterator[Said]:
    words = {each.id or instant(each.at): each.words for each in incident.updates}
    for each in told:
        if each.what is What.UPDATED:
            if words.get(each.id):
                yield replace(each, words=words[each.id])
        elif each.what is not What.RESOLVED or incident.resolved_at is not None:
            yield each
