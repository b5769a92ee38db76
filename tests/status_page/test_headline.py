"""The answer at a glance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from status_page import Condition
from status_page.index.headline import LONGEST, headline
from tests.status_page.examples import component, incident, page
from tests.status_page.test_words import plain

LETTERS = {"u": Condition.UP, "s": Condition.DEGRADED, "d": Condition.DOWN, "?": Condition.UNKNOWN}
NAMES = ("Signing in", "Uploads", "Messages", "Short links")


@pytest.mark.parametrize(
    ("found", "tone", "said", "lead"),
    [
        ("uuu", "up", "Everything works", "All 3 things we watch work."),
        ("u", "up", "Everything works", ""),
        ("uus", "degraded", "Some things are slow", "2 of 3 work and 1 is slow."),
        ("sss", "degraded", "Everything is slow", ""),
        ("uud", "down", "Messages is down", "2 of 3 work and 1 is down."),
        ("udd", "down", "Uploads and Messages are down", "1 of 3 works and 2 are down."),
        ("uddd", "down", "3 of 4 things are down", "1 of 4 works and 3 are down."),
        (
            "ds",
            "down",
            "Signing in is down",
            "None of 2 works as it should, 1 is slow and 1 is down.",
        ),
        ("dd", "down", "Everything is down", ""),
        (
            "u?sd",
            "down",
            "Short links is down",
            "1 of 4 works, 1 is slow and 1 is down. We cannot tell about 1 of them right now.",
        ),
        (
            "uu?",
            "up",
            "Everything we can see works",
            "2 of 3 work. We cannot tell about 1 of them right now.",
        ),
        (
            "???",
            "unknown",
            "We cannot tell right now",
            "We have no fresh evidence about any of the 3 things we watch.",
        ),
        ("", "unknown", "Nothing is watched yet", ""),
    ],
)
def test_the_headline_answers_first_and_counts_second(
    found: str, tone: str, said: str, lead: str
) -> None:
    rows = (component(name, LETTERS[at]) for name, at in zip(NAMES, found, strict=False))
    top = headline(page(*rows))
    assert (top.tone, plain(top.words), plain(top.lead)) == (tone, said, lead)


def test_the_configured_sentence_is_the_headline_of_a_single_outage() -> None:
    down = component("Uploads", Condition.DOWN, says="People cannot upload.")
    assert headline(page(down, component("Messages"))).words == "People cannot upload"


def test_an_open_incident_is_not_outshone_by_green_rows() -> None:
    still_open = incident(1, "Invitations do not arrive.", back=0, minutes=None)
    top = headline(page(component(), incidents=(still_open,)))
    assert (top.tone, top.words) == (Condition.DOWN, "Invitations do not arrive")


def test_several_open_incidents_are_counted() -> None:
    still_open = tuple(incident(at, "Trouble.", back=0, minutes=None) for at in (1, 2))
    assert plain(headline(page(incidents=still_open)).words) == "2 incidents are open"


def test_a_resolved_incident_is_no_news() -> None:
    past = incident(1, "People cannot upload.", back=1, minutes=5)
    assert headline(page(component(), incidents=(past,))).words == "Everything works"


def test_an_endless_sentence_is_cut_in_the_headline() -> None:
    down = replace(component("Uploads", Condition.DOWN), says="People cannot upload " * 50)
    assert len(headline(page(down)).words) <= LONGEST
