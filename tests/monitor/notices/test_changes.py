"""Deploys, actions and budgets as somebody reads them who was just woken."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.notices import SAMPLES, SHORT_MAX, Change, EventKind, Notice, short, subject, text
from monitor.why import Why
from tests.support.notices import BEGAN_AT, opened


def followed(**changes: Any) -> Notice:
    """After a deploy."""
    deploy = Change(service="api", version="1.4.2", by="ci", at=BEGAN_AT - timedelta(seconds=40))
    return opened(**{"deploys": (deploy,)} | changes)


@pytest.mark.parametrize(
    ("notice", "headline", "opening"),
    [
        (
            followed(),
            "[production] DOWN: People cannot sign in, 40 s after deploy api 1.4.2 (signin)",
            "People cannot sign in. It began 40 s after deploy api 1.4.2 by ci.",
        ),
        (
            followed(event=EventKind.REMINDED, at=BEGAN_AT + timedelta(minutes=10)),
            "[production] STILL DOWN after 10 minutes: People cannot sign in. (signin)",
            "People cannot sign in. It has been so for 10 minutes.",
        ),
        (
            SAMPLES["acted"],
            ("[production] DOWN, rolling back api 1.4.2 to 1.4.1: People cannot sign in. (signin)"),
            (
                "The roll-back of api 1.4.2 to 1.4.1 (action rollback, 3 seconds after it opened)"
                " was asked for and accepted: answered 201, queue item 12."
                " Whether it helps shows soon. Still so: People cannot sign in."
            ),
        ),
        (
            SAMPLES["acted, and it has not helped"],
            (
                "[production] STILL DOWN after 10 minutes 12 seconds, rollback has not helped:"
                " People cannot sign in. (signin)"
            ),
            (
                "People cannot sign in. It has been so for 10 minutes 12 seconds. Rolled back"
                " api 1.4.2 to 1.4.1 (action rollback, 3 seconds after it opened; answered 201,"
                " queue item 12), and it has not helped within 10 minutes."
                " Do it by hand: https://wiki.example.org/playbooks/signin"
            ),
        ),
        (
            SAMPLES["resolved, after it was acted on"],
            "[production] UP again: Signing in, after 44 seconds (signin)",
            (
                "Works again after 44 seconds: Signing in. Rolled back api 1.4.2 to 1.4.1"
                " (action rollback, 3 seconds after it opened): passing again after 34 seconds."
            ),
        ),
        (
            SAMPLES["a budget that burns too fast"],
            (
                "[production] BUDGET BURNS TOO FAST: Uploads, 31 min 10 s of 43 min 12 s left"
                " (objective/uploads)"
            ),
            (
                "Fails too often: Uploads. It may work at this very moment, and fail again."
                " The budget burns too fast: 31 min 10 s of 43 min 12 s left"
                " (Uploads: 99.9 % per month)."
            ),
        ),
        (
            SAMPLES["a budget that burns no more"],
            (
                "[production] BUDGET STEADY: Uploads, 31 min 10 s of 43 min 12 s left,"
                " after 2 hours (objective/uploads)"
            ),
            (
                "The budget of Uploads is steady again, after 2 hours: 31 min 10 s of 43 min 12 s"
                " left (Uploads: 99.9 % per month)."
            ),
        ),
    ],
)
def test_a_person_sees_at_once_what_was_changed_and_done(
    notice: Notice, headline: str, opening: str
) -> None:
    assert (subject(notice), text(notice).split("\n")[0]) == (headline, opening)


def test_what_was_done_about_several_at_once_is_said_too() -> None:
    done = SAMPLES["acted"]
    told = replace(SAMPLES["a summary"], event=EventKind.ACTED, deeds=done.deeds, why=done.why)
    assert subject(told) == (
        "[production] 12 things DOWN, rolling back api 1.4.2 to 1.4.1:"
        " Signing in, Uploads and 10 more"
    )
    in_vain = replace(told, why=Why.DID_NOT_HELP)
    assert subject(in_vain) == (
        "[production] 12 things STILL DOWN after 1 minute, rollback has not helped:"
        " Signing in, Uploads and 10 more"
    )


def test_the_short_form_names_the_deploy_once() -> None:
    assert short(followed()).startswith(
        "[production] DOWN: People cannot sign in, 40 s after deploy api 1.4.2. Since 02:14 UTC. "
    )
    long = followed(says=("People " + "really " * 12 + "cannot sign in.",))
    assert "Since 02:14 UTC, 40 s after deploy api 1.4.2. " in short(long)


def test_the_short_form_of_a_summary_says_once_since_when() -> None:
    assert short(SAMPLES["a summary"]) == (
        "[production] 12 things DOWN since 02:14 UTC: Signing in, Uploads and 10 more."
        " Acknowledge: https://trueup.example.org/ack/42"
    )


def test_a_subject_without_room_for_the_deploy_is_the_sentence_itself() -> None:
    long = followed(says=("People " + "really " * 10 + "cannot sign in.",))
    assert "deploy" not in subject(long)
    assert len(subject(long)) <= 120


def test_the_short_form_of_a_recovery_says_what_helped() -> None:
    assert short(SAMPLES["resolved, after it was acted on"]) == (
        "[production] UP again: Signing in, after 44 seconds. Rolled back api 1.4.2 to 1.4.1."
    )


def test_a_dry_run_says_so_at_once_in_the_headline_however_long_the_rest_is() -> None:
    dry = SAMPLES["acted, as a dry run"]
    said = "DOWN, dry run of rolling back api 1.4.2 to 1.4.1: People cannot sign in."
    assert said in subject(dry)
    long = replace(dry.deeds[0], headline="dry run of rolling back " + "x" * 300)
    assert "DOWN, dry run of rolling back" in subject(replace(dry, deeds=(long,)))


def test_what_was_carried_out_goes_before_what_would_have_been() -> None:
    done, dry = SAMPLES["acted"], SAMPLES["acted, as a dry run"]
    both = replace(done, deeds=(*done.deeds, replace(dry.deeds[0], name="tell-chat")))
    assert subject(both) == subject(done)
    assert "Action:        rollback, decided at 02:14:15 UTC\n" in text(both)
    assert "| 02:14:15 UTC: Would have rolled back api" in text(both)
    over = SAMPLES["resolved, after it was acted on"]
    assert short(replace(over, deeds=(*over.deeds, dry.deeds[0]))) == short(over)


def test_what_failed_ends_with_what_is_to_be_done_by_hand() -> None:
    failed = SAMPLES["acted, and it has not helped"]
    told = text(replace(failed, why=Why.ACTED))
    assert told.startswith("People cannot sign in. Rolled back api")
    assert told.partition("\n")[0].endswith("by hand: https://wiki.example.org/playbooks/signin")


def test_a_text_message_about_what_has_not_helped_says_what_to_do_by_hand() -> None:
    in_vain = SAMPLES["acted, and it has not helped"]
    assert short(in_vain) == (
        "[production] STILL DOWN after 10 minutes 12 seconds, rollback has not helped: People"
        " cannot sign in. Do it by hand: https://wiki.example.org/playbooks/signin"
        " Acknowledge: https://trueup.example.org/ack/42"
    )
    for playbook in ("", "https://wiki.example.org/" + "x" * 200, "https://wiki.example.org/a–b"):
        said = short(replace(in_vain, playbook=playbook))
        assert said.endswith(
            "cannot sign in. Do it by hand. Acknowledge: https://trueup.example.org/ack/42"
        )
        assert len(said) <= SHORT_MAX
    flood = replace(in_vain, acknowledge="https://t.example.org/" + "a" * 140, environment="e" * 40)
    assert len(short(flood)) <= SHORT_MAX


def test_news_of_what_was_done_does_not_say_all_of_the_opening_again() -> None:
    opening = text(SAMPLES["opened, after a deploy"])
    assert opening.index("What to do:") < opening.index("Last deploy:")
    assert opening.index("Acknowledge:") < opening.index("Last deploy:")
    assert opening.rstrip().rpartition("\n")[2].startswith("Budget:")
    for name in ("acted", "acted, as a dry run", "resolved, after it was acted on"):
        told = text(SAMPLES[name])
        assert len(told.splitlines()) <= 13
        assert not re.search(
            r"^(Captured|Failing runs|Last good run|Trace|) *:", told, re.MULTILINE
        )
        assert "Traceback" not in told
        assert "web 2026.9" not in told


def test_a_deploy_that_was_recorded_after_it_began_is_not_said_to_be_before_it() -> None:
    late = Change(service="api", version="1.4.3", by="ci", at=BEGAN_AT + timedelta(seconds=1))
    told = followed(deploys=(late, *followed().deploys))
    assert "It began 1 s before deploy api 1.4.3 by ci was recorded." in text(told)
    assert "Last deploy:   api 1.4.3 by ci, 1 s after the first failing run; last" in text(told)
    assert "| and api 1.4.2 by ci, 40 s before it" in text(told)
    many = followed(deploys=(*followed().deploys * 3, late))
    assert "| and api 1.4.3 by ci, 1 s after it" in text(many)


def test_of_many_deploys_the_two_before_the_last_are_named_and_the_others_counted() -> None:
    deploys = tuple(
        Change(service="api", version=f"1.{n}", at=BEGAN_AT - timedelta(minutes=10 - n))
        for n in range(5, 0, -1)
    )
    four, five = text(followed(deploys=deploys[:4])), text(followed(deploys=deploys))
    assert "| and api 1.3, 7 min before it\n               | and 1 more\n" in four
    assert "| and at least 2 more\n" in five  # a notice names no more than five


def test_what_the_opening_says_of_an_action_is_said_once() -> None:
    for name in ("acted", "acted, and it has not helped", "resolved, after it was acted on"):
        assert text(SAMPLES[name]).count("api 1.4.2 to 1.4.1") == 1
    reminded = replace(SAMPLES["acted"], event=EventKind.REMINDED, why="")
    assert "Action:        02:14:15 UTC: The roll-back of api" in text(reminded)


def test_a_long_headline_of_what_was_done_leaves_room_for_what_it_is_about() -> None:
    done = SAMPLES["acted"]
    long = replace(done.deeds[0], headline="rolling back " + "x" * 300)
    told = replace(done, deeds=(long,), environment="e" * 40, probe="p" * 64)
    assert len(subject(told)) <= 120
    assert "…: People cann" in subject(told)


def test_a_deploy_with_hostile_words_stays_in_its_line() -> None:
    flood = Change(
        service="\x1b[31m" + "s" * 5_000, version="1\n2\r3" + "v" * 5_000, by="@all", at=BEGAN_AT
    )
    told = followed(deploys=(flood,) * 5)
    assert len(subject(told)) <= 120
    assert len(short(told)) <= SHORT_MAX
    assert "\x1b" not in text(told)
    assert max(map(len, text(told).splitlines())) < 520
