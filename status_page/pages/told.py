"""From an incident or announced work to what its page says. All days are told with their year, so
that the page says the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Final

from markupsafe import Markup

from status_page.component import Condition
from status_page.incident import Impact, Incident, Maintenance, Stage, Update
from status_page.inside.deployed import shortly_before
from status_page.inside.done import captured, done
from status_page.markdown import to_html
from status_page.pages.kin import Phase, Work, title_of
from status_page.pages.pieces import lifted, safe, scrolling
from status_page.pages.view import Fact, Saying, Story
from status_page.templates import marked
from status_page.text import anchor, shorten, tidy
from status_page.tongue import Timed, Tongue
from status_page.verdicts import stage_name

EVER: Final = date.min
"""Told as today, no day is left out of a time and no year out of a day."""
_MOST_NAMES: Final = 24
_MOST_UPDATES: Final = 200
_TONES: Final = {
    Impact.NONE: Condition.UNKNOWN,
    Impact.MINOR: Condition.DEGRADED,
    Impact.MAJOR: Condition.DOWN,
    Impact.CRITICAL: Condition.DOWN,
}
Names = Sequence[tuple[str, str]]
"""Ids and names of components."""


def tone(incident: Incident) -> Condition:
    return Condition.UP if incident.resolved_at else _TONES[incident.impact]


def of_incident(incident: Incident, names: Names, tongue: Tongue) -> Story:
    said = [_saying(update, tongue) for update in incident.updates[-_MOST_UPDATES:]]
    lessons = next((each for each in reversed(said) if each.kind == Stage.POSTMORTEM), None)
    told = [each for each in said if each is not lessons]
    return Story(
        title=title_of(incident, tongue),
        tone=tone(incident),
        state=Timed(stage_name(tongue, _stage(incident))),
        facts=tuple(_of_incident(incident, names, tongue)),
        note=_backfilled(tongue) if incident.backfilled else "",
        words=Markup(),
        lessons=lessons,
        timeline=tuple(_timeline(incident, told, tongue)),
        back=month_path(incident.began_at),
        month=tongue.month(incident.began_at.date()),
        inside=safe(
            shortly_before(incident.deploys, incident.began_at, tongue, EVER)
            + done(incident.deeds, {}, tongue, EVER)
            + captured(incident.captures, tongue)
        ),
    )


def _stage(incident: Incident) -> Stage:
    return Stage.RESOLVED if incident.resolved_at else incident.stage


def _backfilled(tongue: Tongue) -> str:
    return tongue.say("Written down by a person: none of our probes saw it.")


def _of_incident(incident: Incident, names: Names, tongue: Tongue) -> Iterator[Fact]:
    if incident.resolved_at is None:
        since = tongue.moment(incident.began_at, EVER)
        yield Fact(tongue.say("Since"), _instant(incident.began_at, since))
    else:
        said = tongue.between(incident.began_at, incident.resolved_at, EVER)
        yield Fact(tongue.say("When"), _instant(incident.began_at, said, incident.resolved_at))
        lasted = tongue.duration(incident.lasted(incident.resolved_at))
        yield Fact(tongue.say("How long"), Markup("{}").format(lasted))
    if names:
        yield Fact(tongue.say("Affected"), _links(names, tongue))
    if audience := shorten(tidy(incident.audience), 300):
        yield Fact(tongue.say("Who is affected"), Markup("<bdi>{}</bdi>").format(audience))
    if incident.user_minutes is not None:
        yield Fact(tongue.say("Reach"), Markup("{}").format(_minutes(incident, tongue)))


def _minutes(incident: Incident, tongue: Tongue) -> str:
    """Three digits of it: more is not known."""
    number = incident.user_minutes or 0
    step = 10 ** max(len(str(number)) - 3, 0)
    return tongue.count(
        "about {number} user-minute", "about {number} user-minutes", round(number / step) * step
    )


def _instant(at: datetime, said: str, until: datetime | None = None) -> Markup:
    return Markup('<span class="when">{}</span>').format(marked(Timed("", at, said, until=until)))


def _links(names: Names, tongue: Tongue) -> Markup:
    link = Markup('<a href="../../components/{}/index.html"><bdi>{}</bdi></a>')
    links = [str(link.format(anchor(id_), shorten(tidy(name), 80))) for id_, name in names]
    rest = len(links) - _MOST_NAMES
    if rest > 0:
        links[_MOST_NAMES:] = [tongue.count("{number} more", "{number} more", rest)]
    return safe(tongue.listed(links))


def _saying(update: Update, tongue: Tongue) -> Saying:
    at = tongue.moment(update.at, EVER)
    return Saying(
        stage=stage_name(tongue, update.stage),
        kind=update.stage.value,
        when=Timed("", update.at, at),
        words=_words(update.words, tongue),
        corrected=_corrected(update.edited_at, tongue),
        anchor=anchor(update.id),
    )


def _words(text: str, tongue: Tongue) -> Markup:
    """Of a person, below an `h2`."""
    return safe(scrolling(lifted(to_html(text)), tongue.say("A table")))


def _corrected(at: datetime | None, tongue: Tongue) -> Timed | None:
    return tongue.timed("Corrected {time}", at, tongue.moment(at, EVER)) if at else None


def _timeline(incident: Incident, told: Sequence[Saying], tongue: Tongue) -> Iterator[Saying]:
    """What people said, and its two ends where nobody wrote about them."""
    if incident.resolved_at and not any(each.kind == Stage.RESOLVED for each in told):
        yield _event(incident.resolved_at, tongue.say("It works again."), tongue, "over")
    yield from reversed(told)
    seen = tongue.say("Our probes began to fail.")
    began = tongue.say("It began.") if incident.backfilled else seen
    yield _event(incident.began_at, began, tongue, "opened")


def _event(at: datetime, said: str, tongue: Tongue, name: str) -> Saying:
    words = Markup("<p>{}</p>").format(said)
    return Saying("", "event", Timed("", at, tongue.moment(at, EVER)), words, anchor=name)


def of_work(work: Work, names: Names, tongue: Tongue) -> Story:
    what = work.what
    return Story(
        title=title_of(what, tongue),
        tone=Condition.MAINTENANCE,
        state=Timed(phase_name(work.phase, tongue)),
        facts=tuple(_of_work(what, names, tongue)),
        note="",
        words=_words(what.words, tongue) if what.words else Markup(),
        lessons=None,
        timeline=(),
        back=month_path(what.starts_at),
        month=tongue.month(what.starts_at.date()),
        inside=Markup(),
    )


def phase_name(phase: Phase, tongue: Tongue) -> str:
    return {
        Phase.AHEAD: tongue.say("Announced"),
        Phase.NOW: tongue.say("Under way"),
        Phase.OVER: tongue.say("Over"),
    }[phase]


def _of_work(what: Maintenance, names: Names, tongue: Tongue) -> Iterator[Fact]:
    said = tongue.between(what.starts_at, what.ends_at, EVER)
    yield Fact(tongue.say("When"), _instant(what.starts_at, said, what.ends_at))
    span = tongue.duration(what.ends_at - what.starts_at)
    yield Fact(tongue.say("How long"), Markup("{}").format(span))
    if names:
        yield Fact(tongue.say("Affected"), _links(names, tongue))
    if what.announced_at is not None:
        at = tongue.moment(what.announced_at, EVER)
        yield Fact(tongue.say("Announced"), _instant(what.announced_at, at))


def month_path(at: datetime) -> str:
    """From the top of the language's folder."""
    return f"history/{at:%Y-%m}/index.html"
