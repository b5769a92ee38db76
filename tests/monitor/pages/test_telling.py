"""Incidents as a page tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor import announced
from monitor.config.model import Component, PageSettings
from monitor.pages import told
from monitor.pages.told import Seen
from monitor.store.public import Told, Words
from status_page import Impact, Incident, Stage
from tests.monitor.pages.stored import HOUR, MINUTE
from tests.support.clock import NIGHT

WEB = Component(id="web", name="Website", probes=("home", "tour"), says="People cannot read.")
SIGNIN = Component(id="signin", name="Sign-in", probes=("signin",), says="People cannot sign in.")


def seen(*shown: Component, slow: frozenset[int] = frozenset(), **settings: Any) -> Seen:
    shown = shown or (WEB, SIGNIN)
    return Seen(
        settings=PageSettings(**settings),
        components={component.id: component for component in shown},
        behind=told.behind(shown),
        plans=lambda _: announced.NOTHING,
        slow=slow,
        at=NIGHT,
    )


def an_incident(number: int | None = 1, probe: str = "home", **changes: Any) -> Told:
    began: datetime = changes.pop("began_at", NIGHT - HOUR)
    given: dict[str, Any] = {
        "key": f"key{number}",
        "number": number,
        "probe": probe,
        "components": (),
        "title": "",
        "audience": "",
        "impact": "",
        "began_at": began,
        "opened_at": began + MINUTE,
        "ended_at": began + 37 * MINUTE,
        "under": None,
    }
    return Told(**given | changes)


def said(number: int, words: str, at: datetime = NIGHT - HOUR, **more: Any) -> Words:
    return Words(number=number, at=at, status="investigating", words=words, by="kim", **more)


def one(found: tuple[Incident, ...]) -> Incident:
    [incident] = found
    return incident


def test_probes_of_a_component_that_fail_together_are_one_incident_to_its_users() -> None:
    first = an_incident(1, "home", updates=(said(1, "Looking."),))
    second = an_incident(2, "tour", began_at=NIGHT - 50 * MINUTE, updates=(said(2, "Disks."),))
    found = one(told.incidents([second, first], seen()))
    assert (found.id, found.sentence) == ("key1", "People cannot read.")
    assert (found.began_at, found.resolved_at) == (NIGHT - HOUR, NIGHT - 13 * MINUTE)
    assert [update.words for update in found.updates] == ["Looking.", "Disks."]


def test_it_is_open_for_as_long_as_any_of_them_is() -> None:
    open_one = an_incident(2, "tour", ended_at=None)
    assert one(told.incidents([open_one, an_incident(1)], seen())).resolved_at is None


def test_what_does_not_overlap_or_concerns_something_else_stays_apart() -> None:
    later = an_incident(2, "tour", began_at=NIGHT - 10 * MINUTE, ended_at=None)
    other = an_incident(3, "signin")
    found = told.incidents([later, other, an_incident(1)], seen())
    assert [each.id for each in found] == ["key2", "key3", "key1"]
    assert [each.resolved_at is None for each in found] == [True, False, False]


def test_nobody_writing_publishes_it_after_the_time_that_people_have() -> None:
    open_one = an_incident(began_at=NIGHT - 5 * MINUTE, ended_at=None)
    patient = seen(publish_after=10 * MINUTE)
    assert told.incidents([open_one], patient) == ()
    assert told.incidents([open_one], replace(patient, at=NIGHT + 6 * MINUTE))
    assert told.incidents([replace(open_one, updates=(said(1, "We know."),))], patient)
    assert told.incidents([replace(open_one, title="Uploads fail")], patient)
    assert told.incidents([an_incident(began_at=NIGHT - 5 * MINUTE, ended_at=NIGHT)], patient)


def test_what_a_person_made_of_it_wins() -> None:
    made = an_incident(
        title="Reading is slow in Asia",
        audience="everyone in Asia",
        impact="minor",
        components=("signin",),
    )
    found = one(told.incidents([made], seen()))
    assert found.sentence == "Reading is slow in Asia"
    assert found.audience == "everyone in Asia"
    assert (found.impact, found.components) == (Impact.MINOR, ("signin",))


def test_the_audience_is_that_of_the_component_or_else_of_the_page() -> None:
    web = replace(WEB, audience="everyone who reads")
    page = seen(web, SIGNIN, audience="customers of ours")
    found = told.incidents([an_incident(1), an_incident(2, "signin")], page)
    assert {each.id: each.audience for each in found} == {
        "key1": "everyone who reads",
        "key2": "customers of ours",
    }


@pytest.mark.parametrize(
    ("people", "lasted", "minutes"),
    [
        (12, 37 * MINUTE, 440),
        (1, timedelta(seconds=90), 2),
        (100_000, 37 * MINUTE, 3_700_000),
        (0, 37 * MINUTE, 0),
        (5, timedelta(), 0),
        (None, 37 * MINUTE, None),
    ],
)
def test_user_minutes_are_told_to_two_digits(
    people: int | None, lasted: timedelta, minutes: int | None
) -> None:
    web = replace(WEB, people=people)
    ended = an_incident(ended_at=NIGHT - HOUR + lasted)
    assert one(told.incidents([ended], seen(web))).user_minutes == minutes


def test_user_minutes_are_not_counted_while_it_lasts() -> None:
    still = an_incident(ended_at=None)
    assert one(told.incidents([still], seen(replace(WEB, people=12)))).user_minutes is None


def test_user_minutes_are_those_of_all_components_that_it_concerns() -> None:
    shared = [replace(c, people=10, probes=("home",)) for c in (WEB, SIGNIN)]
    assert one(told.incidents([an_incident()], seen(*shared))).user_minutes == 740


def test_its_impact_is_how_much_of_the_page_it_took() -> None:
    slow = an_incident(3, "signin", began_at=NIGHT - 9 * HOUR)
    alone = an_incident(2, "home", began_at=NIGHT - 5 * HOUR)
    everything = [an_incident(1), an_incident(4, "signin")]
    found = told.incidents([*everything, alone, slow], seen(slow=frozenset({3})))
    assert {each.id: each.impact for each in found} == {
        "key1": Impact.CRITICAL,
        "key4": Impact.CRITICAL,
        "key2": Impact.MAJOR,
        "key3": Impact.MINOR,
    }


def test_what_was_merely_slow_is_not_said_to_be_down() -> None:
    slow = an_incident(3)
    found = one(told.incidents([slow], seen(slow=frozenset({3}))))
    assert (found.sentence, found.impact) == ("", Impact.MINOR)


def test_what_is_said_of_a_summary_is_said_of_its_members_with_updates_of_their_own() -> None:
    summary = an_incident(9, "trueup/summary", updates=(said(7, "The network."),), title="All")
    members = [an_incident(1, under=9), an_incident(2, "signin", under=9, title="No sign-in")]
    found = told.incidents([summary, *members], seen())
    assert {each.id: each.sentence for each in found} == {"key1": "All", "key2": "No sign-in"}
    updates = [update for each in found for update in each.updates]
    assert [update.words for update in updates] == ["The network."] * 2
    assert len({update.id for update in updates}) == 2


def test_what_is_said_of_a_cause_is_said_of_its_effects_but_its_title_is_its_own() -> None:
    cause = an_incident(1, updates=(said(7, "Disks."),), title="Nobody can read")
    effect = an_incident(2, "signin", under=1)
    found = {each.id: each for each in told.incidents([cause, effect], seen())}
    assert found["key2"].sentence == "People cannot sign in."
    assert [update.words for update in found["key2"].updates] == ["Disks."]


def test_an_update_keeps_its_id_when_it_is_corrected() -> None:
    def update(words: str, **more: Any) -> Any:
        incident = one(told.incidents([an_incident(updates=(said(5, words, **more),))], seen()))
        return incident.updates[0]

    before, after = update("Diks."), update("Disks.", edited_at=NIGHT)
    assert before.id == after.id != ""
    assert (after.words, after.edited_at, after.stage) == ("Disks.", NIGHT, Stage.INVESTIGATING)


def test_one_written_by_hand_is_told_where_its_components_are_or_on_a_whole_page() -> None:
    by_hand = an_incident(None, "", title="Mail was late", backfilled=True)
    found = one(told.incidents([by_hand], seen()))
    assert (found.components, found.backfilled, found.sentence) == ((), True, "Mail was late")
    assert told.incidents([by_hand], seen(components=("web",))) == ()
    named = replace(by_hand, components=("signin",))
    assert told.incidents([named], seen(SIGNIN, components=("signin",)))
    assert told.incidents([named], seen(WEB, components=("web",))) == ()


def test_one_written_by_hand_without_a_title_is_called_by_its_own_words() -> None:
    first = said(1, "**Some uploads** are lost. We are looking for them.")
    by_hand = an_incident(None, "", components=("signin",), updates=(first,))
    of_signin = seen(replace(SIGNIN, says="People cannot sign in."), components=("signin",))
    assert one(told.incidents([by_hand], of_signin)).sentence == "Some uploads are lost."
    nothing = replace(by_hand, updates=())
    assert one(told.incidents([nothing], of_signin)).sentence == ""


def test_two_written_by_hand_stay_two() -> None:
    both = [
        an_incident(None, "", key=key, title="Late", components=("web",)) for key in ("n1", "n2")
    ]
    assert len(told.incidents(both, seen())) == 2
