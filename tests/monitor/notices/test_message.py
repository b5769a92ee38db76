"""What channels with buttons and colours are given, and that all of it is described."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.notices import (
    COLOURS,
    SAMPLES,
    About,
    Captured,
    Change,
    EventKind,
    Fact,
    Left,
    Member,
    Message,
    Notice,
    Tone,
    Words,
)
from monitor.routing import Severity
from monitor.why import Why
from tests.support.notices import BEGAN_AT, opened, resolved

SOURCE = Path("monitor/notices/message.py").read_text("utf-8")
DOCS = Path("docs/templates.md").read_text("utf-8")


def message(**changes: Any) -> Message:
    return Words().message(opened(**changes))


def fact(label: str, of: Message) -> Fact:
    (found,) = [each for each in of.facts if each.label == label]
    return found


@pytest.mark.parametrize(
    ("notice", "tone"),
    [
        (opened(), Tone.BAD),
        (opened(severity=Severity.WARNING), Tone.UNEASY),
        (opened(severity=Severity.INFO), Tone.CALM),
        (opened(event=EventKind.FLAPPING), Tone.UNEASY),
        (opened(event=EventKind.ACKNOWLEDGED), Tone.CALM),
        (opened(event=EventKind.TEST), Tone.CALM),
        (opened(about=About.OURSELVES), Tone.UNEASY),
        (resolved(), Tone.GOOD),
        (resolved(outcome="UNKNOWN"), Tone.CALM),
        (SAMPLES["acted"], Tone.UNEASY),
        (SAMPLES["acted, as a dry run"], Tone.CALM),
        (SAMPLES["acted, and it has not helped"], Tone.BAD),
        (SAMPLES["a budget that burns too fast"], Tone.BAD),
        (SAMPLES["a budget that burns no more"], Tone.GOOD),
        (SAMPLES["a target that changed, and no deploy was recorded"], Tone.UNEASY),
        (SAMPLES["a target that changed, and a deploy was recorded late"], Tone.GOOD),
    ],
)
def test_only_what_is_critical_and_goes_on_is_loud(notice: Notice, tone: Tone) -> None:
    assert Words().message(notice).tone is tone
    assert re.fullmatch(r"#[0-9a-f]{6}", COLOURS[tone])


def test_the_answer_of_the_target_is_quoted_line_by_line_within_bounds() -> None:
    seen = fact(
        "Seen", message(excerpt="HTTP 500\r\n\x1b[31mno\n\n" + "x" * 500 + "\n" + "y\n" * 50)
    )
    assert seen.quote[:2] == ("HTTP 500", "[31mno")
    assert len(seen.quote) == 6
    assert max(map(len, seen.quote)) == 160


def test_links_are_addresses_of_the_web_and_nothing_else() -> None:
    hostile = message(
        playbook="javascript:alert(1)", page="https://a.example.org/\nx", acknowledge=""
    )
    assert hostile.links == ()
    good = message(acknowledge="https://trueup.example.org/ack/42")
    assert [each.label for each in good.links] == ["What to do", "Acknowledge", "Status page"]
    assert {each.label for each in good.details}.isdisjoint(each.label for each in good.links)


def test_somebody_who_may_not_click_is_told_the_command() -> None:
    assert fact("Acknowledge", message()).value == "trueup ack 42"
    over = Words().message(resolved())
    assert "Acknowledge" not in [each.label for each in over.facts]


def test_an_acknowledgement_names_who_when_and_why() -> None:
    taken = message(
        event=EventKind.ACKNOWLEDGED,
        acknowledged_by="night-shift",
        acknowledged_at=BEGAN_AT + timedelta(minutes=4),
        note="It is the certificate.",
    )
    assert fact("Acknowledged", taken).value == "2026-03-03 02:18:05 UTC by night-shift"
    assert fact("Note", taken).value == "It is the certificate."


def test_a_summary_names_the_first_twenty_and_counts_the_rest() -> None:
    members = tuple(Member(n, f"p{n}", f"Thing {n}") for n in range(1, 41))
    together = fact("Together", message(about=About.SUMMARY, members=members, members_count=900))
    assert together.value == "900"
    assert together.quote[0] == "Thing 1 (p1), incident 1"
    assert len(together.quote) == 21
    assert together.quote[-1] == "and 880 more"


def test_a_reason_that_explains_why_just_now_is_said() -> None:
    assert fact("Why now", message(why=Why.CAUSE_OVER)).value.startswith("what it needs is up")
    assert "Why now" not in [each.label for each in message(why=Why.FAILED_IN_A_ROW).facts]


DEPLOY = Change(
    service="api",
    version="1.4.2",
    previous="1.4.1",
    by="ci",
    url="https://ci.example.org/142",
    at=BEGAN_AT - timedelta(seconds=40),
)


@pytest.mark.parametrize(
    ("last_good_at", "said"),
    [
        (BEGAN_AT - timedelta(minutes=2), "; last good run 1 min 20 s before the deploy"),
        (BEGAN_AT - timedelta(seconds=10), "; last good run 30 s after the deploy"),
        (None, ""),
    ],
)
def test_a_good_run_after_the_deploy_speaks_for_it(
    last_good_at: datetime | None, said: str
) -> None:
    told = fact("Last deploy", message(deploys=(DEPLOY,), last_good_at=last_good_at))
    assert told.value == (f"api 1.4.2 (was 1.4.1) by ci, 40 s before the first failing run{said}")


def test_the_deploys_before_the_last_one_stand_below_it() -> None:
    older = replace(DEPLOY, service="web", previous="", by="", at=BEGAN_AT - timedelta(minutes=9))
    told = message(deploys=(DEPLOY, older))
    assert fact("Last deploy", told).quote == ("and web 1.4.2, 9 min before it",)
    assert fact("Deploy", told).is_link


def test_what_was_fetched_is_quoted_as_it_is_indented_and_within_bounds() -> None:
    journal = Captured(name="journal", first="Traceback:\n  File x\n\nKeyError\n" * 9, lines=400)
    proxy = Captured(name="proxy", first="\x1b[31m502 " + "y" * 500, lines=1)
    lost = Captured(name="disk", first="", why="it took longer than 20 s")
    told = fact("Captured", message(captures=(journal, proxy, lost, journal)))
    assert told.value == (
        "journal: 400 lines; proxy: 1 line; disk: it took longer than 20 s; 1 more"
    )
    assert told.quote[:4] == ("journal:", "Traceback:", "  File x", "KeyError")
    assert told.quote[7] == "proxy:"
    assert len(told.quote) == 9
    assert len(told.quote[8]) == 160
    assert len(fact("Captured", message(captures=(journal,))).quote) == 8


def test_what_was_fetched_is_told_with_what_wakes_somebody_and_not_with_what_follows() -> None:
    journal = Captured(name="journal", first="KeyError", lines=1)
    kinds = set(EventKind) - {EventKind.TEST}
    told = {
        kind
        for kind in kinds
        if "Captured" in [each.label for each in message(event=kind, captures=(journal,)).facts]
    }
    assert told == {
        EventKind.OPENED, EventKind.WORSENED, EventKind.REMINDED, EventKind.ESCALATED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(minutes=3, seconds=20), "3 min 20 s of 15 min left (uploads: 15m per year)"),
        (timedelta(), "all 15 min spent (uploads: 15m per year)"),
        (timedelta(minutes=-2), "all 15 min spent, and 2 min more (uploads: 15m per year)"),
    ],
)
def test_a_budget_says_what_is_left_or_that_nothing_is(left: timedelta, said: str) -> None:
    budget = Left(objective="uploads: 15m per year", left=left, allowed=timedelta(minutes=15))
    assert fact("Budget", message(budgets=(budget,))).value == said


def test_of_several_budgets_the_one_that_is_nearest_its_end_comes_first() -> None:
    hour = timedelta(hours=1)
    budgets = tuple(
        Left(objective=name, left=hour * share, allowed=hour)
        for name, share in (("much", 0.9), ("little", 0.1))
    )
    told = fact("Budget", message(budgets=budgets))
    assert told.value.endswith("(little)")
    assert told.quote == ("54 min of 1 h left (much)",)


def test_every_field_that_a_template_may_use_is_described() -> None:
    for name in ("Message", "Fact"):
        described, fields = _fields(name)
        assert described >= fields
        assert all(f"`{field}`" in DOCS for field in fields)


def _fields(name: str) -> tuple[set[str], set[str]]:
    """Those of a class that a docstring follows, and all of them."""
    (body,) = [
        n.body for n in ast.parse(SOURCE).body if isinstance(n, ast.ClassDef) and n.name == name
    ]
    described, fields = set(), set()
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            fields.add(node.target.id)
            if isinstance(following, ast.Expr):
                described.add(node.target.id)
        elif isinstance(node, ast.FunctionDef):
            fields.add(node.name)
            if ast.get_docstring(node):
                described.add(node.name)
    return described, fields


def test_every_label_is_in_the_documentation() -> None:
    labels = {each.label for sample in SAMPLES.values() for each in Words().message(sample).facts}
    assert {label for label in labels if f"`{label}`" not in DOCS} <= {"Sent at", "From"}
