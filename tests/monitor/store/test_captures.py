"""Rows of captures, and the letters that wait for them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.config.changes import Capture
from monitor.notices import from_json
from monitor.store import captured, captures
from monitor.store.captured import FIRST_LINE_MAX, FIRST_LINES, Fetched, Kept
from tests.support.outages import Outages

LOG = Capture(id="log", probes=("signin",), before=timedelta(minutes=2), wait=timedelta(seconds=5))


@pytest.fixture
def outages(tmp_path: Path) -> Outages:
    return Outages(tmp_path)


def planned(outages: Outages, *wanted: Capture, probe: str = "signin") -> int:
    number, at = outages.breaks(probe), outages.clock.now()
    began_at = at - timedelta(minutes=1)
    outages.work(lambda db: captures.plan(db, number, wanted or (LOG,), began_at, at))
    return number


def ends(outages: Outages, number: int, fetched: Fetched) -> None:
    ids = [each.id for each in outages.work(partial(captures.of_incident, incident=number))]
    at = outages.clock.now()
    outages.work(lambda db: captures.ended(db, ids, fetched, at))


def of(outages: Outages, number: int) -> tuple[Kept, ...]:
    found: tuple[Kept, ...] = outages.work(partial(captures.of_incident, incident=number))
    return found


def test_it_looks_back_from_the_first_failing_run(outages: Outages) -> None:
    number = planned(outages)
    [due] = outages.work(captures.due)
    at = outages.clock.now()
    assert (due.incident, due.probe, due.name) == (number, "signin", "log")
    assert due.since_at == at - timedelta(minutes=3)
    assert due.letters_wait_until == at + timedelta(seconds=5)


def test_it_looks_back_no_further_than_the_end_of_the_last_incident(outages: Outages) -> None:
    outages.clock.wind(timedelta(milliseconds=300))
    outages.mended(outages.breaks("signin"))
    ended_at = outages.clock.now()
    outages.clock.wind(timedelta(seconds=90))
    planned(outages)
    [due] = outages.work(captures.due)
    assert due.since_at == ended_at.replace(microsecond=0) + timedelta(seconds=1)
    planned(outages, probe="uploads")
    assert outages.work(captures.due)[1].since_at == outages.clock.now() - timedelta(minutes=3)


def test_planning_twice_fetches_once(outages: Outages) -> None:
    number, at = planned(outages), outages.clock.now()
    outages.work(lambda db: captures.plan(db, number, [LOG], at, at))
    assert len(outages.work(captures.due)) == 1


def test_only_one_of_two_can_take_it(outages: Outages) -> None:
    planned(outages)
    take = partial(captures.take, ids=[1], at=outages.clock.now())
    assert (outages.work(take), outages.work(take)) == ([1], [])


def test_it_ends_once(outages: Outages) -> None:
    number = planned(outages)
    ends(outages, number, Fetched(text="first", lines=1))
    ends(outages, number, Fetched(text="second", lines=1))
    assert [each.fetched.text for each in of(outages, number)] == ["first"]


def test_what_a_notice_quotes_is_short_and_keeps_its_indentation(outages: Outages) -> None:
    number = planned(outages)
    lines = ["Traceback:", "    " + "x" * 400, *(f"line {n}" for n in range(20))]
    ends(outages, number, Fetched(text="\n".join(lines), lines=22))
    [row] = outages.rows("SELECT notice FROM incident")
    [quoted] = from_json(row["notice"]).captures
    first = quoted.first.split("\n")
    assert (len(first), quoted.lines) == (FIRST_LINES, 22)
    assert first[1].startswith("    xxx")
    assert len(first[1]) == FIRST_LINE_MAX


@pytest.mark.parametrize(
    ("fetched", "why"),
    [
        (Fetched(), "nothing was found"),
        (Fetched(why="binary, 3.2 MB"), "binary, 3.2 MB"),
        (Fetched(text="x", lines=1, why="the program ended with status 1"), ""),
    ],
)
def test_a_notice_says_why_there_is_nothing(outages: Outages, fetched: Fetched, why: str) -> None:
    number = planned(outages)
    ends(outages, number, fetched)
    [quoted] = outages.work(partial(captures.firsts_of, incident=number))
    assert quoted.why == why


@pytest.mark.parametrize(
    ("fetched", "said"),
    [
        (Fetched(), "nothing was found"),
        (Fetched(text="x", lines=1), "1 line"),
        (
            Fetched(text="x", lines=1200, dropped=3400, why="it answered 503"),
            "1,200 lines; 3,400 more for which there was no room; it answered 503",
        ),
        (Fetched(text="", lines=3), "3 lines; not kept any more"),
    ],
)
def test_how_much_there_is_is_said(outages: Outages, fetched: Fetched, said: str) -> None:
    number = planned(outages)
    assert captured.said_of(of(outages, number)[0]) == "is still being fetched"
    ends(outages, number, fetched)
    assert captured.said_of(of(outages, number)[0]) == said


def test_a_notice_that_nobody_can_read_is_left_alone(outages: Outages) -> None:
    number = planned(outages)
    outages.work(lambda db: db.execute("UPDATE incident SET notice = 'x'"))
    ends(outages, number, Fetched(text="x", lines=1))
    assert outages.rows("SELECT notice FROM incident") == [{"notice": "x"}]


def test_letters_of_other_news_and_of_other_incidents_are_let_go_by_nobody(
    outages: Outages,
) -> None:
    number, other = planned(outages), outages.breaks("uploads")
    before = outages.rows("SELECT id, next_at, body FROM outbox")
    ends(outages, number, Fetched(text="x", lines=1))
    assert outages.rows("SELECT id, next_at, body FROM outbox") == before
    assert other != number


def test_texts_are_kept_as_long_as_evidence_and_never_less_than_an_incident_lasts(
    outages: Outages,
) -> None:
    over, still_open = planned(outages), planned(outages, probe="uploads")
    for number in (over, still_open):
        ends(outages, number, Fetched(text="x", lines=1))
    outages.mended(over)
    outages.clock.wind(timedelta(days=1))
    at = outages.clock.now()
    forget = partial(captures.forget, before=at - timedelta(days=2))
    assert outages.work(forget) == 0
    assert outages.work(partial(captures.forget, before=at)) == 1
    assert [of(outages, n)[0].fetched.text for n in (over, still_open)] == ["", "x"]
    assert of(outages, over)[0].fetched.lines == 1


def test_a_file_is_called_by_what_it_holds() -> None:
    assert captured.file_name("app-log") == "capture-app-log.txt"
    assert captured.file_name('../x"y\n') == "capture-..-x-y-.txt"
