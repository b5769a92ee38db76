"""The answer at a glance: true, and in whole sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from status_page import Condition, Impact, Page
from status_page.index.headline import LONGEST, headline
from status_page.index.view import Headline
from status_page.tongue import tongue
from tests.status_page.examples import component, incident, page
from tests.status_page.reading import plain

LETTERS = {
    "u": Condition.UP,
    "s": Condition.DEGRADED,
    "d": Condition.DOWN,
    "m": Condition.MAINTENANCE,
    "?": Condition.UNKNOWN,
    "-": Condition.UNWATCHED,
}
NAMES = ("Signing in", "Uploads", "Messages", "Short links", "Search")


def top(given: Page) -> Headline:
    return headline(given, tongue("en"))


@pytest.mark.parametrize(
    ("found", "tone", "said", "lead"),
    [
        ("uuu", "up", "Everything works.", "All 3 things we watch work."),
        ("u", "up", "Everything works.", ""),
        ("uus", "degraded", "Messages is slow.", "Everything else works."),
        ("sss", "degraded", "Everything is slow.", ""),
        ("uud", "down", "Messages is down.", "Everything else works."),
        ("udd", "down", "Uploads and Messages are down.", "Everything else works."),
        ("udddd", "down", "4 things are down.", "Everything else works."),
        ("ds", "down", "Signing in is down.", "Uploads is slow."),
        ("dd", "down", "Everything is down.", ""),
        ("d", "down", "Signing in is down.", ""),
        (
            "u?sd",
            "down",
            "Short links is down.",
            "Messages is slow. We cannot tell about Uploads right now. Everything else works.",
        ),
        ("um", "maintenance", "Uploads is under maintenance.", "Everything else works."),
        ("mm", "maintenance", "Everything is under maintenance.", ""),
        (
            "dm",
            "down",
            "Signing in is down.",
            "Uploads is under maintenance.",
        ),
        (
            "uu?",
            "unknown",
            "Everything we can see works.",
            "We cannot tell about Messages right now.",
        ),
        (
            "u????",
            "unknown",
            "Everything we can see works.",
            "We cannot tell about 4 things right now.",
        ),
        ("u-", "up", "Everything we watch works.", "Uploads is not watched."),
        (
            "???",
            "unknown",
            "We cannot tell right now.",
            "We have no fresh evidence about anything that we watch.",
        ),
        ("---", "unwatched", "Nothing is watched yet.", ""),
        ("", "unwatched", "Nothing is watched yet.", ""),
    ],
)
def test_the_headline_answers_and_the_rest_is_told_too(
    found: str, tone: str, said: str, lead: str
) -> None:
    rows = (component(name, LETTERS[at]) for name, at in zip(NAMES, found, strict=False))
    made = top(page(*rows))
    assert (made.tone, plain(made.words), plain(made.lead)) == (tone, said, lead)


def test_the_configured_sentence_is_the_headline_of_a_single_outage() -> None:
    down = component("Uploads", Condition.DOWN, says="People cannot upload.")
    made = top(page(down, component("Messages")))
    assert (made.words, made.lead) == ("People cannot upload.", "Everything else works.")


def test_an_open_incident_is_not_outshone_by_green_rows() -> None:
    still_open = incident(1, "Invitations do not arrive.", back=0, minutes=None)
    made = top(page(component(), component("Messages"), incidents=(still_open,)))
    assert (made.tone, made.words) == (Condition.DOWN, "Invitations do not arrive.")
    assert "work" not in made.lead


def test_a_minor_incident_is_a_warning_and_one_without_impact_is_none() -> None:
    still_open = incident(1, "Uploads are slow.", back=0, minutes=None)
    minor = replace(still_open, impact=Impact.MINOR)
    none = replace(still_open, impact=Impact.NONE)
    assert top(page(component(), incidents=(minor,))).tone is Condition.DEGRADED
    assert top(page(component(), incidents=(none,))).words == "Everything works."


def test_several_open_incidents_are_counted() -> None:
    still_open = tuple(incident(at, "Trouble.", back=0, minutes=None) for at in (1, 2))
    assert plain(top(page(incidents=still_open)).words) == "2 incidents are open."


def test_a_resolved_incident_is_no_news() -> None:
    past = incident(1, "People cannot upload.", back=1, minutes=5)
    assert top(page(component(), incidents=(past,))).words == "Everything works."


def test_an_endless_sentence_is_cut_in_the_headline() -> None:
    down = replace(component("Uploads", Condition.DOWN), says="People cannot upload " * 50)
    assert len(top(page(down)).words) <= LONGEST
