"""A cache that was filled by an earlier run, and is stuck since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from probes.injection import BY_NAME, Asked, Given, Injection, Kept, Noting
from probes.injection.tokens import with_tokens_of
from probes.injection.yesterday import LARGEST, MOST, MOST_BYTES, fits, told, understood

SITE = "https://archive.example.org"
LIST, FORM, SEND = (
    Asked("GET", f"{SITE}/list"),
    Asked("GET", f"{SITE}/form"),
    Asked("POST", f"{SITE}/form"),
)
HTML = ("Content-Type", "text/html")
Met = tuple[Asked, Given]


def page(body: str, *cookies: str, status: int = 200) -> Given:
    set_by = tuple(("Set-Cookie", cookie) for cookie in cookies)
    return Given(status, (HTML, *set_by), body.encode())


def noted(*met: Met) -> tuple[Kept, ...]:
    noting = Noting()
    for asked, given in met:
        noting.note(asked, given)
    return noting.answers


def stuck(yesterday: Sequence[Kept], *met: Met) -> tuple[list[bytes], int]:
    """What a run is answered today, and how many of its requests met the fault."""
    injection = Injection(replace(BY_NAME["stale"], yesterday=tuple(yesterday)))
    found = [injection.after(asked, given).body for asked, given in met]
    return found, injection.touched


def test_a_list_that_is_first_read_after_the_writing_is_yesterdays() -> None:
    yesterday = noted((FORM, page("form")), (SEND, page("sent")), (LIST, page("one")))
    today = [(FORM, page("form")), (SEND, page("sent")), (LIST, page("one, two"))]
    assert stuck(yesterday, *today) == ([b"form", b"sent", b"one"], 2)


def test_a_cache_got_stuck_after_the_run_that_filled_it() -> None:
    yesterday = noted((LIST, page("one, two")), (SEND, page("removed")), (LIST, page("one")))
    assert stuck(yesterday, (LIST, page("three")))[0] == [b"one"]


def test_what_it_never_saw_is_fetched_and_kept_from_then_on() -> None:
    made = replace(LIST, url=f"{SITE}/list?made=7f3a")
    today = [(made, page("new")), (SEND, page("sent")), (made, page("newer"))]
    assert stuck(noted((LIST, page("one"))), *today) == ([b"new", b"sent", b"new"], 1)


def test_who_signed_in_does_not_see_what_strangers_saw() -> None:
    enters = (SEND, page("welcome", "session=abc; HttpOnly"))
    leaves = (SEND, page("bye", "session=; Max-Age=0; Path=/"))
    run = [(LIST, page("nobody")), enters, (LIST, page("Ada's")), leaves, (LIST, page("no one"))]
    assert stuck(noted(*run), *run)[0] == [b"no one", b"welcome", b"Ada's", b"bye", b"no one"]
    bearer = replace(LIST, headers=(("authorization", "Bearer practice"),))
    assert stuck(noted((LIST, page("nobody"))), (bearer, page("Ada's")))[0] == [b"Ada's"]


def test_cookies_are_known_by_their_names_and_are_always_those_of_today() -> None:
    yesterday = noted((FORM, page("a", "visitor=1")), (LIST, page("b")))
    injection = Injection(replace(BY_NAME["stale"], yesterday=yesterday))
    found = injection.after(FORM, page("c", "visitor=2"))
    assert [value for name, value in found.headers if name == "Set-Cookie"] == ["visitor=2"]
    assert injection.after(LIST, page("d")).body == b"b"


@pytest.mark.parametrize(("status", "touched"), [(302, 0), (303, 0), (308, 1), (500, 0), (404, 1)])
def test_only_what_caches_keep_is_kept(status: int, touched: int) -> None:
    yesterday = noted((LIST, page("x", status=status)))
    assert stuck(yesterday, (LIST, page("y", status=status)))[1] == touched


def test_a_script_is_of_no_interest_and_what_was_sent_is_no_page() -> None:
    script = replace(LIST, resource="script")
    assert noted((script, page("code"))) == ()
    assert stuck(noted((SEND, page("old"))), (SEND, page("new"))) == ([b"new"], 0)


def test_no_more_is_kept_than_there_is_room_for() -> None:
    met = ((replace(LIST, url=f"{SITE}/{number}"), page("x")) for number in range(MOST + 5))
    assert len(noted(*met)) == MOST
    large = Kept(LIST, Given(200, body=bytes(LARGEST)))
    assert fits(large, [large] * (MOST_BYTES // LARGEST - 1))
    assert not fits(large, [large] * (MOST_BYTES // LARGEST))
    assert not fits(replace(large, given=Given(200, body=bytes(LARGEST + 1))), [])


def test_one_process_understands_what_another_one_tells_and_nothing_else() -> None:
    bearer = replace(LIST, headers=(("authorization", "Bearer practice"), ("x-own", "1")))
    [kept] = noted((bearer, replace(page("\0ä", "a=1"), took=page("").took)))
    assert understood(told(kept)) == kept
    assert "practice" not in str(told(kept))
    for odd in ({}, {"body": "%"}, {"headers": 1}, {"headers": [[1]]}, {"status": "x"}):
        assert understood({**(told(kept) if odd else {}), **odd}) is None


TODAY = (
    '<input type="hidden" name="csrf" value="today-0001"><input type=hidden name=csrf '
    "value='today-0002'><meta content=\"today-meta\" name='csrf-token'>"
    "<meta name=csp-nonce content='today-nonce'>"
    '<script>const it = {"csrfToken": "today-json"}</script>'
)


THREE = (
    '<input name="csrf" value="{}"><input name="csrf" value="{}"/><input value="{}" name="csrf">'
)


@pytest.mark.parametrize(
    ("kept", "becomes"),
    [
        (
            THREE.format("yesterday1", "yesterday2", "yesterday3"),
            THREE.format("today-0001", "today-0002", "today-0002"),
        ),
        (
            '<meta name=csrf-token content="yesterday">',
            '<meta name=csrf-token content="today-meta">',
        ),
        ('{"csrfToken":"yesterday","n":1}', '{"csrfToken":"today-json","n":1}'),
        *(
            (same, same)
            for same in ('<meta name=csp-nonce content="yesterday">', '{"token": 12345678}')
        ),
        *((same, same) for same in ("<p>csrf</p>", '<input name="id" value="12345678">')),
        *((same, same) for same in ('<input name=csrf type=text value="12345678">', "")),
    ],
)
def test_a_form_of_yesterdays_goes_back_with_the_token_of_today(kept: str, becomes: str) -> None:
    assert with_tokens_of(TODAY.encode(), kept.encode()) == becomes.encode()


@pytest.mark.parametrize(
    "part", ['<input name="csrf"', "<meta ", '"csrf" : ', "csrf" * 9, "a" * 50]
)
def test_what_was_written_to_take_long_does_not(part: str) -> None:
    body = part.encode() * (200_000 // len(part))
    assert with_tokens_of(body, body) == body
