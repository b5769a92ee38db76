"""What is watched, and how, for the pages of those who run it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.config.model import Config, PageSettings
from monitor.coverage import coverage, known_of
from status_page.watching import Coverage, Hole, Watching

_EVERY: Final = timedelta(minutes=10)
_MOST: Final = 20


class Watched:
    """Of one page, looked at every ten minutes: it changes when somebody changes something. A page
    of some components is told of no holes, which may be in others.
    """

    def __init__(self, config: Config, settings: PageSettings) -> None:
        self._config = config
        self._internal = settings.internal
        self._whole = settings.components is None and not settings.groups
        self._read_at: datetime | None = None
        self.coverage: Coverage | None = None

    def read(self, db: Database, at: datetime) -> None:
        if not self._internal or (self._read_at and self._read_at <= at < self._read_at + _EVERY):
            return
        self._read_at = at
        found = coverage(self._config, known_of(self._config, db))
        holes = found.by_kind if self._whole else ()
        made = Coverage(
            score=found.score,
            said=found.in_short if self._whole else "",
            components=tuple(
                Watching(component=each.id, watched_by=each.depth.value, score=each.score)
                for each in found.components
            ),
            holes=tuple(
                Hole(
                    kind=each.hole.heading,
                    says=each.says,
                    remedy=each.remedy,
                    toml=each.toml if each.is_hole else "",
                )
                for each in holes[:_MOST]
            ),
            more=max(0, len(holes) - _MOST),
        )
        if made != self.coverage:
            self.coverage = made
