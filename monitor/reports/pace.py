"""How long good runs took in a month and in the one before, of many probes at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor.clock import to_us
from monitor.pages import hours
from monitor.store import page_numbers
from monitor.store.histogram import percentile


@dataclass(frozen=True, slots=True)
class Speed:
    """What half, and 95 of 100, of the good runs took at most."""

    p50: timedelta
    p95: timedelta


class Pace:
    """Of all *probes*, from the month of *since* up to *until*."""

    def __init__(self, db: Database, probes: Iterable[str], since: date, until: datetime) -> None:
        self._keys = {id_: key for id_, (key, _) in page_numbers.keys(db, probes).items()}
        self._texts: dict[tuple[str, int], list[str]] = {}
        today, of = until.date(), self._keys.values()
        for day, key, text in page_numbers.day_histograms(db, since=since, until=today, of=of):
            self._texts.setdefault((day[:7], key), []).append(text)
        midnight = to_us(datetime.combine(today, time(), UTC))
        for hour in page_numbers.hours(db, since_us=midnight, until_us=to_us(until), of=of):
            self._texts.setdefault((f"{today:%Y-%m}", hour.probe), []).append(hour.histogram)

    def slowest(self, probes: Iterable[str], month: date) -> Speed | None:
        """Of that of *probes* whose good runs took longest at the median, for this is what people
        wait for. None without any.
        """
        keys = [self._keys[probe] for probe in probes if probe in self._keys]
        found = [self._speed(f"{month:%Y-%m}", key) for key in keys]
        return max((each for each in found if each), key=lambda each: each.p50, default=None)

    def _speed(self, month: str, key: int) -> Speed | None:
        took = hours.merged(self._texts.get((month, key), []))
        half, most = percentile(took, 0.5), percentile(took, 0.95)
        return Speed(half, most) if half is not None and most is not None else None
