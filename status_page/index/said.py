"""What people said in public and what they announced, in the words of a Sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date
from typing import Final

from markupsafe import Markup

from status_page.incident import Incident, Maintenance, Stage, Update
from status_page.index.view import Said, Story, Work
from status_page.inside.deployed import lately
from status_page.markdown import to_html, to_text
from status_page.page import Page
from status_page.pages.pieces import safe
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Timed, Tongue
from status_page.verdicts import stage_name

MOST_UPDATES: Final = 3
MOST_WORK: Final = 20
_NAMED: Final = 12
_NAME: Final = 60
_LONG: Final = 800
"""Characters of a post-mortem that are shown whole."""
_BEGINNING: Final = 280
_HEADING: Final = re.compile(r"^ {0,3}#.*$", re.MULTILINE)
_NO_PROSE: Final = re.compile(r"[|>`~]|[*+-]\s|---|\d+[.)]\s")
"""What tables, quotes, code and lists begin with."""


class Speaker:
    """Says it of one page, in one language."""

    def __init__(self, page: Page, tongue: Tongue) -> None:
        self._page = page
        self._tongue = tongue
        self._today = page.made_at.astimezone(UTC).date()
        self._names = {found.id: shorten(tidy(found.name), _NAME) for found in page.components}

    def still_open(self, incident: Incident, headline: str) -> Story:
        at = incident.began_at
        said = self._tongue.timed("Since {time}", at, self._tongue.moment(at, self._today))
        return self._story(incident, said, Timed(""), echo=tidy(incident.sentence) == headline)

    def over(self, incident: Incident) -> Story:
        began_at = incident.began_at
        resolved_at = incident.resolved_at or began_at
        lasted = self._tongue.duration(resolved_at - began_at)
        day = began_at.astimezone(UTC).date()
        said = self._tongue.between(began_at, resolved_at, day)
        span = Timed("", began_at, said, until=resolved_at)
        after = self._tongue.say("Resolved after {duration}", duration=lasted)
        return self._story(incident, Timed(after), span)

    def _story(self, incident: Incident, when: Timed, span: Timed, *, echo: bool = False) -> Story:
        began = incident.began_at.astimezone(UTC).date()
        day = self._today if incident.resolved_at is None else began
        place = anchor(incident.id)
        return Story(
            anchor=place,
            address=f"incidents/{place}/index.html",
            sentence=tidy(incident.sentence) or self._tongue.say("Something is down."),
            impact=str(incident.impact),
            when=when,
            span=span,
            components=self._concerned(incident.components),
            audience=tidy(incident.audience),
            echo=echo,
            said=tuple(self._said(update, day, place) for update in incident.updates[:-4:-1]),
            more=self._more(len(incident.updates)),
            lately=safe(lately(incident, self._tongue, self._today)),
        )

    def _more(self, number: int) -> str:
        if number <= MOST_UPDATES:
            return ""
        return self._tongue.count("{number} update", "All {number} updates", number)

    def _said(self, update: Update, day: date, place: str) -> Said:
        long = update.stage is Stage.POSTMORTEM and len(update.words) > _LONG
        return Said(
            stage=stage_name(self._tongue, update.stage),
            when=Timed("", update.at, self._tongue.moment(update.at, day)),
            words=self._begun(update.words, place) if long else markdown(update.words),
        )

    def _begun(self, words: str, place: str) -> Markup:
        """How it begins, and the way to the rest: a post-mortem is read on a page of its own."""
        blocks = map(str.strip, _HEADING.sub("", words).split("\n\n"))
        prose = (tidy(to_text(block)) for block in blocks if not _NO_PROSE.match(block))
        first = next(filter(None, prose), "")
        return Markup(
            '<p dir="auto">{}</p><p><a href="incidents/{}/index.html#page-lessons">{}</a></p>'
        ).format(
            shorten(first, _BEGINNING),
            place,
            self._tongue.say("What happened, and what was learned"),
        )

    def _concerned(self, ids: Iterable[str]) -> str:
        names = list(dict.fromkeys(self._names.get(id_) or tidy(id_) for id_ in ids))
        if not names:
            return ""
        if len(names) > 1 and set(self._names.values()) <= set(names):
            return self._tongue.say("Affects everything")
        if len(names) > _NAMED:
            number = len(names)
            return self._tongue.count("Affects {number} thing", "Affects {number} things", number)
        return self._tongue.say("Affects: {names}", names=self._tongue.listed(names))

    def work(self) -> tuple[Work, ...]:
        """What is under way first, then in the order it starts."""
        made_at = self._page.made_at
        coming = [each for each in self._page.maintenance if each.ends_at > made_at]
        coming.sort(key=lambda each: (each.starts_at > made_at, each.starts_at))
        return tuple(self._work(each) for each in coming[:MOST_WORK])

    def _work(self, given: Maintenance) -> Work:
        now = given.starts_at <= self._page.made_at
        at = given.ends_at if now else given.starts_at
        said = self._tongue.moment(at, self._today)
        place = anchor(given.id)
        lasts = self._tongue.duration(given.ends_at - given.starts_at)
        return Work(
            anchor=place,
            address=f"maintenance/{place}/index.html",
            title=shorten(tidy(given.title), 300) or self._tongue.say("Maintenance"),
            when=self._tongue.timed("Under way until {time}", at, said)
            if now
            else self._tongue.timed("Starts {time}", at, said),
            lasts="" if now else self._tongue.say("Planned for {duration}", duration=lasts),
            components=self._concerned(given.components),
            words=markdown(given.words),
            now=now,
        )


def markdown(text: str) -> Markup:
    return Markup(to_html(text))  # noqa: S704 - made harmless by whoever turned it into HTML
