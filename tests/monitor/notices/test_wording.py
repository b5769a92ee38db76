"""Every event as somebody reads it who was just woken: its subject, its opening, its short form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.notices import (
    NO_LONGER_WATCHED,
    SAMPLES,
    SHORT_MAX,
    About,
    EventKind,
    Member,
    Notice,
    gsm,
    short,
    subject,
    text,
)
from monitor.routing import Severity
from monitor.why import Why
from tests.support.notices import BEGAN_AT, opened, resolved

NAMES = ("Signing in", "Uploads", "Short addresses", "Messages", "Search", "Payments", "Exports")


def later(event: EventKind, **changes: Any) -> Notice:
    """The same incident, ten minutes after it began."""
    return opened(event=event, sequence=2, at=BEGAN_AT + timedelta(minutes=10), **changes)


def several(event: EventKind = EventKind.OPENED, **changes: Any) -> Notice:
    members = tuple(Member(n, f"p{n}", name) for n, name in enumerate(NAMES, start=1))
    told = {"about": About.SUMMARY, "members": members, "members_count": 12}
    return later(event, **told, says=(), components=(), reason="", summary="", **changes)


def ours(event: EventKind = EventKind.OPENED, **changes: Any) -> Notice:
    told = {"about": About.OURSELVES, "probe": "trueup/network", "components": ()}
    return later(event, **told, says=("Its own network is gone.",), **changes)


def first_lines(notice: Notice) -> tuple[str, str]:
    return subject(notice), text(notice).split("\n")[0]


@pytest.mark.parametrize(
    ("notice", "headline", "opening"),
    [
        (
            opened(severity=Severity.WARNING),
            "[production] DOWN (warning): People cannot sign in. (signin)",
            "People cannot sign in.",
        ),
        (
            opened(outcome="SLOW", severity=Severity.WARNING),
            "[production] SLOW (warning): Signing in (signin)",
            "Slower than it should be: Signing in.",
        ),
        (
            later(EventKind.WORSENED),
            "[production] DOWN, now critical: People cannot sign in. (signin)",
            "People cannot sign in. It matters more than before: critical now.",
        ),
        (
            later(EventKind.FLAPPING),
            "[production] FLAPPING: Signing in (signin)",
            (
                "Keeps breaking and mending: Signing in. When it breaks: People cannot sign in. "
                "You will not hear of every change, only when it is over."
            ),
        ),
        (
            later(EventKind.REMINDED, stage=2),
            "[production] STILL DOWN after 10 minutes: People cannot sign in. (signin)",
            "People cannot sign in. It has been so for 10 minutes. This is reminder 2.",
        ),
        (
            later(EventKind.ESCALATED, stage=1),
            "[production] NOBODY IS ON IT, DOWN for 10 minutes: People cannot sign in. (signin)",
            "People cannot sign in. Nobody has acknowledged it, 10 minutes after it began.",
        ),
        (
            later(EventKind.ACKNOWLEDGED, acknowledged_by="night-shift"),
            "[production] ACKNOWLEDGED by night-shift: People cannot sign in. (signin)",
            "Acknowledged: night-shift is on it. Still so: People cannot sign in.",
        ),
        (
            resolved(untold=True),
            "[production] UP again: Signing in, after 12 minutes (signin)",
            (
                "Works again after 12 minutes: Signing in. "
                "This is the first you hear of it: the news that it began never got here."
            ),
        ),
        (
            resolved(outcome=NO_LONGER_WATCHED, lasted=None),
            "[production] No longer watched: Signing in (signin)",
            "No longer watched, so nobody knows whether it works again: Signing in.",
        ),
        (
            later(EventKind.TEST, note="Asked for at a desk."),
            "[production] TEST: nothing is wrong",
            "Nothing is wrong: this is a test. Asked for at a desk.",
        ),
        (
            several(),
            (
                "[production] 12 things DOWN since 02:14 UTC: "
                "Signing in, Uploads, Short addresses, Messages and 8 more"
            ),
            (
                "12 things are down since 02:14 UTC: Signing in, Uploads, Short addresses, "
                "Messages, Search, Payments, Exports and 5 more."
            ),
        ),
        (
            several(EventKind.RESOLVED, lasted=timedelta(minutes=20)),
            "[production] UP again: all of 12 things, after 20 minutes",
            "All of 12 things are over after 20 minutes.",
        ),
        (
            ours(),
            "[production] OWN TROUBLE, no outage: Its own network is gone. (trueup/network)",
            (
                "Its own network is gone. "
                "This is trouble of trueup itself and no outage: it says nothing about the service."
            ),
        ),
        (
            ours(EventKind.RESOLVED, lasted=timedelta(minutes=5)),
            (
                "[production] OWN TROUBLE OVER: Its own network is gone, after 5 minutes"
                " (trueup/network)"
            ),
            "trueup is well again after 5 minutes. It was: Its own network is gone.",
        ),
    ],
)
def test_a_person_sees_at_once_what_it_is(notice: Notice, headline: str, opening: str) -> None:
    assert first_lines(notice) == (headline, opening)


def test_a_drill_says_so_before_anything_else() -> None:
    drill = opened(note="This is a drill: nothing is wrong.")
    assert text(drill).startswith("This is a drill: nothing is wrong. People cannot sign in.\n")


@pytest.mark.parametrize("event", EventKind)
@pytest.mark.parametrize("about", About)
def test_every_event_of_everything_has_words(event: EventKind, about: About) -> None:
    for notice in (later(event, about=about), several(event), ours(event)):
        assert len(subject(notice)) <= 120
        assert "production" in subject(notice)
        assert text(notice).split("\n")[0].strip()
        assert "None" not in text(notice)


def test_the_short_form_holds_what_is_needed_in_the_street() -> None:
    said = short(opened(acknowledge="https://trueup.example.org/ack/42"))
    assert said == (
        "[production] DOWN: People cannot sign in. Since 02:14 UTC. Expected text is missing, "
        'at the step "see the library": no "Your library" within 15 s. '
        "Acknowledge: https://trueup.example.org/ack/42"
    )


def test_without_a_link_the_short_form_names_the_command() -> None:
    assert short(opened()).endswith(" trueup ack 42")
    assert "ack" not in short(resolved())


def test_an_address_too_long_for_a_text_message_is_left_out_whole() -> None:
    said = short(opened(acknowledge="https://trueup.example.org/" + "x" * 300))
    assert "https" not in said
    assert said.endswith("trueup ack 42")


@pytest.mark.parametrize("notice", SAMPLES.values(), ids=SAMPLES)
def test_the_short_form_of_everything_fits(notice: Notice) -> None:
    assert 0 < len(short(notice)) <= SHORT_MAX


def test_the_short_form_of_a_flood_of_words_fits_too() -> None:
    flood = opened(says=("very " * 500,), summary="x" * 5_000, acknowledge="https://a.example.org/")
    assert len(short(flood)) <= SHORT_MAX
    assert short(flood).endswith("Acknowledge: https://a.example.org/")


def test_typographic_signs_do_not_halve_the_room_of_a_text_message() -> None:
    assert gsm("“Nāme” – don’t…") == '"Name" - don\'t...'
    assert gsm("Übergröße à 5 €") == "Übergröße à 5 €"
    assert gsm("無法登入") == "無法登入"


CHANGED = SAMPLES["a target that changed, and no deploy was recorded"]
UPGRADED = CHANGED.altered[:1]
LASTED = {"lasted": timedelta(seconds=98)}


@pytest.mark.parametrize(
    ("changes", "headline", "opening"),
    [
        (
            {},
            (
                "[production] CHANGED, no deploy recorded: web.example.org, runtime Quill/5.6.40 →"
                " Quill/8.0.2, version 1.4.2 → 1.5.0"
            ),
            (
                "web.example.org changed and no deploy was recorded. It may work as well as ever."
                " If it was meant, record the deploy or acknowledge this: either ends it."
            ),
        ),
        (
            {"event": EventKind.WORSENED, "summary": "server Inkwell/2 → not given"},
            (
                "[production] MORE CHANGED, no deploy recorded: web.example.org, server Inkwell/2 →"
                " not given"
            ),
            (
                "web.example.org changed and no deploy was recorded. It may work as well as ever."
                " If it was meant, record the deploy or acknowledge this: either ends it. More"
                " changed than when you were told last."
            ),
        ),
        (
            {"event": EventKind.RESOLVED, "why": Why.CHANGED_BACK, **LASTED, "altered": UPGRADED},
            (
                "[production] CHANGED BACK: web.example.org, runtime is Quill/5.6.40 again (was"
                " Quill/8.0.2 for 1 minute 38 seconds)"
            ),
            (
                "Nothing to do about web.example.org any more: runtime is Quill/5.6.40 again (was"
                " Quill/8.0.2 for 1 minute 38 seconds)."
            ),
        ),
        (
            {"event": EventKind.RESOLVED, "why": Why.CHANGED_BACK, **LASTED},
            (
                "[production] CHANGED BACK: web.example.org, runtime is Quill/5.6.40 again, version"
                " is 1.4.2 again, after 1 minute 38 se…"
            ),
            (
                "Nothing to do about web.example.org any more: runtime is Quill/5.6.40 again,"
                " version is 1.4.2 again, after 1 minute 38 seconds."
            ),
        ),
        (
            {"event": EventKind.RESOLVED, "why": Why.CHANGE_ACCEPTED, "summary": "version 1 → 2"},
            "[production] CHANGE ACCEPTED: web.example.org, version 1 → 2",
            (
                "Nothing to do about web.example.org any more: what is new counts as usual from now"
                " on."
            ),
        ),
    ],
    ids=["opened", "worsened", "back", "both back", "accepted"],
)
def test_a_change_that_nobody_announced_is_read_aloud(
    changes: dict[str, Any], headline: str, opening: str
) -> None:
    assert first_lines(replace(CHANGED, **changes)) == (headline, opening)


def test_a_change_in_a_text_message_says_everything_once() -> None:
    assert short(CHANGED) == (
        "[production] CHANGED, no deploy recorded: web.example.org, runtime Quill/5.6.40 ->"
        " Quill/8.0.2, version 1.4.2 -> 1.5.0. Since 02:14 UTC. trueup ack 45"
    )


def test_the_last_notice_of_what_changes_again_and_again_says_so_everywhere() -> None:
    last = SAMPLES["a target that changes again and again"]
    assert "2 -> 1.5.0. Since 02:14 UTC. Without deploys, version is not told again." in short(last)
    assert (
        "Next time:     version changes about every 7 days, and no deploy is recorded: from now on"
        " such a change is listed, and not told by itself. To be told of each, record deploys"
        " (trueup deploy record), or set habit = 0 under [fingerprint]."
    ) in text(last).splitlines()


def test_an_outage_after_a_change_says_so_in_a_line() -> None:
    outage = SAMPLES["opened, after a change that nobody announced"]
    assert (
        "Changed:       runtime Quill/5.6.40 → Quill/8.0.2, seen 4 s before the first failing run;"
        " no deploy was recorded"
    ) in text(outage).splitlines()
