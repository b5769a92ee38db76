"""One line for the phone, and a table beside it."""

from __future__ import annotations

import pytest

from monitor.channels.facts import details, headline
from monitor.notices import SAMPLES, EventKind, Notice, Words
from tests.support.notices import opened, resolved


def test_the_phone_says_where_what_and_why() -> None:
    assert headline(opened(), 1024) == (
        "[production] DOWN: People cannot sign in. (signin): expected text is missing, "
        'at the step "see the library": no "Your library" within 15 s'
    )


def test_what_the_subject_says_already_is_not_said_twice() -> None:
    ours = SAMPLES["trueup's own trouble"]
    said = headline(ours, 1024)
    assert said.count("its own network is gone") == 1


def test_good_news_and_tests_say_nothing_of_what_was_seen() -> None:
    for notice in (resolved(), opened(event=EventKind.TEST)):
        assert headline(notice, 1024) == Words().subject(notice)


@pytest.mark.parametrize("notice", SAMPLES.values(), ids=list(SAMPLES))
def test_the_table_begins_with_the_matter_and_holds_nothing_empty(notice: Notice) -> None:
    told = details(Words().message(notice))
    assert next(iter(told)) == "What"
    assert all(told.values())


def test_the_answer_stands_under_what_was_seen() -> None:
    told = details(Words().message(opened(excerpt="HTTP 503\nno servers are left")))
    assert told["Seen"].splitlines()[1:] == ["HTTP 503", "no servers are left"]


def test_a_line_is_cut_to_its_room() -> None:
    assert len(headline(opened(summary="long " * 500), 100)) <= 100
