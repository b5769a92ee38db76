"""What people said and announced, on its way to the public page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor import pages
from monitor.acts.orders import Maintain, Say
from monitor.windows import Window
from status_page import Page, Stage
from tests.support.clock import NIGHT
from tests.support.outages import Outages

HOUR = timedelta(hours=1)


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    yield found
    found.writer.close()


def page(outages: Outages) -> Page:
    at = outages.clock.now()
    built: Page = outages.work(lambda db: pages.build(db, outages.config, at))
    return built


def window(name: str, starts: datetime, **about: frozenset[str]) -> Window:
    span = (starts, starts + HOUR)
    return Window(name, name, spans=lambda _: span, **about)


def test_words_stand_under_their_incident_open_or_over(outages: Outages) -> None:
    number = outages.breaks()
    outages.orders(Say(incident=number, status=Stage.INVESTIGATING, words="Looking."))
    outages.clock.wind(HOUR)
    outages.mended(number)
    outages.orders(Say(incident=number, status=Stage.RESOLVED, words="Disks."))
    [incident] = page(outages).incidents
    assert [(u.stage, u.words) for u in incident.updates] == [
        (Stage.INVESTIGATING, "Looking."),
        (Stage.RESOLVED, "Disks."),
    ]
    assert incident.resolved_at == NIGHT + HOUR


def test_what_is_said_of_a_summary_is_said_of_everything_in_it(outages: Outages) -> None:
    members = [outages.breaks(probe, channels=()) for probe in ("signin", "uploads", "inner")]
    summary = outages.summary_of(*members)
    outages.orders(Say(incident=summary, status=Stage.IDENTIFIED, words="The network."))
    found = page(outages).incidents
    assert [incident.components for incident in found] == [("uploads",), ("signin",)]
    assert all(incident.updates[0].words == "The network." for incident in found)


def test_work_is_announced_a_month_ahead_for_what_the_public_sees(outages: Outages) -> None:
    orders = (
        Maintain(probes=("signin",), words="Now", ends_at=NIGHT + HOUR),
        Maintain(probes=("inner",), words="Inside", ends_at=NIGHT + HOUR),
        Maintain(
            everything=True,
            words="Soon",
            starts_at=NIGHT + 30 * HOUR,
            ends_at=NIGHT + 31 * HOUR,
        ),
        Maintain(
            everything=True,
            words="Far",
            starts_at=NIGHT + 24 * 31 * HOUR,
            ends_at=NIGHT + 24 * 32 * HOUR,
        ),
    )
    for order in orders:
        outages.orders(order)
    weekly = window("weekly", NIGHT + 2 * HOUR, tags=frozenset({"shop"}))
    never = Window("never", "never")
    outages.config = replace(outages.config, windows=(weekly, never))
    found = page(outages).maintenance
    assert [(work.title, work.components) for work in found] == [
        ("Now", ("signin",)),
        ("weekly", ("uploads",)),
        ("Soon", ("signin", "uploads")),
    ]
