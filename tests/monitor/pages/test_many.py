"""A year with more outages than a page can tell."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest

from monitor.clock import to_us
from monitor.pages import told
from monitor.store import public
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import DAY, HOUR, MINUTE, Stored
from tests.monitor.pages.test_telling import an_incident, one, seen
from tests.support.clock import NIGHT

_INSERT = (
    "INSERT INTO incident (probe, location, dedup_key, began_at, opened_at, recovered_at,"
    " resolved_at, reason, summary, failed_step, failures)"
    " VALUES (?, 'here', ?, ?, ?, ?, ?, 'status', '', '', 2)"
)


def flapping(stored: Stored, number: int, since: datetime) -> None:
    """An outage of five minutes every hour."""

    def write(db: Any) -> None:
        rows = []
        for at in range(number):
            began, ended = to_us(since + at * HOUR), to_us(since + at * HOUR + 5 * MINUTE)
            rows.append((stored.keys["web"], f"{at:08d}" * 8, began, began, ended, ended))
        db.conn.executemany(_INSERT, rows)

    stored.work(write)


def test_two_thousand_outages_of_a_winter_are_all_told(stored: Stored) -> None:
    flapping(stored, 2_000, NIGHT - 100 * DAY)
    page = stored.page(NIGHT)
    assert len(page.incidents) == 2_000
    assert page.complete_since is None


@pytest.mark.parametrize("bound", [told, public])
def test_a_page_says_from_when_on_it_tells_everything(
    make: Make, monkeypatch: pytest.MonkeyPatch, bound: Any
) -> None:
    monkeypatch.setattr(bound, "MOST", 48)
    stored = make()
    flapping(stored, 100, NIGHT - 100 * HOUR)
    page = stored.page(NIGHT)
    assert len(page.incidents) == 48
    assert page.complete_since == (NIGHT - 48 * HOUR + DAY).date()
    assert stored.page(NIGHT + MINUTE).complete_since == page.complete_since


def test_a_probe_that_flaps_while_another_is_down_for_months_does_not_stop_the_page() -> None:
    lasting = an_incident(1, began_at=NIGHT - 300 * DAY, ended_at=None)
    flaps = [
        an_incident(2 + at, "tour", began_at=NIGHT - 299 * DAY + at * HOUR) for at in range(4_000)
    ]
    began = time.monotonic()
    assert one(told.incidents([lasting, *flaps], seen())).id == "key1"
    assert time.monotonic() - began < 3
