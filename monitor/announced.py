"""What people said in public, and what work they announced, as the public page holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import status_page
from monitor.config.model import Config
from monitor.store.acts import PublicUpdate, Span
from monitor.store.views import IncidentView
from monitor.windows import Window
from status_page import Stage

AHEAD: Final = timedelta(days=7)
"""Work further away than this is not announced yet."""
MOST: Final = 50


def updates(
    said: Mapping[int, list[PublicUpdate]], incident: IncidentView
) -> tuple[status_page.Update, ...]:
    """Of an incident and of the one that it is told under, oldest first."""
    own = said.get(incident.number, [])
    shared = said.get(incident.under, []) if incident.under else []
    both = sorted([*own, *shared], key=lambda update: update.at)
    return tuple(status_page.Update(each.at, Stage(each.status), each.words) for each in both)


def work(
    spans: Iterable[Span], config: Config, at: datetime
) -> tuple[status_page.Maintenance, ...]:
    """What is under way or about to be, in the order it starts; only what concerns something that
    the public sees.
    """
    written = (_written(span, config) for span in spans)
    configured = (_configured(window, config, at) for window in config.windows)
    found = [each for each in (*written, *configured) if each is not None]
    near = [each for each in found if each.components and each.starts_at <= at + AHEAD]
    return tuple(sorted(near, key=lambda each: (each.starts_at, each.id))[:MOST])


def _written(span: Span, config: Config) -> status_page.Maintenance:
    concerned = frozenset(p.id for p in config.probes.values() if span.concerns(p.id, p.tags))
    return status_page.Maintenance(
        id=f"work-{span.id}",
        title=span.words,
        components=_components(concerned, config),
        starts_at=span.starts_at,
        ends_at=span.ends_at,
    )


def _configured(window: Window, config: Config, at: datetime) -> status_page.Maintenance | None:
    span = window.spans(at)
    if span is None:
        return None
    concerned = frozenset(p.id for p in config.probes.values() if window.concerns(p.id, p.tags))
    return status_page.Maintenance(
        id=f"work-{window.id}",
        title=window.title,
        components=_components(concerned, config),
        starts_at=span[0],
        ends_at=span[1],
    )


def _components(probes: frozenset[str], config: Config) -> tuple[str, ...]:
    return tuple(c.id for c in config.components.values() if probes & set(c.probes))
