"""`last` means the same to every command: what people cannot do comes before what is ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.acts import finding
from monitor.store import kept
from tests.support.outages import Outages

PROMISE = "objective/signin"


@pytest.fixture
def outages(tmp_path: Path) -> Iterator[Outages]:
    found = Outages(tmp_path)
    yield found
    found.writer.close()


def breaks(outages: Outages, probe: str) -> int:
    outages.clock.wind(timedelta(minutes=1))
    number = outages.breaks(probe)
    outages.work(
        lambda db: db.execute("UPDATE probe SET kind = 'objective' WHERE id = ?", [PROMISE])
    )
    return number


def last(outages: Outages) -> tuple[str, str, int | None]:
    """For words, for an acknowledgement, and for the evidence."""
    told = outages.work(lambda db: finding.find_any(db, "last"))
    paged = outages.work(lambda db: finding.find(db, "last"))
    return told.probe, paged.probe, outages.work(kept.newest_incident)


@pytest.mark.parametrize("ours", [PROMISE, "trueup/network", "trueup/drill"])
def test_an_outage_comes_before_a_promise_in_danger_and_trouble_of_ours(
    outages: Outages, ours: str
) -> None:
    outage = breaks(outages, "signin")
    breaks(outages, ours)
    assert last(outages) == ("signin", "signin", outage)


def test_once_it_is_over_it_is_still_what_one_writes_of_and_no_more_what_one_is_on(
    outages: Outages,
) -> None:
    outage = breaks(outages, "signin")
    breaks(outages, PROMISE)
    outages.mended(outage)
    assert last(outages) == ("signin", PROMISE, outage)


def test_one_that_is_open_comes_before_a_newer_one_that_is_over(outages: Outages) -> None:
    still = breaks(outages, "signin")
    outages.mended(breaks(outages, "uploads"))
    assert last(outages) == ("signin", "signin", still)


def test_several_at_once_are_one_and_the_evidence_is_of_the_newest(outages: Outages) -> None:
    first, second = breaks(outages, "signin"), breaks(outages, "uploads")
    outages.summary_of(first, second)
    assert last(outages) == ("trueup/summary", "trueup/summary", second)


def test_where_nothing_else_was_it_is_what_is_ours(outages: Outages) -> None:
    breaks(outages, "trueup/network")
    assert last(outages) == ("trueup/network", "trueup/network", None)
