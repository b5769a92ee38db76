"""Whose words a page tells, and under which id, when people hide things and others happen."""

from __future__ import annotations

from dataclasses import replace

from monitor.config.model import Component
from monitor.context import SUMMARY
from monitor.pages import told
from status_page import Stage
from tests.monitor.pages.conftest import Make
from tests.monitor.pages.stored import HOUR, MINUTE
from tests.monitor.pages.test_telling import an_incident, one, said, seen
from tests.support.clock import NIGHT
from tests.support.configs import a_probe

ACME = Component(id="acme", name="Acme", probes=("home",), says="Acme cannot read.")
OTHERS = Component(id="others", name="Others", probes=("theirs",), says="Others cannot read.")
THREE = Component(id="web", name="Website", probes=("home", "tour", "third"), says="No reading.")


def test_words_about_a_cause_that_is_another_customers_are_on_the_page_of_that_one_alone() -> None:
    cause = an_incident(2, "theirs", title="Their database", updates=(said(7, "Theirs is gone."),))
    effect = an_incident(1, under=2)
    found = one(told.incidents([cause, effect], seen(ACME, components=("acme",))))
    assert (found.sentence, found.audience, found.updates) == ("Acme cannot read.", "", ())
    whole = told.incidents([cause, effect], seen(ACME, OTHERS))
    assert [len(each.updates) for each in whole] == [1, 1]


def test_a_summary_speaks_on_a_customers_page_only_if_all_it_holds_is_theirs() -> None:
    summary = an_incident(
        9, SUMMARY, title="Theirs and Acme", audience="both", updates=(said(7, "Both are gone."),)
    )
    members = [an_incident(1, under=9), an_incident(2, "theirs", under=9)]
    page = seen(ACME, components=("acme",))
    found = one(told.incidents([summary, *members], page))
    assert (found.sentence, found.audience, found.updates) == ("Acme cannot read.", "", ())
    alone = one(told.incidents([summary, members[0]], page))
    assert (alone.sentence, alone.audience, len(alone.updates)) == ("Theirs and Acme", "both", 1)


def test_hiding_the_first_of_two_probes_leaves_the_other_the_address_it_was_told_under() -> None:
    first = an_incident(1, ended_at=None)
    second = an_incident(2, "tour", began_at=NIGHT - 50 * MINUTE, ended_at=None)
    before = one(told.incidents([first, second], seen()))
    after = one(told.incidents([replace(first, hidden=True), second], seen()))
    assert (before.id, after.id) == ("key1", "key1")
    assert (before.began_at, after.began_at) == (first.began_at, second.began_at)


def test_a_false_alarm_that_was_hidden_does_not_tie_two_short_outages_into_a_long_one() -> None:
    alarm = an_incident(1, began_at=NIGHT - 9 * HOUR, ended_at=NIGHT, hidden=True)
    short = an_incident(2, "tour", began_at=NIGHT - 8 * HOUR)
    later = an_incident(3, "tour", began_at=NIGHT - 2 * HOUR)
    found = told.incidents([alarm, short, later], seen())
    assert [each.id for each in found] == ["key3", "key1"]
    assert {each.lasted(NIGHT) for each in found} == {37 * MINUTE}


def test_nothing_that_is_hidden_is_told() -> None:
    hidden = an_incident(1, hidden=True)
    assert told.incidents([hidden], seen()) == ()
    by_hand = an_incident(None, "", title="Mail was late", hidden=True)
    assert told.incidents([by_hand], seen()) == ()


def test_an_outage_told_as_over_does_not_vanish_when_a_second_probe_joins_it() -> None:
    over = an_incident(1, ended_at=NIGHT - 5 * MINUTE)
    joins = an_incident(2, "tour", began_at=NIGHT - 10 * MINUTE, ended_at=None)
    patient = seen(publish_after=2 * HOUR)
    assert one(told.incidents([over], patient)).id == "key1"
    assert one(told.incidents([over, joins], patient)).id == "key1"


def test_time_that_one_outage_tells_of_is_not_told_again_by_the_next() -> None:
    first = an_incident(1, began_at=NIGHT - HOUR, ended_at=NIGHT - 50 * MINUTE)
    second = an_incident(2, "tour", began_at=NIGHT - 40 * MINUTE, ended_at=NIGHT - 30 * MINUTE)
    late = {"began_at": NIGHT - 55 * MINUTE, "opened_at": NIGHT - 35 * MINUTE}
    both = an_incident(3, "third", ended_at=None, **late)
    found = told.incidents([first, second, both], seen(THREE))
    assert [(each.id, each.resolved_at) for each in found] == [
        ("key2", None),
        ("key1", NIGHT - 50 * MINUTE),
    ]
    assert found[0].began_at == NIGHT - 50 * MINUTE


def test_an_outage_joins_the_one_that_lasts_even_if_another_came_since() -> None:
    lasting = an_incident(1, began_at=NIGHT - 30 * MINUTE, ended_at=None)
    earlier = {"began_at": NIGHT - 60 * MINUTE, "opened_at": NIGHT - 20 * MINUTE}
    other = an_incident(2, "tour", ended_at=NIGHT - 40 * MINUTE, **earlier)
    newest = an_incident(3, "third", began_at=NIGHT - 10 * MINUTE, ended_at=None)
    found = told.incidents([lasting, other, newest], seen(THREE))
    assert [(each.id, each.resolved_at is None) for each in found] == [
        ("key1", True),
        ("key2", False),
    ]


def test_an_outage_of_which_a_probe_still_fails_is_not_called_resolved() -> None:
    fixed = replace(said(1, "Fixed, all good."), status="resolved")
    over = an_incident(1, updates=(fixed,), ended_at=NIGHT - 30 * MINUTE)
    still = an_incident(2, "tour", began_at=NIGHT - 50 * MINUTE, ended_at=None)
    found = one(told.incidents([over, still], seen()))
    assert (found.stage, found.updates[0].stage) == (Stage.MONITORING, Stage.MONITORING)
    assert one(told.incidents([over], seen())).updates[0].stage is Stage.RESOLVED


def test_an_outage_that_a_clock_began_in_the_future_begins_no_later_than_it_ends() -> None:
    wrong = an_incident(began_at=NIGHT.replace(year=2040), ended_at=NIGHT - HOUR)
    found = one(told.incidents([wrong], seen()))
    assert found.began_at == found.resolved_at == NIGHT - HOUR


def test_an_outage_of_which_one_probe_is_hidden_stays_at_its_address_without_its_words(
    make: Make,
) -> None:
    both = Component(id="both", name="Both", probes=("home", "tour"))
    stored = make(probes=(a_probe("home"), a_probe("tour")), changes={"components": {"both": both}})
    first = stored.outage(NIGHT - 2 * HOUR, probe="home")
    stored.outage(NIGHT - HOUR, probe="tour")
    stored.sql(
        "INSERT INTO public_update (incident, at, status, words, by)"
        " VALUES (?, 0, 'identified', 'A secret.', 'ana')",
        first,
    )
    [before] = stored.page(NIGHT).incidents
    stored.sql(
        "INSERT INTO public_incident (incident, title, hidden, by, created_at, changed_at)"
        " VALUES (?, 'Not for you', 1, 'ana', 0, 0)",
        first,
    )
    [after] = stored.page(NIGHT).incidents
    assert (before.id, before.began_at, len(before.updates)) == (after.id, NIGHT - 2 * HOUR, 1)
    assert (after.sentence, after.updates, after.began_at) == ("", (), NIGHT - HOUR)
