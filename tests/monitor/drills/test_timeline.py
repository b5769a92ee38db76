"""How a drill went, told from readings: nothing is invented, and nothing is overlooked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.config import load
from monitor.drills.outages import OUTAGES
from monitor.drills.reading import DOWN, UP, Heard, Opened, Reading, conditions_of, heard_of
from monitor.drills.timeline import Timeline, begun, document, seen
from tests.support.checkout import ROOT

UPGRADE = OUTAGES["accidental-upgrade"]
ALL = ("website", "uploads", "short-links", "signing-in", "library", "messages", "api")


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def reading(
    seconds: float,
    *,
    down: Iterable[str] = (),
    heard: Iterable[Heard] = (),
    opened: Iterable[Opened] = (),
) -> Reading:
    conditions = {name: DOWN if name in down else UP for name in ALL}
    return Reading(
        after=at(seconds), conditions=conditions, heard=tuple(heard), opened=tuple(opened)
    )


@pytest.fixture(scope="module")
def fresh() -> Timeline:
    return begun(UPGRADE, load(ROOT / "probes.toml"))


def through(line: Timeline, *readings: Reading) -> Timeline:
    for each in readings:
        line = seen(line, each)
    return line


SIGNIN = Opened("signin", at(14.04), is_over=False)
MESSAGE = Opened("message", at(31), is_over=False)
TOLD = Heard("opened", 7, "signin")
ENDED = Heard("resolved", 7, "signin")
BROKEN = {"signing-in", "messages"}


def known(fresh: Timeline) -> Timeline:
    """Until it is mended."""
    return through(
        fresh,
        reading(10),
        reading(14.2, opened=[SIGNIN]),
        reading(14.6, opened=[SIGNIN], heard=[TOLD]),
        reading(15.2, opened=[SIGNIN], heard=[TOLD], down={"signing-in"}),
        reading(31.4, opened=[SIGNIN, MESSAGE], heard=[TOLD], down=BROKEN),
    )


def test_a_drill_is_told_by_what_came_first(fresh: Timeline) -> None:
    line = known(fresh)
    assert (line.detected, line.told, line.published) == (at(14.04), at(14.6), at(15.2))
    assert line.is_known
    assert line.pages == 1


def test_it_is_mended_only_once_all_that_is_broken_was_said(fresh: Timeline) -> None:
    line = through(fresh, reading(15, opened=[SIGNIN], heard=[TOLD], down={"signing-in"}))
    assert not line.is_known
    assert line.missed == ("messages",)


def test_it_is_over_when_all_is_up_and_everybody_who_heard_of_it_heard_that(
    fresh: Timeline,
) -> None:
    line = replace(known(fresh), mended=at(32))
    over = [replace(SIGNIN, is_over=True), replace(MESSAGE, is_over=True)]
    not_yet = (
        reading(40, opened=over, heard=[TOLD, ENDED], down={"messages"}),
        reading(41, opened=[over[0], MESSAGE], heard=[TOLD, ENDED]),
        reading(42, opened=over, heard=[TOLD]),
        Reading(after=at(43), conditions=None, heard=None, opened=None),
    )
    assert through(line, *not_yet).recovered is None
    line = through(line, *not_yet, reading(50.3, opened=over, heard=[TOLD, ENDED]))
    assert line.recovered == at(18.3)
    assert line.is_good
    assert line.troubles == ()


def test_the_document_has_seconds_and_null_for_what_did_not_happen(fresh: Timeline) -> None:
    assert document(known(fresh)) == {
        "outage": "accidental-upgrade",
        "component": "signing-in",
        "detected_s": 14.0,
        "told_s": 14.6,
        "published_s": 15.2,
        "recovered_s": None,
        "pages": 1,
        "false_components": [],
        "original_detection_s": 172800.0,
    }


def test_what_is_down_and_was_not_broken_is_a_false_component(fresh: Timeline) -> None:
    line = through(fresh, reading(5, down={"api"}), reading(6))
    assert document(line)["false_components"] == ["api"]
    assert "said to be down and was not: api" in line.troubles


def test_a_second_page_is_one_too_many(fresh: Timeline) -> None:
    line = through(fresh, reading(20, heard=[TOLD, Heard("opened", 8, "message")]))
    assert line.pages == 2
    assert "it was told 2 times" in line.troubles


def test_a_detection_may_take_two_intervals_and_five_seconds(fresh: Timeline) -> None:
    assert fresh.allowed == at(35)
    line = through(fresh, reading(36, opened=[replace(SIGNIN, after=at(35.1))]))
    assert "it was detected after 35.1 s instead of 35.0 s" in line.troubles


def test_what_failed_but_was_not_broken_detects_nothing(fresh: Timeline) -> None:
    line = through(fresh, reading(9, opened=[Opened("upload", at(8), is_over=False)]))
    assert line.detected is None
    assert "it was not detected" in line.troubles


def test_what_did_not_happen_at_all_is_said_once_for_each(fresh: Timeline) -> None:
    assert through(fresh, reading(90)).troubles == (
        "it was not detected",
        "nobody was told",
        "the public page did not say so",
        "it was not seen to be over",
    )


def test_groups_are_no_components_and_nonsense_is_nothing() -> None:
    rows = [{"id": "a", "status": UP, "group": False}, {"id": "g", "status": UP, "group": True}]
    assert conditions_of({"components": rows}) == {"a": UP}
    assert conditions_of(None) is None
    assert heard_of({"error": "no"}) is None
    assert heard_of([{"event": "opened", "incident": 7, "probe": "signin"}, 3]) == (TOLD,)
