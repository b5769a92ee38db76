"""The site as a small web application: accounts, files, messages, links, and their bounds."""

from __future__ import annotations

import re

import pytest

from practice import data as practice_data
from practice.uploads import LARGEST_BYTES, plain_name
from tests.practice.conftest import Open
from tests.practice.visitor import Visitor

PASSWORD = "a long enough password"


def sign_up(visitor: Visitor, email: str = "ada@example.org") -> Visitor:
    visitor.send_form("/sign-up", name="Ada <b>", email=email, password=PASSWORD)
    visitor.sign_in(email, PASSWORD)
    return visitor


def test_somebody_signs_up_signs_in_and_out(visitor: Visitor) -> None:
    sign_up(visitor)
    library = visitor.get("/library").text
    assert "Ada &lt;b&gt;" in library
    assert "nothing in your library" in library
    visitor.send_form("/library", "/sign-out")
    assert visitor.get("/library").url.path == "/sign-in"


def test_a_session_that_was_closed_opens_nothing_any_more(guest: Visitor) -> None:
    guest.sign_in()
    ticket = guest.http.cookies["session"]
    guest.send_form("/library", "/sign-out")
    with guest.another() as thief:
        thief.http.cookies["session"] = ticket
        assert thief.get("/library").url.path == "/sign-in"


@pytest.mark.parametrize(
    ("email", "password"),
    [("canary@example.org", "wrong"), ("nobody@example.org", "wrong"), ("", "")],
)
def test_a_wrong_password_is_refused(guest: Visitor, email: str, password: str) -> None:
    answer = guest.sign_in(email, password)
    assert answer.status_code == 403
    assert "not right" in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("email", "ada"), ("password", "short"), ("email", "canary@example.org")],
)
def test_a_sign_up_that_will_not_do_is_sent_back_with_the_reason(
    guest: Visitor, field: str, value: str
) -> None:
    fields = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD} | {field: value}
    answer = guest.send_form("/sign-up", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/sign-out", "/uploads", "/shorten"])
def test_a_form_without_its_token_is_refused(guest: Visitor, path: str) -> None:
    assert guest.http.post(path, data={"csrf": "é"}).status_code == 403


def test_a_contribution_needs_no_account_and_comes_back_to_the_byte(guest: Visitor) -> None:
    content = bytes(range(256)) * 40
    page = guest.contribute("../ship log.bin", content).text
    assert "ship log.bin" in page
    download = guest.get(re.findall(r"/files/\d+", page)[0])
    assert download.content == content
    assert "attachment" in download.headers["content-disposition"]
    with guest.another() as other:
        assert "ship log.bin" not in other.get("/uploads").text
        assert other.get(download.url.path).status_code == 404
        removing = re.findall(r"/uploads/\d+/remove", page)[0]
        assert other.send_form("/uploads", removing).status_code == 404
    assert "ship log.bin" not in guest.send_form("/uploads", removing).text
    assert guest.get(download.url.path).status_code == 404


def test_a_contribution_of_somebody_signed_in_is_in_their_library(visitor: Visitor) -> None:
    sign_up(visitor)
    visitor.contribute("diary.txt", b"today")
    assert "diary.txt" in visitor.get("/library").text
    with visitor.another() as elsewhere:
        elsewhere.sign_in("ada@example.org", PASSWORD)
        assert "diary.txt" in elsewhere.get("/uploads").text


def test_a_file_has_a_bound(guest: Visitor) -> None:
    assert guest.contribute("fits", bytes(LARGEST_BYTES)).status_code == 200
    answer = guest.contribute("does-not", bytes(LARGEST_BYTES + 1))
    assert answer.status_code == 413
    assert "too large" in answer.text
    assert guest.contribute("huge", bytes(4 * LARGEST_BYTES)).status_code == 413


def test_an_upload_without_a_file_says_so(guest: Visitor) -> None:
    assert guest.send_form("/uploads").status_code == 422


@pytest.mark.parametrize(
    ("given", "kept"),
    [("C:\\a\\b.txt", "b.txt"), ("a/../..", "file"), ("\u202egpj.exe", "gpj.exe"), ("", "file")],
)
def test_a_file_name_is_made_plain(given: str, kept: str) -> None:
    assert plain_name(given) == kept


def test_messages_are_seen_by_all_who_are_signed_in_and_removed_by_their_author(
    visitor: Visitor,
) -> None:
    sign_up(visitor).write("<i>hello</i>")
    with visitor.another() as canary:
        canary.sign_in()
        page = canary.get("/messages").text
        assert "&lt;i&gt;hello&lt;/i&gt;" in page
        assert "/remove" not in page
        assert canary.json("/api/messages")["items"][0]["text"] == "<i>hello</i>"
        removing = re.findall(r"/messages/\d+/remove", visitor.get("/messages").text)[0]
        assert canary.send_form("/messages", removing).status_code == 404
    assert "hello" not in visitor.send_form("/messages", removing).text


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_a_message_has_bounds(guest: Visitor, text: str) -> None:
    guest.sign_in()
    assert guest.write(text).status_code == 422


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "javascript:alert(1)", "http://", "http://[", "https://e/" + "x" * 2000],
)
def test_only_an_address_is_shortened(guest: Visitor, url: str) -> None:
    assert guest.shortened(url).status_code == 422


