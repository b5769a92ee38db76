"""A cache that was filled by an earlier run, and is stuck since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from probes.browser.line import LINE_MAX, said
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
    again = [(SEND, page("hi", "session=def")), (LIST, page("Bo's"))]
    assert stuck(noted(*run, *again), *run, *again)[0][-1:] == [b"Bo's"]
    bearer = replace(LIST, headers=(("authorization", "Bearer practice"),))
    assert stuck(noted((LIST, page("nobody"))), (bearer, page("Ada's")))[0] == [b"Ada's"]


@pytest.mark.parametrize("enters", [SEND, replace(LIST, url=f"{SITE}/callback")])
def test_who_signs_in_may_keep_the_name_of_the_cookie(enters: Asked) -> None:
    welcome = page("welcome", "PHPSESSID=b2; path=/", status=303)
    run = [(LIST, page("Sign in", "PHPSESSID=a1; path=/")), (FORM, page("stranger"))]
    run += [(enters, welcome), (FORM, page("Ada's"))]
    run += [(SEND, page("bye", "PHPSESSID=c3; path=/")), (FORM, page("nobody"))]
    found = [b"Sign in", b"stranger", b"welcome", b"Ada's", b"bye", b"nobody"]
    assert stuck(noted(*run), *run)[0] == found


def test_what_is_sent_without_another_session_leaves_the_visitor_as_it_was() -> None:
    comes, rolls = (FORM, page("form", "s=1")), (SEND, page("sent", "s=1; Max-Age=600"))
    yesterday = noted(comes, (LIST, page("one")), rolls)
    assert stuck(yesterday, comes, rolls, (LIST, page("one, two")))[0][-1] == b"one"


def test_of_two_that_are_under_way_neither_is_asked_as_another_visitor() -> None:
    first, second = (replace(LIST, url=f"{SITE}/{name}", resource="fetch") for name in "ab")
    noting = Noting()
    for asked in (first, second):
        noting.asks(asked)
    noting.note(second, page("old"))
    noting.note(first, page("A", "seen=1"))
    injection = Injection(replace(BY_NAME["stale"], yesterday=noting.answers))
    assert [injection.before(asked) for asked in (first, second)] == [None, None]
    assert injection.after(first, page("A", "seen=2")).body == b"A"
    assert injection.after(second, page("new")).body == b"old"


def test_fields_of_what_one_address_answered_before_are_kept_and_nothing_else() -> None:
    asked, read = replace(SEND, resource="fetch"), replace(LIST, resource="fetch")
    bodies = ['{"files":[]}', '{"ok":1}', '{"ok":1}', "<p>no</p>", '{"last":1}']
    met = noted(*((asked, page(body)) for body in bodies))
    assert [(kept.given.body.decode(), kept.is_last) for kept in met] == [
        ('{"files":[]}', False),
        ('{"ok":1}', False),
        ('{"last":1}', True),
    ]
    met = noted(*((read, page(f'{{"a":{number}}}')) for number in range(MOST + 5)))
    assert (len(met), met[0].given.body, met[-1].is_last) == (MOST, b'{"a":5}', True)
    assert stuck(met, (read, page("new")))[0] == [met[-1].given.body]
    assert len(noted(*((replace(read, url=f"{SITE}/{n}"), page("{}")) for n in range(9)))) == 9


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
    assert fits(large, [large] * (MOST_BYTES // LARGEST - 2))
    assert not fits(large, [large] * (MOST_BYTES // LARGEST - 1))
    assert not fits(replace(large, given=Given(200, body=bytes(LARGEST + 1))), [])


def test_what_takes_room_beside_the_body_counts_and_no_line_is_too_long_to_be_heard() -> None:
    for odd in ("\0", "ä", "\U0001f5c3"):
        headers, cookies = ((("x", odd * 20_000),), frozenset({odd * 5_000}))
        url = SITE + odd * 8_000
        worst = Kept(Asked("GET", url), Given(200, headers, bytes(LARGEST)), cookies)
        assert fits(worst, [])
        assert len(said({"say": "answered", **told(worst)})) < LINE_MAX
        assert not fits(replace(worst, asked=Asked("GET", url * 2)), [])
        assert not fits(replace(worst, given=Given(200, headers * 2)), [])
        assert not fits(worst, [worst] * (MOST_BYTES // LARGEST - 1))


def test_one_process_understands_what_another_one_tells_and_nothing_else() -> None:
    bearer = replace(LIST, headers=(("authorization", "Bearer practice"), ("x-own", "1")))
    [kept] = noted((bearer, replace(page("\0ä", "a=1"), took=page("").took)))
    assert understood(told(kept)) == kept
    assert "practice" not in str(told(kept))
    beyond = {"status": float("inf")}
    for odd in ({}, {"body": "%"}, {"headers": 1}, {"headers": [[1]]}, {"status": "x"}, beyond):
        assert understood({**(told(kept) if odd else {}), **odd}) is None


TODAY = (
    '<input type="hidden" name="csrf" value="today-0001"><input type=hidden name=csrf '
    "value='today-0002'><meta content=\"today-meta\" name='csrf-token'>"
    "<meta name=csp-nonce content='today-nonce'>"
    '<script>const it = {"csrfToken": "today-json", "share_token": "today-data"}</script>'
    '<p data-csrf-token="today-data"><script>x = {"_token": "today-own", "my_token": "today-mine"}'
    '</script><input type=hidden name=_authenticator value="today-plone">'
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
        ("<input name=csrf value=yesterday1>", "<input name=csrf value=today-0001>"),
        ("<script>app = {csrfToken: 'yesterday'}", "<script>app = {csrfToken: 'today-json'}"),
        ('{"csrfToken":"yesterday+\\\\"}', '{"csrfToken":"today-json"}'),
        ('<body data-csrf-token="yesterday">', '<body data-csrf-token="today-data">'),
        (
            '<input name="_authenticator" value="yesterday">',
            '<input name="_authenticator" value="today-plone">',
        ),
        *((same, same) for same in ('[{"share_token": "yesterday"}]', '{"my_token": "yesterday"}')),
        ('{"_token":"yesterday"}', '{"_token":"today-own"}'),
    ],
)
def test_a_form_of_yesterdays_goes_back_with_the_token_of_today(kept: str, becomes: str) -> None:
    assert with_tokens_of(TODAY.encode(), kept.encode()) == becomes.encode()


def test_what_is_too_large_to_look_for_tokens_is_not_stuck() -> None:
    old, new = page(THREE + " " * (1 << 20)), page("today")
    assert stuck(noted((FORM, old)), (FORM, new)) == ([b"today"], 0)


@pytest.mark.parametrize(
    "part",
    ['<input name="csrf"', "<meta ", '"csrf" : ', "csrf" * 9, "a" * 50, "csrf.", '"csrf="\\'],
)
def test_what_was_written_to_take_long_does_not(part: str) -> None:
    body = part.encode() * (200_000 // len(part))
    assert with_tokens_of(body, body) == body
