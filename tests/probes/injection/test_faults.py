"""Each fault of the catalogue, on a request and on its answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from probes.injection import BY_NAME, FAULTS, Asked, Broken, Given, Injection, mutants

HTML = ("Content-Type", "text/html; charset=utf-8")
JSON = ("Content-Type", "application/json")
SITE = "https://archive.example.org"
PAGE = Asked("GET", f"{SITE}/library")
SENT = Asked("POST", f"{SITE}/messages", (("content-type", "application/x-www-form-urlencoded"),))
FILE = Asked("POST", f"{SITE}/uploads", (("content-type", "multipart/form-data; boundary=x"),))
SCRIPT = Asked("GET", f"{SITE}/app.js", (), "script")
STYLE = Asked("GET", f"{SITE}/app.css", (), "style")
PICTURE = Asked("GET", f"{SITE}/a.png", (), "other")
FETCH = Asked("GET", f"{SITE}/api/files", (), "fetch")
WELCOME = Given(200, (HTML, ("Set-Cookie", "a=1")), b"<h1>Welcome</h1>", timedelta(seconds=0.1))


def meet(name: str, asked: Asked, given: Given = WELCOME) -> tuple[Given | Broken, int]:
    """What comes of it, and how many requests were touched."""
    injection = Injection(BY_NAME[name])
    instead = injection.before(asked)
    return instead or injection.after(asked, given), injection.touched


def answer(name: str, asked: Asked, given: Given = WELCOME) -> Given:
    found, touched = meet(name, asked, given)
    assert isinstance(found, Given)
    assert touched == (found != given)
    return found


def test_every_fault_of_the_catalogue_can_be_injected_and_says_what_it_is() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) == 20
    for fault in FAULTS:
        assert Injection(fault).touched == 0
        assert fault.title
        assert fault.breaks.endswith(".")
        assert not fault.at


@pytest.mark.parametrize("asked", [PAGE, SENT, FILE, SCRIPT, PICTURE, FETCH])
def test_nothing_at_all_is_answered(asked: Asked) -> None:
    assert meet("refused", asked) == (Broken.REFUSED, 1)
    assert meet("timeout", asked) == (Broken.TIMEOUT, 1)
    assert answer("status-500", asked).status == 500


@pytest.mark.parametrize(("asked", "status"), [(PAGE, 200), (FETCH, 200), (SENT, 500), (FILE, 500)])
def test_only_what_is_sent_gets_a_500(asked: Asked, status: int) -> None:
    assert answer("writes-500", asked).status == status


@pytest.mark.parametrize("name", ["another-page", "sign-in-page"])
def test_another_page_stands_where_people_would_read_theirs(name: str) -> None:
    for asked in (PAGE, SENT, FETCH):
        found = answer(name, asked)
        assert (found.status, found.media_type) == (200, "text/html")
        assert b"Welcome" not in found.body
        assert (b'type="password"' in found.body) is (name == "sign-in-page")
    for asked in (SCRIPT, STYLE, PICTURE):
        assert answer(name, asked) is WELCOME


def test_an_empty_answer_is_a_200_with_the_headers_of_the_full_one() -> None:
    found = answer("empty-body", SENT, replace(WELCOME, status=303))
    assert (found.status, found.body, found.headers) == (200, b"", WELCOME.headers)


def test_half_an_answer_is_its_first_half() -> None:
    assert answer("truncated", PAGE).body == b"<h1>Welc"
    empty = Given(204)
    assert answer("truncated", PAGE, empty) is empty


def test_five_times_slower_is_told_in_time_and_nothing_else() -> None:
    assert answer("slow", PAGE) == replace(WELCOME, took=timedelta(seconds=0.5))


@pytest.mark.parametrize(
    ("asked", "status"), [(SCRIPT, 404), (STYLE, 404), (PAGE, 200), (PICTURE, 200), (FETCH, 200)]
)
def test_scripts_and_styles_are_missing(asked: Asked, status: int) -> None:
    assert answer("assets-missing", asked).status == status


@pytest.mark.parametrize(
    ("method", "sent", "status"),
    [
        ("POST", "multipart/form-data; boundary=x", 413),
        ("PUT", "application/octet-stream", 413),
        ("PUT", "image/png", 413),
        ("PATCH", "application/offset+octet-stream", 413),
        ("POST", "application/json", 200),
        ("POST", "application/x-www-form-urlencoded", 200),
        ("GET", "multipart/form-data", 200),
        ("DELETE", "", 200),
    ],
)
def test_files_that_are_sent_are_refused(method: str, sent: str, status: int) -> None:
    headers = (("content-type", sent),) if sent else ()
    assert answer("upload-refused", Asked(method, SITE, headers)).status == status


@pytest.mark.parametrize(
    ("method", "path", "location", "status"),
    [
        ("GET", "/s/ab", "https://example.net/long", 404),
        ("GET", "/", "/en/", 404),
        ("GET", "/old", "", 302),
        ("GET", "/library", "/sign-in?next=/library", 302),
        ("GET", "/library", "https://id.example.org/oauth2/authorize", 302),
        ("GET", "/docs", "/docs/", 302),
        ("GET", "/docs", "http://www.archive.example.org/docs", 302),
        ("POST", "/messages", "/messages/1", 302),
        ("GET", "/a", "http://[::1", 302),
    ],
)
def test_what_led_on_leads_nowhere(method: str, path: str, location: str, status: int) -> None:
    headers = (("Location", location),) if location else ()
    found = answer("link-lost", Asked(method, SITE + path), Given(302, headers))
    assert found.status == status


def test_a_certificate_is_valid_for_one_more_day_where_there_is_one() -> None:
    day, long = timedelta(days=1), replace(WELCOME, certificate_left=timedelta(days=80))
    assert answer("certificate-ending", PAGE, long).certificate_left == day
    shorter = replace(WELCOME, certificate_left=timedelta(hours=3))
    assert answer("certificate-ending", PAGE, shorter) is shorter
    assert answer("certificate-ending", PAGE) is WELCOME


def test_cookies_are_dropped_and_other_headers_stay() -> None:
    assert answer("cookies-dropped", PAGE).headers == (HTML,)
    plain = Given(200, (HTML,))
    assert answer("cookies-dropped", PAGE, plain) is plain


def test_every_list_of_a_document_is_empty_however_deep() -> None:
    document = {"items": [{"tags": ["a"]}], "next": None, "by": {"day": [1, 2]}, "none": []}
    found = answer("empty-lists", FETCH, Given(200, (JSON,), json.dumps(document).encode()))
    assert json.loads(found.body) == {"items": [], "next": None, "by": {"day": []}, "none": []}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": 1}', b"[1, 2", b"plain", b"[" * 9_000])
def test_an_answer_without_lists_is_left_alone(body: bytes) -> None:
    given = Given(200, (JSON,), body)
    assert answer("empty-lists", FETCH, given) is given
    assert answer("empty-lists", PAGE, replace(given, headers=(HTML,))).body == body


def test_a_fault_strikes_once_or_once_for_each_field() -> None:
    given = Given(200, (JSON,), b'{"account": {"name": "x"}, "items": [{"id": 1}]}')
    assert mutants(BY_NAME["refused"], given) == (BY_NAME["refused"],)
    assert [each.at for each in mutants(BY_NAME["field-removed"], given)] == [
        *("$.account", "$.items", "$.account.name", "$.items[*].id"),
    ]
    assert mutants(BY_NAME["field-removed"], WELCOME) == ()
    one = replace(BY_NAME["field-removed"], at="$.items")
    assert mutants(one, given) == (one,)


def test_nothing_that_a_request_holds_can_be_read_from_how_it_is_written_out() -> None:
    asked = Asked("GET", f"{SITE}/?key=hush", (("authorization", "hush"),))
    given = Given(200, (("Set-Cookie", "hush"),), b"hush")
    assert "hush" not in f"{asked!r}{given!r}"