def test_what_may_not_stand_in_an_address_is_encoded(guest: Visitor) -> None:
    short = guest.shorten("https://example.org/a b\r\nX: é%20")
    assert guest.target(short) == "https://example.org/a%20b%0D%0AX:%20%C3%A9%20"


def test_the_api_wants_a_token_or_a_session(guest: Visitor) -> None:
    answer = guest.get("/api/files")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert guest.http.get("/api/files", headers={"Authorization": "Bearer no"}).status_code == 401
    guest.sign_in()
    items = guest.get("/api/files").json()["items"]
    assert {"canary.txt", "opening-hours.txt"} <= {item["name"] for item in items}
    assert all(item["bytes"] > 0 and item["id"] > 0 for item in items)


@pytest.mark.parametrize("path", ["/nowhere", "/s/nothing", "/files/" + "9" * 30, "/static/no"])
def test_what_is_not_there_is_not_found_on_a_page_that_says_who_answers(
    guest: Visitor, path: str
) -> None:
    answer = guest.get(path)
    assert answer.status_code == 404
    assert answer.headers["x-app-version"]
    assert "The Little Archive" in answer.text


def test_months_of_use_do_not_fill_the_disk(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in ("account", "session", "file", "message", "link"):
        monkeypatch.setitem(practice_data.BOUNDS, table, 3)
    visitor.sign_in()
    shorts = []
    for number in range(5):
        visitor.contribute(f"file-{number}", b"x")
        visitor.write(f"message-{number}")
        shorts.append(visitor.shorten("https://example.org/"))
    assert re.findall(r">(file-\d)<", visitor.get("/uploads").text) == [
        "file-4",
        "file-3",
        "file-2",
    ]
    assert "canary.txt" in visitor.get("/library").text
    kept = re.findall(r"message-\d", visitor.get("/messages").text)
    assert kept == ["message-4", "message-3", "message-2"]
    assert [bool(visitor.target(short)) for short in shorts] == [False, False, True, True, True]


def test_files_have_a_bound_in_bytes_too(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(practice_data.BYTES, "file", 250)
    for number in range(4):
        visitor.contribute(f"file-{number}", bytes(100))
    assert re.findall(r">(file-\d)<", visitor.get("/uploads").text) == ["file-3", "file-2"]


def test_a_restart_keeps_accounts_sessions_files_messages_and_links(opened: Open) -> None:
    before = sign_up(opened())
    before.contribute("diary.txt", b"today")
    before.write("still here")
    short = before.shorten("https://example.org/")
    after = opened()
    after.http.cookies.update(before.http.cookies)
    assert "diary.txt" in after.get("/library").text
    assert "still here" in after.get("/messages").text
    assert after.target(short) == "https://example.org/"
    assert len(after.json("/api/files")["items"]) == 5, "the seed came a second time"
