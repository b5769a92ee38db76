"""What the pager hears of an outage, to the letter: of one that breaks two components for one
reason, and of one in a machine's interface.

Each is broken by its switch on the practice site and watched by the sample configuration through
the real daemon, a real browser and a real database. That each of the five outages is noticed is
proved by their drills, in `test_drills`.
"""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.world import World, parse_at

EXPLAINED = {"message"}  # needs that people can sign in, so that it is no page of its own
UNDER_WAY = timedelta(seconds=15)  # a run that had begun when the switch was thrown
OUTAGES = [
    pytest.param(
        "accidental-upgrade",
        {"signing-in": "signin", "messages": "message"},
        id="the accidental upgrade: nobody gets in and nobody can write",
    ),
    pytest.param("field-renamed", {"api": "api"}, id="a field was renamed"),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("fault", "down"), OUTAGES)
def test_an_outage_is_seen_told_and_over(world: World, fault: str, down: dict[str, str]) -> None:
    broken_at = datetime.now(UTC)  # noqa: TID251 - the test's own watch
    world.breaks(fault)
    world.wait(lambda: _down(world) == set(down), f"exactly {sorted(down)} are down")
    told = set(down.values()) - EXPLAINED
    opened = {("opened", probe) for probe in told}
    world.wait(lambda: opened <= set(world.told()), "the pager was told")

    assert sorted(world.told()) == sorted(opened)
    for body in world.pages():
        began_at = parse_at(body["began_at"])
        assert began_at >= broken_at - UNDER_WAY
        assert parse_at(body["last_good_at"]) < began_at < parse_at(body["at"])
        assert body["failures"] == 2
        assert body["says"]
        assert body["says"][0] in html.unescape(world.public())
    assert _down(world) == set(down), "and still only they"

    world.mended(fault)
    world.wait(lambda: _down(world) == set(), "everything is up again")
    resolved = {("resolved", probe) for probe in told}
    world.wait(lambda: resolved <= set(world.told()), "the all-clear was given")
    assert sorted(world.told()) == sorted(opened | resolved)
    _the_ends_fit_the_beginnings(world, told)


def _down(world: World) -> set[str]:
    return {name for name, condition in world.conditions().items() if condition == "down"}


def _the_ends_fit_the_beginnings(world: World, probes: set[str]) -> None:
    told = {body["incident"] for body in world.pages()}
    incidents = [row for row in world.status("incidents") if row["incident"] in told]
    assert {row["probe"] for row in incidents} == probes
    for incident in incidents:
        probe = incident["probe"]
        first, last = (body for body in world.pages() if body["probe"] == probe)
        assert (first["event"], last["event"]) == ("opened", "resolved")
        assert first["dedup_key"] == last["dedup_key"] == incident["dedup_key"]
        assert incident["began_at"] == first["began_at"] == last["began_at"]
        assert incident["told"] == [
            {"channel": "pager", "delivered": 2, "waiting": 0, "gave_up": 0, "why": None}
        ]
