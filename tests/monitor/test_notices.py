"""What people are told: words first, then the JSON that keeps them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notices import (
    SAMPLES,
    SUBJECT_MAX,
    About,
    EventKind,
    Member,
    Notice,
    Picture,
    from_json,
    one_line,
    span,
    subject,
    text,
    to_json,
)
from monitor.reasons import WORDS, in_words
from monitor.routing import Severity
from probes import result
from tests.support.notices import opened, resolved

DOCS = Path("docs/channels.md").read_text("utf-8")

SINCE = datetime(1990, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(), timedelta(days=40_000)).map(lambda since: SINCE + since)
WHOLE_MS = INSTANTS.map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
SPANS = st.integers(0, 10**12).map(lambda ms: timedelta(milliseconds=ms))
NOTICES = st.builds(
    Notice,
    event=st.sampled_from(EventKind),
    began_at=WHOLE_MS,
    at=WHOLE_MS,
    lasted=st.none() | SPANS,
    last_good_at=st.none() | WHOLE_MS,
    says=st.lists(st.text(), max_size=3).map(tuple),
    components=st.lists(st.text(), max_size=3).map(tuple),
    incident=st.integers(1, 2**53),
    sequence=st.integers(1, 1000),
    failures=st.integers(0, 1000),
    about=st.sampled_from(About),
    severity=st.sampled_from(Severity),
    pictures=st.lists(st.builds(Picture, st.text(), st.text(), st.text()), max_size=2).map(tuple),
    members=st.lists(
        st.builds(Member, st.integers(1, 9), st.text(), st.text()), max_size=5
    ).map(tuple),
    members_count=st.integers(0, 1000),
    told=st.lists(st.text(), max_size=3).map(tuple),
    stage=st.integers(0, 9),
    acknowledged_at=st.none() | WHOLE_MS,
    untold=st.booleans(),
    **{
        name: st.text()
        for name in (
            "dedup_key", "probe", "probe_name", "kind", "environment", "location", "outcome",
            "reason", "summary", "failed_step", "playbook", "page", "why", "excerpt",
            "acknowledged_by", "note", "acknowledge", "evidence", "trace_id", "trace",
        )
    },
)  # fmt: skip


def test_the_subject_says_where_and_what_in_one_breath() -> None:
    assert subject(opened()) == "[production] DOWN: People cannot sign in. (signin)"


def test_the_subject_of_a_recovery_says_how_long_it_was() -> None:
    assert subject(resolved()) == "[production] UP again: Signing in, after 12 minutes (signin)"


def test_without_a_configured_sentence_the_components_are_named_and_without_any_the_probe() -> None:
    assert "DOWN: Signing in (" in subject(opened(says=()))
    assert "DOWN: Sign in (" in subject(opened(says=(), components=()))


def test_a_long_sentence_is_cut_but_the_environment_and_the_probe_stay() -> None:
    told = subject(opened(says=("People " + "really " * 40 + "cannot sign in.",)))
    assert SUBJECT_MAX - 1 <= len(told) <= SUBJECT_MAX
    assert told.startswith("[production] DOWN: People really")
    assert told.endswith("… (signin)")


@given(NOTICES)
def test_no_subject_is_longer_than_allowed_or_more_than_one_line(notice: Notice) -> None:
    told = subject(notice)
    assert len(told) <= SUBJECT_MAX
    assert told.isprintable()


@given(NOTICES)
def test_nothing_that_a_target_says_can_break_out_of_its_line(notice: Notice) -> None:
    body = text(notice)
    assert all(line.isprintable() for line in body.split("\n"))
    assert body.count("\n") <= 50


def test_a_forged_mail_header_or_terminal_escape_becomes_plain_words() -> None:
    hostile = opened(summary="ok\r\nBcc: all@example.org\x1b[2J\u202egnp", says=("A\nB.",))
    assert "ok Bcc: all@example.org [2J gnp" in text(hostile)
    assert "DOWN: A B. (" in subject(hostile)


def test_the_text_begins_with_what_people_cannot_do() -> None:
    assert text(opened()).startswith("People cannot sign in.\n\n")
    assert text(resolved()).startswith("Works again after 12 minutes: Signing in.\n\n")


def test_the_facts_come_in_the_order_in_which_they_are_needed() -> None:
    labels = re.findall(r"^([A-Z][a-z ]+):", text(opened(told=("oncall",))), re.MULTILINE)
    assert labels == [
        "Down since", "Seen", "What to do", "Acknowledge", "Failing runs", "Last good run",
        "Told", "Status page", "Incident",
    ]  # fmt: skip


def test_what_is_not_known_takes_no_line() -> None:
    bare = text(opened(playbook="", page="", failures=0, reason="", summary="", failed_step=""))
    assert "What to do" not in bare
    assert "Status page" not in bare
    assert "Failing runs" not in bare
    assert "Seen" not in bare


def test_a_service_that_never_worked_says_so() -> None:
    assert "Last good run: none known\n" in text(opened(last_good_at=None))


def test_a_refused_connection_is_told_in_words() -> None:
    seen = opened(reason="connect_refused", summary="203.0.113.7:443", failed_step="")
    assert "Seen:          connection refused: 203.0.113.7:443\n" in text(seen)


def test_the_examples_in_the_documentation_are_what_is_sent() -> None:
    blocks = re.findall(r"^```text\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    shown = (
        "opened",
        "resolved",
        "a summary",
        "trueup's own trouble",
        "opened, after a deploy",
        "resolved, after it was acted on",
        "a budget that burns too fast",
    )
    assert blocks[: len(shown)] == [f"{subject(SAMPLES[n])}\n\n{text(SAMPLES[n])}" for n in shown]


@pytest.mark.parametrize("reason", result.Reason)
def test_every_reason_has_words_of_its_own(reason: result.Reason) -> None:
    assert WORDS[reason.value]


def test_a_reason_from_elsewhere_is_still_readable() -> None:
    assert in_words("disk_on_fire") == "disk on fire"
    assert in_words("") == ""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a second"),
        (-5, "less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (754, "12 minutes 34 seconds"),
        (3_600, "1 hour"),
        (3_605, "1 hour"),
        (86_400 + 7_200, "1 day 2 hours"),
        (400 * 86_400, "400 days"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert span(timedelta(seconds=seconds)) == said


@given(NOTICES)
def test_a_stored_notice_comes_back_the_same(notice: Notice) -> None:
    assert from_json(to_json(notice)) == notice


@given(INSTANTS)
def test_what_comes_back_is_written_the_same_to_the_byte(at: datetime) -> None:
    stored = to_json(opened(at=at, began_at=at, last_good_at=at, lasted=at - SINCE))
    assert to_json(from_json(stored)) == stored


def test_half_a_character_from_a_target_can_still_be_stored() -> None:
    stored = to_json(opened(summary="broken \ud800 answer"))
    assert stored.encode("utf-8")
    assert from_json(stored).summary == "broken ? answer"


def test_a_newer_program_may_add_keys() -> None:
    body = json.loads(to_json(opened())) | {"weather": "rain"}
    assert from_json(json.dumps(body)) == opened()


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "{}", '{"version":2}', '{"version":1}', '{"version":1,"event":"fire"}'],
)
def test_what_is_not_a_notice_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_json(body)


def test_a_refused_body_is_not_quoted_in_the_error() -> None:
    body = to_json(opened(incident=1)).replace('"incident":1', '"incident":"tell-nobody"')
    with pytest.raises(ValueError, match="version 1: incident") as raised:
        from_json(body)
    assert "tell-nobody" not in str(raised.value)


def test_the_documented_bodies_are_what_is_sent() -> None:
    blocks = re.findall(r"^```json\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    assert [json.loads(block) for block in blocks[:2]] == [
        json.loads(to_json(SAMPLES[name])) for name in ("opened", "resolved")
    ]
    whole = json.loads(to_json(SAMPLES["resolved, after it was acted on"]))
    after_a_deploy = json.loads(blocks[2])
    assert after_a_deploy == {key: whole[key] for key in after_a_deploy}
    assert after_a_deploy.keys() == {"deploys", "captures", "deeds", "budgets"}


def test_every_key_of_the_body_is_documented() -> None:
    table = DOCS.split("### The body, version 1")[1].split("```json")[0]
    documented = set(re.findall(r"`([a-z_]+)`(?=[^|]*\| (?:text|number|time|list|true))", table))
    assert set(json.loads(to_json(opened()))) <= documented


@given(st.text(), st.integers(1, 50))
def test_one_line_is_one_line_and_fits(words: str, room: int) -> None:
    line = one_line(words, room)
    assert len(line) <= room
    assert line.isprintable()
