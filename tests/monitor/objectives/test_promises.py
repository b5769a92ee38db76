"""What a configuration promises and cannot keep is said before it matters, with a way out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.config import Config, load
from monitor.config.changes import Capture, Changes, Objective, Span
from monitor.config.detection import allowance, worst, worst_to_page
from monitor.config.model import Component, Probe
from monitor.config.promises import faults, home_only, unkept
from monitor.config.remedies import changed, remedy
from monitor.policy import For, InARow, Policy
from monitor.routing import Hours, Routing, Severity, everyone
from probes import Settings
from tests.support.attending import a_channel
from tests.support.checkout import ROOT
from tests.support.configs import a_config, a_probe

SECOND = timedelta(seconds=1)
FIFTEEN = Objective(
    id="shortener",
    component="shorten",
    share=timedelta(minutes=15) / timedelta(days=365),
    allows=timedelta(minutes=15),
    window=timedelta(days=365),
    zone=ZoneInfo("UTC"),
    written="15m per year",
)


def shortener(probe_id: str = "shorten", **changes: Any) -> Probe:
    """Every minute, ten seconds for a try, two more tries, two runs."""
    given: dict[str, Any] = {"channels": ("oncall",), "confirm": (2 * SECOND, 8 * SECOND)}
    return a_probe(probe_id, **given | changes)


def promising(*probes: Probe, promise: Objective = FIFTEEN, **changes: Any) -> Config:
    config = a_config(*probes, channels=(a_channel("oncall"),), **changes)
    component = Component(id="shorten", name="Short links", probes=tuple(p.id for p in probes))
    objectives = {promise.id: promise}
    return replace(
        config,
        components={"shorten": component},
        changes=replace(config.changes, objectives=objectives),
    )


def test_from_the_fault_to_the_page_every_part_counts() -> None:
    capture = Capture(id="logs", probes=("shorten",), wait=5 * SECOND)
    other = Capture(id="other", probes=("another",), wait=20 * SECOND)
    config = promising(shortener(), changes=Changes(captures={"logs": capture, "other": other}))
    found = worst_to_page(config.probes["shorten"], config)
    assert (found.interval, found.runs, found.tries) == (60 * SECOND, 40 * SECOND, 40 * SECOND)
    assert (found.captures, found.delivery, found.channel) == (5 * SECOND, 10 * SECOND, "oncall")
    assert found.total == 155 * SECOND
    assert found.parts() == (
        "1m until it is asked, 40s until it has failed often enough, 40s for the tries of the last"
        " run, 5s for what is fetched, 10s for oncall to take it"
    )


def test_fifteen_minutes_a_year_cannot_be_kept_every_five_minutes_and_the_way_out_is_named() -> (
    None
):
    config = promising(shortener(every=300 * SECOND))
    [(objective, sentence)] = unkept(config)
    assert objective is FIFTEEN
    assert sentence == (
        "15m per year: the worst detection takes 8m20s, 56 % of the year's budget;"
        ' every = "1m" brings it to 2m30s'
    )


def test_what_can_be_kept_is_not_spoken_of() -> None:
    assert list(unkept(promising(shortener()))) == []


def test_applied_the_way_out_is_what_it_says() -> None:
    config = promising(shortener(every=300 * SECOND))
    [change] = remedy(config, FIFTEEN, FIFTEEN.page_share * allowance(FIFTEEN))
    after = changed(config, change)
    assert after.probes["shorten"].every == 60 * SECOND
    found = worst(after, FIFTEEN)
    assert found is not None
    assert found.total == 150 * SECOND
    assert list(unkept(after)) == []


def test_where_asking_more_often_is_not_enough_other_keys_are_tried() -> None:
    probe = shortener(confirm=(), every=30 * SECOND, settings=Settings(timeout=20 * SECOND))
    strict = replace(FIFTEEN, page_share=0.069)  # 62 s
    [(_, sentence)] = unkept(promising(probe, promise=strict))
    assert sentence.endswith("open_after = 1 brings it to 1m")


def test_two_keys_are_named_where_one_alone_does_not_do() -> None:
    strict = replace(FIFTEEN, page_share=0.06)
    [(_, sentence)] = unkept(promising(shortener(), promise=strict))
    assert sentence.endswith('every = "20s" and confirm = [] bring it to 50s')


def test_what_nothing_helps_is_said_to_be_so() -> None:
    one_second = replace(FIFTEEN, share=1e-9, allows=None, written="99.9999999 %")
    [(_, sentence)] = unkept(promising(shortener(), promise=one_second))
    assert "no change of every, confirm, timeout and open_after brings it" in sentence


def test_a_fault_that_only_the_slowest_probe_sees_is_the_worst() -> None:
    config = promising(shortener("quick", every=10 * SECOND), shortener("slow", every=600 * SECOND))
    found = worst(config, FIFTEEN)
    assert found is not None
    assert found.probe == "slow"
    [(_, sentence)] = unkept(config)
    assert sentence.endswith('every = "1m" in slow brings it to 2m30s')


def test_asked_more_seldom_than_may_ever_be_spent() -> None:
    [(_, sentence)] = unkept(promising(shortener(every=timedelta(hours=1))))
    assert "(all of it may be spent before shorten is asked once)" in sentence


def test_nothing_watches_it() -> None:
    [(_, sentence)] = unkept(promising())
    assert sentence.startswith("nothing watches shorten")


def test_nobody_is_told() -> None:
    [(_, sentence)] = unkept(promising(shortener(channels=())))
    assert sentence == "nobody is told when shorten fails; write channels there"


def test_a_warning_that_waits_until_the_morning_is_no_page() -> None:
    night = Routing(severity=Severity.WARNING, channels=everyone("oncall"), quiet=Hours("night"))
    probe = a_probe("shorten", routing=night)
    [(_, sentence)] = unkept(promising(probe))
    assert sentence.startswith("in the quiet hours night nobody is told of shorten")


def test_the_shortest_month_counts() -> None:
    month = replace(FIFTEEN, share=0.001, allows=None, window=Span.MONTH, written="99.9 %")
    assert allowance(month) == timedelta(days=28) * 0.001
    [(_, sentence)] = unkept(promising(shortener(every=600 * SECOND), promise=month))
    assert "of the month's budget" in sentence


@pytest.fixture(scope="module")
def sample() -> Config:
    return load(ROOT / "probes.toml")


def test_the_sample_keeps_fifteen_minutes_a_year_or_says_what_would(sample: Config) -> None:
    promise = replace(FIFTEEN, component="short-links")
    config = replace(sample, changes=replace(sample.changes, objectives={promise.id: promise}))
    found = worst(config, promise)
    assert found is not None
    assert found.probe == "shorten"
    assert found.total < timedelta(minutes=3)
    assert list(faults(config, promise)) == []


def test_a_page_that_only_opens_says_little(sample: Config) -> None:
    assert home_only([sample.probes["home"]])
    assert not home_only([sample.probes["home"], sample.probes["shorten"]])
    assert not home_only([sample.probes["library"]])
    assert not home_only([])


@given(
    every=some.integers(1, 4000),
    timeout=some.integers(1, 60),
    confirm=some.lists(some.integers(0, 30), max_size=3),
    opening=some.one_of(
        some.integers(1, 5).map(InARow),
        some.integers(1, 900).map(lambda seconds: For(seconds * SECOND)),
    ),
    share=some.floats(0.01, 1.0),
)
def test_whatever_is_proposed_is_true_when_it_is_applied(
    every: int, timeout: int, confirm: list[int], opening: InARow | For, share: float
) -> None:
    probe = shortener(
        every=every * SECOND,
        settings=Settings(timeout=timeout * SECOND),
        confirm=tuple(each * SECOND for each in confirm),
        policy=Policy(opening=opening),
    )
    promise = replace(FIFTEEN, page_share=share)
    config = promising(probe, promise=promise)
    before, most = worst(config, promise), share * allowance(promise)
    changes = remedy(config, promise, most)
    for change in changes:
        config = changed(config, change)
    after = worst(config, promise)
    assert before is not None
    assert after is not None
    assert len(changes) <= 2
    if before.total > most and changes:
        assert after.total <= most
        assert list(unkept(config)) == []
