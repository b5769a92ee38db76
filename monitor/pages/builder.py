"""Makes a page from what the store knows, again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor import announced
from monitor.announced import Plan, Work, Works
from monitor.config.model import Component, Config, PageSettings, Probe
from monitor.pages import altered, told
from monitor.pages.changed import Changed
from monitor.pages.history import MONTHS, History
from monitor.pages.part import NOTHING_INSIDE, Inside, Part
from monitor.pages.promises import Promises, Reading
from monitor.pages.steps import Steps
from monitor.pages.told import Seen
from monitor.pages.watched import Watched
from monitor.store import acts, public, views
from monitor.store.acts import Kind, Span
from monitor.store.public import Told
from monitor.store.views import ProbeView
from status_page import Page
from status_page.incident import Incident, Maintenance

KEPT: Final = timedelta(days=366)
"""How long an incident that is over is on the page."""
_DAY: Final = timedelta(days=1)
_PAST: Final = timedelta(days=31 * MONTHS)

_Named = TypeVar("_Named", Incident, Maintenance)


def build(db: Database, config: Config, at: datetime, settings: PageSettings | None = None) -> Page:
    """A page as of *at*, the first one if none is named."""
    return Builder(settings or config.page).build(db, config, at)


class Builder:
    """Of one page. What did not change since the page before is the very same object in the next
    one. Not for several threads at once.
    """

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        self._config: Config | None = None

    def build(self, db: Database, config: Config, at: datetime) -> Page:
        """As of *at*. The first page reads all of the past, the later ones what is new in it."""
        if config is not self._config:
            self._begin(config)
        try:
            self._read(db, at)
        except BaseException:
            self._config = None  # what was read in part is no ground for the next page
            raise
        incidents = _same(self._incidents(db, at), self._kept_incidents)
        promises = self._promised(db, at)
        settings = self._settings
        return Page(
            id=settings.id,
            title=settings.title,
            url=settings.url,
            description=settings.description,
            environment=config.environment,
            language=settings.language,
            languages=(
                settings.language,
                *(each for each in settings.languages if each != settings.language),
            ),
            look=settings.look,
            internal=settings.internal,
            protected=bool(settings.password),
            made_at=at,
            fresh_for=settings.fresh_for,
            components=tuple(part.made(at, self._inside(part, promises)) for part in self._parts),
            incidents=incidents,
            complete_since=self._complete_since,
            maintenance=_same(self._works.told(self._shown, at), self._kept_works),
            subscribe=_subscribe(config, settings),
            deploys=self._changed.newest(),
            deeds=self._changed.deeds(),
            altered=altered.newest(db, config, settings, self._changed.on_page),
            coverage=self._watched.coverage,
        )

    def _begin(self, config: Config) -> None:
        self._config = config
        shown = list(_shown(config, self._settings))
        self._components = {component.id: component for component in shown}
        self._behind = told.behind(shown)
        self._shown = [(each, _probes(config, each)) for each in shown]
        self._history = History((p for each in shown for p in each.probes), config.location)
        self._configured: tuple[date, list[Work]] = (date.min, [])
        self._written: list[Span] = []
        self._works = Works()
        self._parts = [Part(self._settings, self._history, *each) for each in self._shown]
        self._steps = Steps(config)
        self._changed = Changed(config, self._settings)
        self._watched = Watched(config, self._settings)
        self._promises = Reading(config, self._components if self._settings.internal else ())
        self._views: Mapping[str, ProbeView] = {}
        self._kept_incidents: dict[str, Incident] = {}
        self._complete_since: date | None = None
        self._made_of: tuple[object, ...] | None = None
        self._kept_works: dict[str, Maintenance] = {}

    def _read(self, db: Database, at: datetime) -> None:
        changed_at = self._read_works(db, at)
        self._history.read(db, at, changed_at=changed_at)
        stepping = [part.steps_of for part in self._parts if part.steps_of is not None]
        self._steps.read(db, self._history.edge_us, set(stepping))
        if self._settings.internal and self._config:
            of = self._history.keys
            self._views = views.probes(db, self._config.location, of=of)
        self._changed.read(db, at)
        self._watched.read(db, at)
        for part in self._parts:
            part.read(self._works, self._steps)

    def _read_works(self, db: Database, at: datetime) -> datetime | None:
        """From when on announced work is another than it was; None: it is the same."""
        assert self._config is not None  # noqa: S101 - `_begin` came before
        today, before = at.astimezone(UTC).date(), self._configured[0]
        if today != before:
            until = at + announced.AHEAD + _DAY
            works = announced.configured(self._config.windows, at - _PAST, until)
            self._configured = (today, works)
        written = acts.spans(db, Kind.MAINTENANCE, at, since=at - _PAST)
        changed = [span for span in written if span not in self._written]
        changed += [span for span in self._written if span not in written]
        if changed or today != before:
            self._written = written
            self._works = Works([*announced.written(written), *self._configured[1]])
        return min((span.starts_at for span in changed), default=None)

    def _incidents(self, db: Database, at: datetime) -> Iterable[Incident]:
        since = (at - KEPT).replace(hour=0, minute=0, second=0, microsecond=0)
        found = public.for_pages(db, since=since)
        over = all(each.ended_at is not None for each in found)
        self._changed.read_evidence(db, found)
        made_of = (found, self._works, self._changed.evidence)
        if over and self._made_of == made_of:
            return self._kept_incidents.values()
        self._made_of = made_of
        seen = Seen(
            settings=self._settings,
            components=self._components,
            behind=self._behind,
            plans=self._plan,
            slow=frozenset(self._history.slow),
            at=at,
            evidence=self._changed.of_incident,
        )
        made = told.incidents(found, seen)
        self._complete_since = _complete_since(found, made, at)
        return made

    def _promised(self, db: Database, at: datetime) -> Promises:
        ends = [(each.id, each.resolved_at) for each in self._kept_incidents.values()]
        return self._promises.read(db, at, ends)

    def _inside(self, part: Part, promises: Promises) -> Inside:
        if not (self._settings.internal or self._settings.deploys):
            return NOTHING_INSIDE
        deploys = self._changed.of_component(part.id, part.probes)
        return Inside(self._views, deploys, promises.get(part.id, ()))

    def _plan(self, probe: str) -> Plan:
        known = self._config.probes.get(probe) if self._config else None
        return announced.NOTHING if known is None else self._works.plan([known])


def _complete_since(found: Sequence[Told], made: Sequence[Incident], at: datetime) -> date | None:
    """See `Page`. What is open comes first, so that there may be nothing that is over."""
    cut = [found[-1].ended_at and found[-1].began_at] if len(found) >= public.MOST else []
    cut += [made[-1].resolved_at and made[-1].began_at] if len(made) >= told.MOST else []
    return max(((each or at) + _DAY).date() for each in cut) if cut else None


def _same(new: Iterable[_Named], known: dict[str, _Named]) -> tuple[_Named, ...]:
    """With the very objects that are *known*, where they are equal; these are known then."""
    found = tuple(
        old if (old := known.get(each.id)) is each or old == each else each for each in new
    )
    known.clear()
    known.update((each.id, each) for each in found)
    return found


def _subscribe(config: Config, settings: PageSettings) -> str:
    """The form at the daemon's server; empty where there is none."""
    if not (settings.subscribe and config.address and config.listen):
        return ""
    below = f"pages/{settings.id}/" if settings.id else ""
    return f"{config.address.rstrip('/')}/{below}subscribe/"


def _shown(config: Config, settings: PageSettings) -> Iterable[Component]:
    """Those of the page under the names that it has for them, in the order of the configuration."""
    everything = settings.components is None and not settings.groups
    for component in config.components.values():
        named = component.id in (settings.components or ())
        if everything or named or component.group in settings.groups:
            yield replace(
                component,
                name=settings.names.get(component.id, component.name),
                says=settings.says.get(component.id, component.says),
            )


def _probes(config: Config, component: Component) -> list[Probe]:
    """Those that are configured."""
    return [config.probes[probe] for probe in component.probes if probe in config.probes]
