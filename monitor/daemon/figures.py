"""How the daemon itself is doing, in figures that decide whether it may call itself sound."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.clock import Clock, from_us
from monitor.daemon.crew import Crew
from monitor.ourselves.soundness import Figures
from monitor.ourselves.systemd import Pulse, pulse_of
from monitor.store import StoreTrouble

NEVER: Final = timedelta(days=1)


class Gauge:
    """Reads the figures off the parts."""

    def __init__(self, crew: Crew, clock: Clock) -> None:
        self._crew = crew
        self._clock = clock
        self._last = Figures()
        self._open = 0

    async def measure(self) -> Figures:
        """A store that cannot even be read counts as one that tells nobody."""
        crew = self._crew
        try:
            oldest, self._open = await crew.reader.ask(_untold)
            untold = max(self._clock.now() - oldest, timedelta()) if oldest else timedelta()
        except StoreTrouble:
            untold = NEVER
        self._last = Figures(
            late=crew.schedule.late,
            unrecorded=crew.keeper.waits_since(),
            untold=untold,
            unpublished=crew.publisher.age,
            unattended=crew.attending.age,
        )
        return self._last

    async def pulse(self) -> Pulse:
        """For the service manager, which must not wait for the store."""
        crew = self._crew
        figures = Figures(
            late=crew.schedule.late,
            unrecorded=crew.keeper.waits_since(),
            untold=self._last.untold,
            unpublished=crew.publisher.age,
            unattended=crew.attending.age,
        )
        return pulse_of(figures, len(crew.recorder.context.config.probes), self._open)


def _untold(db: Database) -> tuple[datetime | None, int]:
    row = db.execute(
        "SELECT min(created_at) FROM outbox WHERE delivered_at IS NULL AND gave_up_at IS NULL"
    ).fetchone()
    still = db.execute("SELECT count(*) FROM incident WHERE resolved_at IS NULL").fetchone()
    return (from_us(row[0]) if row[0] is not None else None), int(still[0])
