"""Whether something is done: every guard by itself, then all of them against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.actions.filling import Values, filled, filled_url, is_safe
from monitor.actions.guard import Because, Decision, Facts, decide, in_words
from monitor.config.changes import Action, ActionMode
from monitor.store.action_facts import Act, Deployed
from monitor.store.action_words import State
from tests.support.acting import an_action
from tests.support.checkout import ROOT
from tests.support.clock import NIGHT

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def a_deploy(
    number: int, version: str, at: datetime, previous: str = "", note: str = ""
) -> Deployed:
    return Deployed(id=number, version=version, previous=previous, note=note, at=at)


def an_act(**changes: Any) -> Act:
    given_: dict[str, Any] = {
        "id": 1,
        "name": "rollback",
        "mode": "live",
        "incident": 1,
        "deploy": 2,
        "target": "1.4.1",
        "state": State.DONE,
        "started_at": NIGHT,
    }
    return Act(**given_ | changes)


OLD = a_deploy(1, "1.4.1", NIGHT - 48 * HOUR)
BAD = a_deploy(2, "1.4.2", NIGHT - MINUTE, previous="1.4.1")
NEXT = a_deploy(3, "1.4.3", NIGHT + MINUTE)


def facts(**changes: Any) -> Facts:
    """An incident that follows deploy 1.4.2 by a minute, with nothing in the way."""
    given_: dict[str, Any] = {
        "incident": 7,
        "environment": "production",
        "service": "api",
        "probe": "signin",
        "watched": True,
        "component": True,
        "critical": True,
        "reaches": True,
        "began_at": NIGHT,
        "opened_at": NIGHT + MINUTE,
        "told": True,
        "deploys": (BAD, OLD),
    }
    return Facts(**given_ | changes)


def decided(
    action: Action | None = None, at: datetime = NIGHT + MINUTE, **changes: Any
) -> Decision:
    return decide(action or an_action(), facts(**changes), at)


def test_an_incident_that_follows_a_deploy_is_acted_upon() -> None:
    decision = decided()
    assert (decision.acts, decision.because) == (True, Because.FOLLOWS_DEPLOY)
    assert decision.deploy == BAD
    assert decision.values is not None
    assert decision.values.previous == "1.4.1"


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"of_probe": False}, Because.NO_SERVICE),
        ({"watched": False}, Because.NOT_WATCHED),
        ({"is_open": False}, Because.OVER),
        ({"component": False}, Because.NO_COMPONENT),
        ({"critical": False}, Because.NOT_CRITICAL),
        ({"reaches": False}, Because.NOBODY_TO_TELL),
        ({"deploys": ()}, Because.NO_DEPLOY),
        ({"deploys": (NEXT,)}, Because.NO_DEPLOY),
        ({"deploys": (OLD,)}, Because.TOO_LONG_AFTER),
        ({"deploys": (NEXT, BAD, OLD)}, Because.NEWER_DEPLOY),
        ({"deploys": (replace(BAD, note="rolled-back by hand"),)}, Because.IS_ROLL_BACK),
        ({"deploys": (replace(BAD, note="Roll back: 1.4.3 was bad"),)}, Because.IS_ROLL_BACK),
        ({"deploys": (BAD, OLD, replace(BAD, id=0, at=OLD.at - HOUR))}, Because.IS_ROLL_BACK),
        (
            {"acts": (an_act(deploy=0, target="1.4.2", started_at=NIGHT - HOUR),)},
            Because.IS_ROLL_BACK,
        ),
        ({"rival": a_deploy(9, "7", NIGHT)}, Because.LIKELIER_DEPLOY),
        ({"acts": (an_act(),)}, Because.DONE_FOR_DEPLOY),
        ({"acts": (an_act(deploy=9, incident=7),)}, Because.DONE_FOR_INCIDENT),
        ({"maintained": True}, Because.MAINTENANCE),
        ({"silenced": True}, Because.SILENCED),
        ({"acknowledged": True}, Because.ACKNOWLEDGED),
        ({"told": False}, Because.NOBODY_TOLD),
        ({"failing": 0}, Because.PASSES_AGAIN),
        ({"failing": 1}, Because.FAILED_ONCE),
        ({"rehearsed_by": {"rollback"}}, Because.WAS_DRY_RUN),
        ({"rehearsed_by": {"undo"}}, Because.WAS_DRY_RUN),
        ({"acts": (an_act(name="undo"),)}, Because.DONE_FOR_DEPLOY),
        ({"acts": (an_act(name="undo", deploy=9),)}, Because.COOLS_DOWN),
        ({"in_doubt": True}, Because.NETWORK_IN_DOUBT),
        ({"acts": (an_act(deploy=9),)}, Because.COOLS_DOWN),
        ({"at": NIGHT + HOUR}, Because.TOO_LATE),
        ({"stale": True}, Because.NOT_SEEN_LATELY),
        ({"deploys": (replace(BAD, version="1.4.2; reboot"), OLD)}, Because.VALUE_UNSAFE),
        ({"deploys": (replace(BAD, version="../../etc"), OLD)}, Because.VALUE_UNSAFE),
        ({"deploys": (replace(BAD, version="-rf"), OLD)}, Because.VALUE_UNSAFE),
        ({"deploys": (replace(BAD, version="1.4.2\n1.4.3"), OLD)}, Because.VALUE_UNSAFE),
        ({"deploys": (replace(BAD, version="1" * 201), OLD)}, Because.VALUE_UNSAFE),
    ],
)
def test_each_doubt_by_itself_is_a_no_with_its_name(
    changes: dict[str, Any], because: Because
) -> None:
    decision = decided(**changes)
    assert (decision.acts, decision.because) == (False, because)


def test_every_reason_is_said_in_words_and_documented() -> None:
    text = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")
    assert all(in_words(each) != each.value for each in Because)
    assert [each for each in Because if f"`{each}`" not in text] == []
    assert [each for each in State if f"`{each}`" not in text] == []
    assert in_words("something else") == "something else"


def test_another_service_that_went_out_earlier_is_not_suspected() -> None:
    assert decided(rival=replace(BAD, id=1)).acts


def test_a_deploy_recorded_by_two_sources_is_one_deploy() -> None:
    again = replace(BAD, id=3, at=NIGHT + MINUTE)
    assert decided(deploys=(again, BAD, OLD)).acts
    done = decided(deploys=(again, BAD, OLD), acts=(an_act(deploy=3),))
    assert done.because is Because.DONE_FOR_DEPLOY


def test_of_two_deploys_in_one_second_the_newer_one_is_followed() -> None:
    twin = a_deploy(3, "1.4.3", BAD.at, previous="1.4.2")
    decision = decided(deploys=(twin, BAD, OLD))
    assert decision.deploy == twin


def test_the_version_before_is_looked_up_where_the_deploy_does_not_say() -> None:
    decision = decided(deploys=(replace(BAD, previous=""), OLD))
    assert decision.values is not None
    assert decision.values.previous == "1.4.1"
    needs = an_action(command=("deploy", "{previous}"))
    assert decided(needs, deploys=(replace(BAD, previous=""),)).because is Because.PREVIOUS_UNKNOWN
    assert decided(deploys=(replace(BAD, previous=""),)).acts


def test_what_could_not_be_asked_for_at_all_cools_nothing_down() -> None:
    assert decided(acts=(an_act(deploy=9, state=State.UNSENT),)).acts


def test_a_dry_run_stands_in_no_ones_way_once_it_is_live() -> None:
    assert decided(acts=(an_act(mode="dry-run", target=""),)).acts


def test_a_dry_run_does_not_say_again_what_was_done_live() -> None:
    dry = an_action(mode=ActionMode.DRY_RUN)
    assert decided(dry, acts=(an_act(),)).because is Because.DONE_FOR_DEPLOY
    assert decided(dry, acts=(an_act(deploy=9),)).because is Because.COOLS_DOWN
    assert decided(dry, rehearsed_by={"rollback"}).acts


def test_a_clock_that_was_put_back_makes_nothing_possible() -> None:
    later = an_act(deploy=9, started_at=NIGHT + 5 * HOUR)
    assert decided(acts=(later,)).because is Because.COOLS_DOWN


VALUES = Values(
    service="api",
    version="1.4.2",
    previous="1.4.1",
    environment="production",
    incident="7",
    probe="signin",
)


def test_values_are_put_in_place_and_encoded_in_addresses() -> None:
    assert filled("{service}@{version} {unknown}", VALUES) == "api@1.4.2 {unknown}"
    odd = replace(VALUES, version="a/b@c")
    assert filled_url("https://ci.example.org/{version}?v={previous}", odd) == (
        "https://ci.example.org/a%2Fb%40c?v=1.4.1"
    )
    nested = replace(VALUES, version="{previous}")
    assert filled("{version}", nested) == "{previous}", "a value is not read again"


@pytest.mark.parametrize(
    ("command", "safe"),
    [
        (("deploy", "--to={previous}"), True),
        (("{version}", "now"), False),
        (("deploy", "{environment}"), False),
    ],
)
def test_no_value_becomes_a_program_or_an_option(command: Sequence[str], safe: bool) -> None:
    action = an_action(command=tuple(command))
    assert is_safe(action, replace(VALUES, environment="-production")) == safe


VERSIONS = st.sampled_from(["1", "2", "3", "4"])
DEPLOYS = st.lists(st.tuples(VERSIONS, st.integers(-40, 40)), max_size=6)


def _recorded(made: list[tuple[str, int]]) -> list[Deployed]:
    rows = [a_deploy(i + 1, v, NIGHT + m * MINUTE) for i, (v, m) in enumerate(made)]
    return sorted(rows, key=lambda row: (row.at, row.id), reverse=True)


@settings(max_examples=300, deadline=None)
@given(
    made=DEPLOYS,
    incidents=st.lists(st.integers(-40, 40), min_size=1, max_size=6),
    guards=st.fixed_dictionaries(
        {
            name: st.booleans()
            for name in ("maintained", "silenced", "acknowledged", "in_doubt", "told", "critical")
        }
    ),
    cool_down=st.integers(0, 90),
)
def test_whatever_happens_a_deploy_is_acted_upon_once_and_nothing_in_maintenance(
    made: list[tuple[str, int]], incidents: list[int], guards: dict[str, bool], cool_down: int
) -> None:
    action = an_action(cool_down=cool_down * MINUTE)
    acts: list[Act] = []
    for number, began in enumerate(incidents):
        at = NIGHT + began * MINUTE
        known = [row for row in _recorded(made) if row.at <= at + MINUTE]
        seen = facts(
            incident=number, began_at=at, opened_at=at, deploys=known, acts=tuple(acts), **guards
        )
        decision = decide(action, seen, at + MINUTE)
        if not decision.acts:
            continue
        deploy = decision.deploy
        assert deploy is not None
        assert timedelta() <= at - deploy.at <= action.within
        assert not any(guards[g] for g in ("maintained", "silenced", "acknowledged", "in_doubt"))
        assert guards["told"]
        assert guards["critical"]
        assert known[0].version == deploy.version, "nobody deployed anything since"
        acts.insert(0, an_act(deploy=deploy.id, incident=number, started_at=at + MINUTE, target=""))
    assert len({act.deploy for act in acts}) == len(acts), "never twice for a deploy"
    starts = sorted(act.started_at for act in acts)
    assert all(b - a >= action.cool_down for a, b in pairwise(starts))


def test_the_mode_changes_no_decision() -> None:
    assert decided(an_action(mode=ActionMode.DRY_RUN)) == decided()
