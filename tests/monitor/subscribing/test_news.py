"""What is new on a page: nothing twice, nothing old, and nothing that concerns others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.email import EmailSettings
from monitor.subscribing.mailing import Post, written
from status_page import Incident, Maintenance, Page, Stage
from status_page.subscribing import (
    Heard,
    Links,
    News,
    What,
    about,
    baseline,
    news,
    telling,
)
from status_page.subscribing.news import PAUSE, REMEMBERED
from status_page.tongue import tongue
from tests.monitor.subscribing.world import a_page, an_outage, at, words

QUIET = a_page()
MAIL = EmailSettings.model_validate(
    {"host": "127.0.0.1", "from": "status@example.org", "to": ["ops@example.org"]}
)
SENDER = about(QUIET, "https://trueup.example.org/")
DISKS = Maintenance(
    id="work-1",
    title="New disks",
    components=("uploads",),
    starts_at=at(60),
    ends_at=at(120),
    announced_at=at(0),
)
DAY = 24 * 60


def told(*pages: tuple[float, Page]) -> list[list[News]]:
    """The news of each page at its minute, after a first one without anything."""
    heard: Any = baseline(QUIET, at(0))
    found = []
    for minute, page in pages:
        step = news(page, SENDER, heard, at(minute))
        heard = step.heard
        found.append(list(step.news))
    return found


def in_short(found: list[list[News]]) -> list[list[str]]:
    return [[" ".join(said.what for said in each.said) for each in step] for step in found]


def test_each_step_of_an_outage_is_told_once() -> None:
    said = words(10, "A disk is full.")
    found = told(
        (2, a_page(an_outage())),
        (3, a_page(an_outage())),
        (11, a_page(an_outage(said))),
        (30, a_page(an_outage(said, ended=29))),
        (31, a_page(an_outage(said, ended=29))),
    )
    assert in_short(found) == [["opened"], [], ["updated"], ["resolved"], []]


def test_a_corrected_word_is_not_told_again_and_another_one_is() -> None:
    corrected = replace(words(10, "A disk is fuller."), id="u10", edited_at=at(20))
    found = told(
        (11, a_page(an_outage(words(10, "A disk is full.")))),
        (21, a_page(an_outage(corrected))),
        (31, a_page(an_outage(corrected, words(30, "Over soon.")))),
    )
    assert in_short(found) == [["opened updated"], [], ["updated"]]


def test_within_five_minutes_it_waits_and_says_when_to_look_again() -> None:
    heard = news(a_page(an_outage()), SENDER, baseline(QUIET, at(0)), at(2)).heard
    early = news(a_page(an_outage(ended=3)), SENDER, heard, at(4))
    late = news(a_page(an_outage(ended=3)), SENDER, early.heard, at(7))

    assert (early.news, early.again_at) == ((), at(2) + PAUSE)
    assert [said.what for each in late.news for said in each.said] == [What.RESOLVED]


def test_what_comes_back_is_told_as_such_and_so_is_its_end() -> None:
    found = told(
        (2, a_page(an_outage())),
        (30, a_page(an_outage(ended=29))),
        (40, a_page(an_outage())),
        (50, a_page(an_outage())),
        (60, a_page(an_outage(ended=59))),
    )
    assert in_short(found) == [["opened"], ["resolved"], ["reopened"], [], ["resolved"]]


def test_an_outage_that_grows_is_new_to_those_whom_it_did_not_concern() -> None:
    both = an_outage(words(10, "Messages too."), of=("uploads", "messages"))
    ((_,), found) = told((2, a_page(an_outage())), (11, a_page(both)))

    joined, others = found
    assert [said.what for said in joined.said] == [What.OPENED, What.UPDATED]
    assert (joined.to, joined.but_not) == (("messages",), ("uploads",))
    assert [said.what for said in others.said] == [What.UPDATED]
    assert (others.to, others.but_not) == (("uploads",), ())


def test_work_is_announced_begins_and_ends() -> None:
    page = a_page(work=(DISKS,))
    found = told((1, page), (30, page), (60, page), (90, page), (121, page), (130, page))
    assert in_short(found) == [["announced"], [], ["started"], [], ["completed"], []]


def test_work_of_which_nobody_heard_is_not_worth_a_letter_when_it_is_over() -> None:
    assert in_short(told((200, a_page(work=(DISKS,))))) == [[]]


def test_work_of_next_week_with_the_same_name_is_announced_anew() -> None:
    week = timedelta(days=7)
    again = replace(DISKS, starts_at=DISKS.starts_at + week, ends_at=DISKS.ends_at + week)
    found = told(
        (1, a_page(work=(DISKS,))),
        (61, a_page(work=(DISKS,))),
        (121, a_page(work=(DISKS,))),
        (130, a_page(work=(DISKS, again))),
    )
    assert in_short(found)[-1] == ["announced"]


def test_work_that_is_configured_is_told_once_and_a_day_before() -> None:
    work = replace(DISKS, announced_at=None, starts_at=at(2 * DAY), ends_at=at(2 * DAY + 60))
    page = a_page(work=(work,))
    found = told((1, page), (DAY + 1, page), (2 * DAY + 1, page), (2 * DAY + 61, page))
    assert in_short(found) == [[], ["announced"], [], []]


def test_work_that_is_configured_for_every_night_is_no_news() -> None:
    nights = tuple(
        replace(
            DISKS,
            id=f"work-{night}",
            announced_at=None,
            starts_at=at(night * DAY + 60),
            ends_at=at(night * DAY + 90),
        )
        for night in range(30)
    )
    page = a_page(work=nights)
    assert in_short(told((1, page), (61, page), (DAY, page))) == [[], [], []]


def test_what_was_written_down_long_after_it_was_over_is_no_news() -> None:
    old = an_outage(words(10, "It was the disk.", Stage.RESOLVED), ended=20)
    assert in_short(told((60 * 48, a_page(old)))) == [[]]

    post_mortem = words(60 * 48, "It was the disk.", Stage.POSTMORTEM)
    learned = an_outage(words(10, "It was."), post_mortem, ended=20)
    assert in_short(told((60 * 48 + 1, a_page(old)), (60 * 48 + 2, a_page(learned)))) == [
        [],
        ["updated"],
    ]


def test_an_outage_that_is_told_late_and_goes_on_is_news() -> None:
    assert in_short(told((60 * 48, a_page(an_outage())))) == [["opened"]]


def test_what_was_hidden_for_a_while_is_not_told_again() -> None:
    page = a_page(an_outage())
    assert in_short(told((2, page), (60, QUIET), (120, page))) == [["opened"], [], []]


def test_a_clock_that_is_set_back_holds_nothing_up() -> None:
    found = told((600, a_page(an_outage())), (10, a_page(an_outage(words(9, "We look.")))))
    assert in_short(found) == [["opened"], ["updated"]]


def test_what_is_remembered_is_bounded() -> None:
    heard: dict[str, Heard] = {
        f"incidents/{number}": Heard(frozenset(), frozenset()) for number in range(REMEMBERED * 2)
    }
    step = news(a_page(an_outage()), SENDER, heard, at(2))
    assert len(step.heard) <= REMEMBERED + 1
    assert "incidents/4f1c2d3e4a5b" in step.heard


def test_a_letter_stands_in_the_language_of_its_reader_and_leads_to_that_page() -> None:
    (((found,)),) = told((2, a_page(an_outage())))
    links = Links("https://trueup.example.org/m", "https://trueup.example.org/u")
    german = telling(found, tongue("de"), links)
    arabic = telling(found, tongue("ar"), links)

    assert "https://status.example.org/de/incidents/4f1c2d3e4a5b/" in german.text
    assert 'dir="rtl"' in arabic.html
    assert "https://status.example.org/incidents/4f1c2d3e4a5b/" in arabic.text, "has no such page"


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=400), st.text(max_size=200))
def test_whatever_people_write_is_text_under_one_subject_line(text: str, title: str) -> None:
    incident = replace(an_outage(words(10, text or "-")), sentence=title + "\r\nBcc: b@example.org")
    links = Links("https://trueup.example.org/m", "https://trueup.example.org/u")
    (((found,)),) = told((11, a_page(incident)))
    letter = telling(found, tongue("en"), links)
    post = Post(to="a@example.org", page=SENDER, links=links, at=at(11), key="k")
    head = written(MAIL, letter, post).as_bytes().partition(b"\r\n\r\n")[0]

    assert b"\nBcc" not in head
    assert len(letter.subject) <= 160
    assert "<script" not in letter.html.lower()


def test_letters_never_come_more_often_than_every_five_minutes() -> None:
    updates = [words(number, f"Update {number}.") for number in range(2, 60)]
    heard: Any = baseline(QUIET, at(0))
    letters = []
    for minute in range(1, 62):
        incident: Incident = an_outage(*(each for each in updates if each.at <= at(minute)))
        step = news(a_page(incident), SENDER, heard, at(minute))
        heard = step.heard
        letters += [at(minute)] * len(step.news)
    assert all(later - earlier >= PAUSE for earlier, later in pairwise(letters))
    assert len(letters) == 13
