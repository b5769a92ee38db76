"""What is told was there in the newest runs, and not in failing ones only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.fingerprints.events import Back, Changed, Event
from monitor.fingerprints.evidence import evidence_of
from monitor.fingerprints.learning import Known, Seen, State, announced, step
from monitor.fingerprints.past import habit_of
from probes.traits import Trait
from tests.support.clock import NIGHT

NOTHING = {"-": "", "_": ""}
"""Nothing was seen where something was; the second one in a failing run."""


def after(runs: str, trait: Trait = Trait.VERSION) -> tuple[Known, list[Event]]:
    """One run a letter, every 30 seconds; a capital one is of a failing run."""
    known, events = Known(), list[Event]()
    for number, letter in enumerate(f"aaa{runs}"):
        seen = Seen(
            value=NOTHING.get(letter, letter.lower()),
            probe="p",
            at=NIGHT + number * timedelta(seconds=30),
            good=letter != "_" and not letter.isupper(),
        )
        known, event = step(known, seen, habit_of(trait))
        events += [event] if isinstance(event, Changed | Back) else []
    return known, events


@pytest.mark.parametrize(
    ("runs", "became", "sure"),
    [
        pytest.param("bb", "b", "SEEN", id="two good runs"),
        pytest.param("bba", "b", "NONE", id="gone with the next run"),
        pytest.param("bbabaab", "b", "SEEN", id="both by turns"),
        pytest.param("bbbcc", "b", "SEEN", id="overtaken, told with what came after it"),
        pytest.param("bbbcca", "b", "NONE", id="overtaken, and both are gone"),
        pytest.param("bb" + "a" * 20 + "bb", "b", "NONE", id="once more, after ten minutes"),
        pytest.param("bb" + "a" * 20 + "bbbbb", "b", "SEEN", id="once more, and it lasts"),
        pytest.param("bb" + "a" * 20 + "babab", "b", "SEEN", id="once more, and by turns"),
        pytest.param("BB" + "a" * 20 + "BB", "b", "NONE", id="once more, failing"),
        pytest.param("BB", "b", "FAILING", id="failing runs only"),
        pytest.param("BBBBBB" * 10, "b", "FAILING", id="failing runs for long"),
        pytest.param("BBa", "b", "NONE", id="failing runs, and over"),
        pytest.param("BBaaaB", "b", "FAILING", id="failing runs, again"),
        pytest.param("BBb", "b", "SEEN", id="failing runs, and then a good one"),
        pytest.param("Bb", "b", "SEEN", id="a failing run and a good one"),
        pytest.param("--", "", "NONE", id="nothing there, for half a minute"),
        pytest.param("-" * 30, "", "NONE", id="nothing there, for not quite long enough"),
        pytest.param("-" * 40, "", "SEEN", id="nothing there, for 20 minutes"),
        pytest.param("-" * 40 + "a", "", "NONE", id="nothing there, and over"),
        pytest.param("__", "", "NONE", id="nothing there, failing"),
        pytest.param("_" * 400, "", "NONE", id="nothing there, failing for hours"),
        pytest.param("_" * 40 + "-", "", "SEEN", id="nothing there, and good at last"),
        pytest.param("--" + "-a" * 100, "", "NONE", id="nothing there by turns, for an hour"),
        pytest.param("--" + "-a" * 130 + "-", "", "SEEN", id="nothing there by turns, for good"),
        pytest.param("__bb", "b", "SEEN", id="a page of a proxy, and then a version"),
        pytest.param("CCbb", "b", "SEEN", id="another page, and then a version"),
    ],
)
def test_what_is_told_was_there_in_the_newest_runs(runs: str, became: str, sure: str) -> None:
    assert evidence_of(after(runs)[0], became).name == sure


def test_the_newest_run_of_one_of_several_probes_is_enough_once_it_lasted() -> None:
    for runs, sure in (("bba", "NONE"), ("bbaaba", "NONE"), ("bb" + "aab" * 4 + "aa", "SEEN")):
        assert evidence_of(after(runs)[0], "b", newest=True).name == sure
        assert evidence_of(after(runs)[0], "b").name == "NONE"


def test_an_environment_that_is_not_given_counts_as_another_one_does() -> None:
    assert evidence_of(after("--", Trait.ENVIRONMENT)[0], "").name == "SEEN"
    assert evidence_of(after("__", Trait.ENVIRONMENT)[0], "").name == "NONE"


def test_of_what_is_not_learned_nothing_is_told() -> None:
    for known in (None, Known(), Known(State.VARIES), after("")[0]):
        assert evidence_of(known, "b").name == "NEVER"


@pytest.mark.parametrize("page", ["C", "-", "_"])
def test_what_came_between_is_not_what_it_was(page: str) -> None:
    changes = [each for each in after(page * 3 + "bb")[1] if isinstance(each, Changed)]
    assert [(*each.was, each.became) for each in changes][-1] == ("a", "b")


@pytest.mark.parametrize("page", ["C", "_", "-", "c"])
@pytest.mark.parametrize("trait", [Trait.VERSION, Trait.JSON_KEYS, Trait.TLS_ISSUER])
def test_what_flashed_up_however_often_is_news_once_it_stays(trait: Trait, page: str) -> None:
    flashes = (page * 2 + "a" * 40) * 9
    known, events = after(flashes, trait)
    assert (known.values, known.guess, known.fresh) == (("a",), None, None)
    assert [type(each) for each in events] == [Changed, Back] * 9
    value = NOTHING.get(page, page.lower())
    assert evidence_of(after(flashes + (value or "-") * 40, trait)[0], value).name == "SEEN"


def test_pages_of_errors_that_are_never_the_same_do_not_fill_the_history() -> None:
    known, events = after("BCDEFGHIJ" * 30, Trait.JSON_KEYS)
    assert (known.values, len(events)) == (("a",), 1)


def test_a_recorded_deploy_needs_no_good_run() -> None:
    known = announced(after("BB")[0], "b")
    assert (known.values, known.guess) == (("a", "b"), None)
