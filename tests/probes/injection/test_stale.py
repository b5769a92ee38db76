"""A cache that is stuck."""

from __future__ import annotations

from dataclasses import replace

from probes.injection import BY_NAME, Asked, Given, Injection

LIST = Asked("GET", "https://archive.example.org/library")
SEND = Asked("POST", "https://archive.example.org/uploads")
DATE = ("Date", "Sat, 10 Oct 2026 10:00:00 GMT")
EMPTY = Given(200, (DATE, ("Age", "7")), b"nothing yet")
FULL = replace(EMPTY, body=b"holiday.txt")


def through(injection: Injection, asked: Asked, given: Given) -> Given:
    found = injection.before(asked) or injection.after(asked, given)
    assert isinstance(found, Given)
    return found


def test_what_was_answered_first_is_answered_ever_after() -> None:
    injection = Injection(BY_NAME["stale"])
    assert through(injection, LIST, EMPTY).body == b"nothing yet"
    assert through(injection, SEND, Given(303)) == Given(303)
    assert through(injection, LIST, FULL).body == b"nothing yet"
    assert injection.touched == 2


def test_a_single_answer_is_a_day_old_by_its_headers() -> None:
    found = through(Injection(BY_NAME["stale"]), LIST, EMPTY)
    assert found.headers == (("Date", "Fri, 09 Oct 2026 10:00:00 GMT"), ("Age", "86400"))


def test_a_date_that_is_none_is_left_as_it_is() -> None:
    odd = replace(EMPTY, headers=(("Date", "yesterday"),))
    found = through(Injection(BY_NAME["stale"]), LIST, odd)
    assert found.headers[0] == ("Date", "yesterday")


def test_who_signs_in_does_not_go_on_seeing_what_strangers_see() -> None:
    injection = Injection(BY_NAME["stale"])
    stranger = Given(303, (("Location", "/sign-in"),))
    assert through(injection, LIST, stranger).status == 303
    through(injection, SEND, Given(303, (("Set-Cookie", "ticket=abc; HttpOnly"),)))
    assert through(injection, LIST, FULL).body == b"holiday.txt"


def test_a_cookie_that_everybody_is_given_makes_nobody_another_visitor() -> None:
    injection = Injection(BY_NAME["stale"])
    through(injection, LIST, replace(EMPTY, headers=(("Set-Cookie", "visitor=1"),)))
    through(injection, SEND, Given(303))
    assert through(injection, LIST, FULL).body == b"nothing yet"


def test_scripts_and_pictures_are_always_cached_and_prove_nothing() -> None:
    injection = Injection(BY_NAME["stale"])
    script = replace(LIST, resource="script")
    assert through(injection, script, EMPTY) is EMPTY
    assert through(injection, script, FULL) is FULL
    assert injection.touched == 0


def test_one_run_remembers_nothing_of_another() -> None:
    through(Injection(BY_NAME["stale"]), LIST, EMPTY)
    assert through(Injection(BY_NAME["stale"]), LIST, FULL).body == b"holiday.txt"
