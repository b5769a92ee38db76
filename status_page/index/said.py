"""What people said in public and what they announced, in the words of a Sheet."""

from __future__ import annotations

from datetime import datetime

from status_page import words
from status_page.incident import Incident, Maintenance, Update
from status_page.index.view import Said, Work
from status_page.page import Page

MOST_UPDATES = 20
MOST_LINES = 60


def updates(incident: Incident, now: datetime) -> tuple[Said, ...]:
    """The newest first; times without their day where that is the day of *now*."""
    return tuple(_said(update, now) for update in incident.updates[::-1][:MOST_UPDATES])


def count(incident: Incident) -> str:
    return words.count(len(incident.updates), "update") if incident.updates else ""


def _said(update: Update, now: datetime) -> Said:
    lines = [words.tidy(line) for line in update.words.splitlines()]
    return Said(
        stage=update.stage.value.capitalize(),
        when=words.Timed("", update.at, words.moment(update.at, now)),
        lines=tuple(line for line in lines if line)[:MOST_LINES],
    )


def work(page: Page) -> tuple[Work, ...]:
    """In the order it starts."""
    return tuple(_work(each, page) for each in page.maintenance if each.ends_at > page.made_at)


def _work(given: Maintenance, page: Page) -> Work:
    now = given.starts_at <= page.made_at
    return Work(
        anchor=words.anchor(given.id),
        title=words.shorten(words.tidy(given.title), 300) or "Maintenance",
        when=_until(given, page.made_at) if now else _starts(given, page.made_at),
        components=_concerned(given, page),
        now=now,
    )


def _until(given: Maintenance, now: datetime) -> words.Timed:
    return words.Timed("Under way until ", given.ends_at, words.moment(given.ends_at, now))


def _starts(given: Maintenance, now: datetime) -> words.Timed:
    lasts = words.duration(given.ends_at - given.starts_at)
    at = words.moment(given.starts_at, now)
    return words.Timed("Starts ", given.starts_at, at, f", for {lasts}")


def _concerned(given: Maintenance, page: Page) -> str:
    names = {component.id: component.name for component in page.components}
    if names.keys() <= set(given.components) and len(names) > 1:
        return "everything"
    return words.listed(tuple(words.tidy(names.get(id_, id_)) for id_ in given.components))
