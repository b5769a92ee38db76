"""What is new on a page since subscribers were told for the last time. Pure.

What was told is remembered of the page, not of every subscriber: whoever subscribes later gets
nothing old, and what is remembered does not grow with their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final

from status_page.incident import Incident, Maintenance, Stage
from status_page.page import Page
from status_page.tongue import instant

PAUSE: Final = timedelta(minutes=5)
"""Between two letters about the same thing; what is said meanwhile goes into one."""
STALE: Final = timedelta(hours=24)
"""Nobody is helped by older news: a database that was restored, an entry written down later."""
AHEAD: Final = timedelta(hours=24)
"""When work that is configured is told before it begins."""
ROUTINE: Final = timedelta(days=6)
"""Configured work that is repeated sooner is no news."""
REMEMBERED: Final = 1_000


@unique
class What(StrEnum):
    """What happened."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    ANNOUNCED = "announced"
    STARTED = "started"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that happened, or was said."""

    what: What
    at: datetime
    id: str
    """Unique among those of one incident or work."""
    stage: Stage | None = None
    words: str = ""
    """Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The page that a letter comes from."""

    id: str
    title: str
    url: str
    """Absolute, with a slash at its end."""
    environment: str
    languages: tuple[str, ...]
    """Its own first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is told of one incident or work in one letter."""

    page: About
    folder: str
    """Of its own page, below that of the language: `incidents/4f1c…`."""
    title: str
    components: tuple[tuple[str, str], ...]
    """Those concerned: id and name."""
    said: tuple[Said, ...]
    """Oldest first, at least one."""
    began_at: datetime
    ends_at: datetime | None
    """When it ended, or is planned to."""
    impact: str = "none"
    audience: str = ""
    to: tuple[str, ...] = ()
    """Whoever subscribed to one of these components gets it, and who subscribed to everything."""
    but_not: tuple[str, ...] = ()
    """Those have it already; not empty: so have those who subscribed to everything."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was told of one incident or work. `said` are ids."""

    components: frozenset[str]
    said: frozenset[str]
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be told now, what counts as told then, and when held-back news is due."""

    news: tuple[News, ...]
    heard: Mapping[str, Heard]
    again_at: datetime | None


def about(page: Page, url: str) -> About:
    """*url* is where it is found when the page itself does not know."""
    return About(
        id=page.id,
        title=page.title,
        url=page.url or url,
        environment=page.environment,
        languages=tuple(dict.fromkeys((page.language, *page.languages))),
    )


def baseline(page: Page, at: datetime) -> Mapping[str, Heard]:
    """As if everything on *page* had been told."""
    return news(page, about(page, ""), {}, at).heard


def news(page: Page, sender: About, heard: Mapping[str, Heard], at: datetime) -> Found:
    """What those who *heard* that much have not had yet."""
    found: list[News] = []
    now = dict(heard)
    again: list[datetime] = []
    stories = [*_stories(page, sender, at)]
    for key, story in stories:
        had = heard.get(key)
        fresh = _fresh(story, had)
        added = _added(story, had)
        if had is not None and not fresh and not added:
            continue
        if had is not None and had.told_at and had.told_at <= at < had.told_at + PAUSE:
            again.append(had.told_at + PAUSE)
            continue
        told = [*_letters(story, had, fresh, added, at)]
        found += told
        now[key] = _remembered(story, had, fresh, at if told else None)
    return Found(tuple(found), _bounded(now, {key for key, _ in stories}), min(again, default=None))


def _letters(
    story: News, had: Heard | None, fresh: tuple[Said, ...], added: tuple[str, ...], at: datetime
) -> Iterator[News]:
    current = tuple(each for each in fresh if _matters(each, story, at))
    concerned = tuple(part for part, _ in story.components)
    if added and had is not None:  # to those it did not concern before it is all new
        old = tuple(part for part in concerned if part not in added)
        opened = (Said(What.OPENED, story.began_at, "opened", Stage.INVESTIGATING),)
        yield replace(story, said=(*opened, *current), to=added, but_not=old or ("",))
        concerned = old
    if current:
        yield replace(story, said=current, to=concerned)


def _fresh(story: News, had: Heard | None) -> tuple[Said, ...]:
    if had is None:
        alone = story.said[-1].what is What.COMPLETED  # nobody heard of the work before
        return () if alone else story.said
    fresh = tuple(each for each in story.said if each.id not in had.said)
    if "resolved" in had.said and story.ends_at is None and story.folder.startswith("incidents/"):
        return (Said(What.REOPENED, story.began_at, "reopened", Stage.INVESTIGATING), *fresh)
    return fresh


def _added(story: News, had: Heard | None) -> tuple[str, ...]:
    """Components that are concerned by now, of what goes on."""
    if had is None or any(each.what in (What.RESOLVED, What.COMPLETED) for each in story.said):
        return ()
    return tuple(part for part, _ in story.components if part not in had.components)


def _matters(each: Said, story: News, at: datetime) -> bool:
    """Whether it is still news: what goes on always is."""
    over = story.ends_at is not None and story.ends_at <= at
    lasting = each.what in (What.OPENED, What.REOPENED, What.ANNOUNCED, What.STARTED)
    return (lasting and not over) or each.at > at - STALE


def _remembered(
    story: News, had: Heard | None, fresh: tuple[Said, ...], told_at: datetime | None
) -> Heard:
    before = had or Heard(frozenset(), frozenset())
    said = before.said | {each.id for each in story.said}
    if any(each.what is What.REOPENED for each in fresh):
        said -= {"resolved", "reopened"}
    parts = before.components | {part for part, _ in story.components}
    return Heard(parts, said, told_at or before.told_at)


def _bounded(heard: dict[str, Heard], present: set[str]) -> Mapping[str, Heard]:
    """Forgets first what left the page longest ago."""
    gone = [key for key in heard if key not in present]
    for key in gone[: max(len(heard) - REMEMBERED, 0)]:
        del heard[key]
    return heard


def _stories(page: Page, sender: About, at: datetime) -> Iterator[tuple[str, News]]:
    """All that can be told of each incident and work, by what it is remembered under."""
    names = {component.id: component.name for component in page.components}
    for incident in page.incidents:
        folder = f"incidents/{incident.id}"
        yield (
            folder,
            News(
                page=sender,
                folder=folder,
                title=incident.sentence,
                components=_named(incident.components, names),
                said=tuple(_of_incident(incident)),
                began_at=incident.began_at,
                ends_at=incident.resolved_at,
                impact=incident.impact.value,
                audience=incident.audience,
            ),
        )
    for work, said in _worth_telling(page.maintenance, at):
        folder = f"maintenance/{work.id}"
        # What is repeated every week, or put off, is announced anew.
        yield (
            f"{folder}@{instant(work.starts_at)}",
            News(
                page=sender,
                folder=folder,
                title=work.title,
                components=_named(work.components, names),
                said=(said,),
                began_at=work.starts_at,
                ends_at=work.ends_at,
            ),
        )


def _named(ids: tuple[str, ...], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((part, names[part]) for part in ids if part in names)


def _of_incident(incident: Incident) -> Iterator[Said]:
    yield Said(What.OPENED, incident.began_at, "opened", Stage.INVESTIGATING)
    for update in incident.updates:
        if update.words:
            key = update.id or instant(update.at)
            yield Said(What.UPDATED, update.at, key, update.stage, update.words)
    if incident.resolved_at is not None:
        yield Said(What.RESOLVED, incident.resolved_at, "resolved", Stage.RESOLVED)


def _worth_telling(
    maintenance: Sequence[Maintenance], at: datetime
) -> Iterator[tuple[Maintenance, Said]]:
    """What a person announced, as it goes; what is configured, a day before, and nothing of what
    is there again within days.
    """
    configured = [work for work in maintenance if work.announced_at is None]
    again = Counter((work.title, work.components) for work in _often(configured))
    for work in maintenance:
        if work.announced_at is not None:
            yield work, _of_work(work, at)
        elif not again[work.title, work.components]:
            told_at = work.starts_at - AHEAD
            if told_at <= at < work.ends_at:
                yield work, Said(What.ANNOUNCED, told_at, "announced", words=work.words)


def _often(works: Sequence[Maintenance]) -> Iterator[Maintenance]:
    """Each that begins soon after another of the same name."""
    last: dict[tuple[str, tuple[str, ...]], datetime] = {}
    for work in sorted(works, key=lambda each: each.starts_at):
        before = last.get((work.title, work.components))
        if before is not None and work.starts_at - before < ROUTINE:
            yield work
        last[work.title, work.components] = work.starts_at


def _of_work(work: Maintenance, at: datetime) -> Said:
    if at >= work.ends_at:
        return Said(What.COMPLETED, work.ends_at, "completed")
    if at >= work.starts_at:
        return Said(What.STARTED, work.starts_at, "started", words=work.words)
    return Said(What.ANNOUNCED, min(work.announced_at or at, at), "announced", words=work.words)
