"""Down is as long as the incidents were, however often it was asked meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database  # noqa: TID251 - a test of the store

from monitor.context import Context
from monitor.policy import InARow, OutOf, Policy
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.slots import slot_at
from monitor.store import fives, records
from monitor.store.schema import MIGRATIONS
from probes import Outcome, Reason, Result
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

T = TypeVar("T")
SECOND: Final = timedelta(seconds=1)
US: Final = timedelta(microseconds=1)
OUTCOMES: Final = {"u": Outcome.PASS, "d": Outcome.FAIL, "e": Outcome.ERROR, "s": Outcome.SLOW}
ONCE: Final = Policy(InARow(1), close_after=1, flapping=False)


class Store:
    """In memory; what is asked of it comes from the rows alone, as after a restart."""

    def __init__(self) -> None:
        self.db = Database(memory=True)
        MIGRATIONS.apply(self.db)

    async def do(self, work: Callable[[Database], T]) -> T:
        with self.db.atomic():
            return work(self.db)


class Story:
    """One probe, and everything that it was asked."""

    def __init__(self, every: timedelta, policy: Policy = ONCE) -> None:
        self.probe = a_probe("signin", every=every, policy=policy, channels=("oncall",))
        self.store = Store()
        rows = [records.ProbeRow("signin", "Sign in", "toy")]
        keys = records.sync_probes(self.store.db, rows, NIGHT)
        self.context = Context(a_config(self.probe), keys, "one")
        self.start = slot_at("signin", every, NIGHT) + every

    def asked(self, at: datetime, letter: str, *, slot: datetime | None = None) -> None:
        """In a slot of its own when *at* is one, or comes with one; else between two."""
        due = slot or slot_at("signin", self.probe.every, at)
        reason = Reason.STATUS if letter == "d" else None
        run = Run(
            probe=self.probe,
            slot=slot or at,
            started_at=at,
            lasted=SECOND,
            result=Result(outcome=OUTCOMES[letter], reason=reason, took=SECOND),
            between=at != due and slot is None,
        )
        recorder = Recorder(self.store, HandClock(at), Path("/nowhere"), self.context)
        asyncio.run(recorder.record(run))

    def day(self) -> tuple[timedelta, timedelta]:
        """What is known, and what of it was down."""
        row = self.store.db.execute("SELECT sum(known_us), sum(down_us) FROM rollup_1d").fetchone()
        return row[0] * US, row[1] * US

    def fives(self) -> timedelta:
        until = self.start + timedelta(days=1)
        while fives.fold(self.store.db, until=until, most=1000):
            pass
        [(down_us,)] = self.store.db.execute("SELECT sum(down_us) FROM rollup_5m").fetchall()
        return int(down_us) * US

    def incidents(self) -> list[tuple[timedelta, timedelta | None]]:
        rows = self.store.db.execute("SELECT began_at, recovered_at FROM incident").fetchall()
        return [(r[0] * US, None if r[1] is None else r[1] * US) for r in rows]


def test_an_outage_under_the_closer_look_after_a_deploy_is_down_as_long_as_it_lasted() -> None:
    story = Story(30 * SECOND)
    for second in range(0, 200, 2):
        at = story.start + second * SECOND
        story.asked(at, "d" if 37 < second < 77 else "u")
    [(began, recovered)] = story.incidents()
    assert recovered is not None
    assert recovered - began == 40 * SECOND
    assert story.day() == (210 * SECOND, 40 * SECOND)
    assert story.fives() == 40 * SECOND


def test_what_a_run_between_two_slots_saw_first_is_down_until_the_next_slot_and_no_longer() -> None:
    story = Story(60 * SECOND, Policy(InARow(2)))
    for second, letter in ((0, "d"), (30, "d"), (60, "d"), (90, "d"), (120, "u")):
        story.asked(story.start + second * SECOND, letter)
    assert story.day() == (180 * SECOND, 120 * SECOND)


def test_runs_that_begin_a_little_early_and_a_little_late_leave_no_second_of_it_out() -> None:
    story = Story(60 * SECOND)
    jitter = (0, 4, -3, 1, -5, 5, 0, -4, 2, 0)
    for number, off in enumerate(jitter):
        slot = story.start + number * 60 * SECOND
        story.asked(slot + off * timedelta(milliseconds=1), "d", slot=slot)
    assert story.day() == (600 * SECOND, 600 * SECOND)


def test_a_run_that_begins_late_speaks_until_the_next_slot_and_not_beyond() -> None:
    story = Story(60 * SECOND)
    story.asked(story.start + 12 * SECOND, "d", slot=story.start)
    story.asked(story.start + 60 * SECOND, "u")
    assert story.day() == (120 * SECOND, 48 * SECOND)


def test_a_clock_that_ran_ahead_costs_no_outage_after_it_was_set() -> None:
    story = Story(60 * SECOND)
    story.asked(story.start + timedelta(hours=9), "d")
    for number in range(3):
        at = story.start + number * 60 * SECOND
        story.asked(at, "d", slot=story.start + timedelta(hours=9) + (number + 1) * US)
    assert story.day()[1] == 4 * 60 * SECOND


@pytest.mark.parametrize("every", [60 * SECOND, 600 * SECOND])
def test_what_could_not_be_asked_is_not_down_however_often_it_was_tried(every: timedelta) -> None:
    story = Story(every)
    for quarter, letter in enumerate("uuddeueuduuu"):
        story.asked(story.start + quarter * every / 4, letter)
    known, down = story.day()
    assert (known, down) == (2 * every, 3 * every / 4)
    assert story.fives() == down


ASKED = st.lists(
    st.tuples(st.integers(0, 119), st.sampled_from("uuddds")), max_size=60, unique_by=lambda a: a[0]
)


@settings(max_examples=60, deadline=None)
@given(ASKED, st.sampled_from([30, 90, 600, 1200]), st.sampled_from("ud"))
def test_in_any_order_of_slots_and_runs_between_down_is_what_was_covered_once(
    between: Sequence[tuple[int, str]], every_s: int, usually: str
) -> None:
    """A failing run covers the time until its next slot, or until somebody saw it work again."""
    every = every_s * SECOND
    story = Story(every)
    answers = dict.fromkeys(range(0, 120, 10), usually) | dict(between)
    covered = timedelta()
    for tenth, letter in sorted(answers.items()):
        story.asked(story.start + tenth * every / 10, letter)
        later = min((t for t in answers if t > tenth), default=120)
        covered += (later - tenth) * every / 10 if letter == "d" else timedelta()
    assert story.day() == (12 * every, covered)
    assert story.fives() == covered
    ended = [end - began for began, end in story.incidents() if end is not None]
    if len(ended) == len(story.incidents()):
        assert sum(ended, timedelta()) == covered


def test_the_failures_that_it_took_to_open_are_down_from_the_first_one() -> None:
    story = Story(60 * SECOND, Policy(OutOf(2, 3)))
    for number, letter in enumerate("duduu"):
        story.asked(story.start + number * 60 * SECOND, letter)
    assert story.day()[1] == 3 * 60 * SECOND
