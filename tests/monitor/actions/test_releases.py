"""What goes back, and to what not: a version that broke something itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.actions import filling
from monitor.actions.guard import Because
from monitor.store.action_facts import Deployed
from tests.monitor.actions.test_guard import BAD, HOUR, MINUTE, OLD, a_deploy, an_act, decided
from tests.support.acting import an_action
from tests.support.clock import NIGHT

GONE = a_deploy(2, "1.4.2", NIGHT - 2 * HOUR, previous="1.4.1")
FIX = a_deploy(3, "1.4.3", NIGHT - MINUTE, previous="1.4.2")
BACK = a_deploy(4, "1.4.1", NIGHT - 2 * HOUR + 5 * MINUTE, note="roll-back")


def test_a_release_after_one_that_was_rolled_back_does_not_go_back_to_the_broken_one() -> None:
    action = an_action(cool_down=timedelta())
    follows = a_deploy(3, "1.4.3", NIGHT - MINUTE, previous="1.4.2")
    broken = replace(BAD, at=NIGHT - 2 * HOUR)
    acts = (an_act(started_at=NIGHT - 2 * HOUR),)
    decision = decided(action, deploys=(follows, broken, OLD), acts=acts)
    assert decision.because is Because.PREVIOUS_BROKEN


@pytest.mark.parametrize(
    ("deploys", "trouble", "acts"),
    [
        ((FIX, GONE, OLD), GONE.at + MINUTE, False),
        ((FIX, GONE, OLD), GONE.at + 16 * MINUTE, True),
        ((FIX, GONE, OLD), GONE.at - MINUTE, True),
        ((FIX, replace(GONE, id=9, at=GONE.at + MINUTE), GONE, OLD), GONE.at, False),
        ((replace(FIX, previous="1.4.1"), BACK, GONE, OLD), GONE.at + MINUTE, True),
        ((replace(FIX, previous="1.4.1"), BACK, GONE, OLD), BACK.at + MINUTE, True),
        ((FIX, BACK, GONE, OLD), GONE.at + MINUTE, False),
        ((FIX, replace(GONE, at=GONE.at - 24 * HOUR), OLD), GONE.at - 24 * HOUR + MINUTE, True),
    ],
    ids=[
        "broke it",
        "much later",
        "before it",
        "recorded twice",
        "goes further back",
        "broken while it is taken back",
        "taken back by hand",
        "proven since",
    ],
)
def test_a_version_that_broke_something_itself_is_not_gone_back_to_whoever_undid_it(
    deploys: Sequence[Deployed], trouble: datetime, *, acts: bool
) -> None:
    decision = decided(deploys=deploys, troubles=(trouble,))
    assert decision.acts == acts
    assert acts or decision.because is Because.PREVIOUS_BROKEN


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        ("rollback", True),
        ("api-roll-back", True),
        ("undo", True),
        ("revert.api", True),
        ("payroll-restart", False),
        ("scroll", False),
        ("enroll", False),
        ("rolling-restart", False),
    ],
)
def test_an_action_goes_back_where_its_name_says_so_in_a_whole_word(
    name: str, *, goes: bool
) -> None:
    assert filling.goes_back(an_action(id=name)) == goes
    assert filling.goes_back(an_action(id=name, command=("deploy", "{previous}")))
