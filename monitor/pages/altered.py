"""How targets changed, for the pages of those who run them. The public never reads it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import origins
from monitor.config.model import Config, PageSettings
from monitor.fingerprints.words import became_of
from monitor.notices.altered import TELLS, said_of
from monitor.store import fingerprints
from monitor.store.fingerprints import Stands
from status_page.changes import Altered

NOTHING: Final[Mapping[int, str]] = MappingProxyType({})
NEWEST: Final = 20
_UNANNOUNCED: Final = (Stands.OPEN, Stands.TOLD, Stands.EXPLAINED)


def newest(
    db: Database, config: Config, settings: PageSettings, on_page: Mapping[int, str] = NOTHING
) -> tuple[Altered, ...]:
    """Of what the components of the page ask; nothing on pages that are not internal. *on_page* are
    the ids of incidents there, by number.
    """
    if not settings.internal:
        return ()
    shown = (
        None if settings.components is None and not settings.groups else _asked(config, settings)
    )
    return tuple(
        Altered(
            at=each.seen_at,
            target=each.target,
            said=said_of(each.name, each.was, each.became),
            then=became_of(db, each) + (f". {TELLS}" if each.state is Stands.HABIT else ""),
            announced=each.state not in _UNANNOUNCED,
            incident=on_page.get(each.incident or 0, ""),
        )
        for each in fingerprints.newest(db, NEWEST)
        if shown is None or each.origin in shown
    )


def _asked(config: Config, settings: PageSettings) -> frozenset[str]:
    probes = {
        probe
        for each in config.components.values()
        if each.id in (settings.components or ()) or each.group in settings.groups
        for probe in each.probes
    }
    return frozenset(
        origins.origin_of(config.probes[probe]) for probe in probes if probe in config.probes
    )
