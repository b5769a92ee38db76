"""The toy pager."""

from __future__ import annotations

import pytest

from practice.data import BOUNDS
from tests.practice.conftest import Open
from tests.practice.visitor import Visitor

OPENED = {
    "version": 1,
    "event": "opened",
    "probe": "signin",
    "probe_name": "Sign in",
    "environment": "practice",
    "began_at": "2026-03-01T02:00:00.000Z",
    "reason": "sign_in_refused",
    "summary": "still on /sign-in",
    "says": ["People cannot sign in."],
    "components": ["Signing in"],
}


def test_the_pager_says_what_happened_to_whom_since_when_and_why(visitor: Visitor) -> None:
    assert visitor.http.post("/pager", json=OPENED).status_code == 204
    visitor.http.post("/pager", json={**OPENED, "event": "resolved", "lasted_s": 1380.0})
    page = visitor.get("/pager").text
    for words in (
        "People cannot sign in.",
        "1 Mar 2026, 02:00:00 UTC",
        "sign in refused",
        "23 min",
    ):
        assert words in page
    assert 'http-equiv="refresh"' in page
    assert page.index("RESOLVED") < page.index("OPENED")


def test_programs_read_the_bodies_as_they_came_newest_last(visitor: Visitor) -> None:
    bodies = [OPENED, {"event": "resolved"}, ["anything"], "é", 7]
    for body in bodies:
        visitor.http.post("/pager", json=body)
    assert visitor.get("/pager.json").json() == bodies
    assert visitor.get("/pager").status_code == 200


def test_the_pager_is_emptied_by_a_program_and_by_a_button(visitor: Visitor) -> None:
    visitor.http.post("/pager", json=OPENED)
    assert visitor.http.delete("/pager").status_code == 204
    assert visitor.get("/pager.json").json() == []
    visitor.http.post("/pager", json=OPENED)
    assert "No messages" in visitor.http.post("/pager/empty").text


@pytest.mark.parametrize(
    "body",
    [b"", b"no", b"NaN", b"1e999", b"[" * 100_000, b"\xff", b"9" * 5000],
    ids=["empty", "text", "not a number", "infinite", "deep", "not text", "long number"],
)
def test_what_is_not_json_is_refused(guest: Visitor, body: bytes) -> None:
    assert guest.http.post("/pager", content=body).status_code == 400


def test_hostile_json_is_shown_as_text(visitor: Visitor) -> None:
    hostile = (
        '{"event": {"a": 1}, "says": ["<script>", "\\ud800"], "reason": [[]],'
        ' "began_at": "0001-01-01T00:00+23:00", "lasted_s": 1%s}' % ("0" * 4000)
    )
    assert visitor.http.post("/pager", content=hostile).status_code == 204
    page = visitor.get("/pager")
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert visitor.get("/pager.json").status_code == 200


def test_a_body_has_a_bound(visitor: Visitor) -> None:
    assert visitor.http.post("/pager", json="x" * 250_000).status_code == 204
    assert visitor.http.post("/pager", json="x" * 270_000).status_code == 413
    chunks = (b'"', *(b"x" * 50_000 for _ in range(6)), b'"')
    assert visitor.http.post("/pager", content=iter(chunks)).status_code == 413


def test_the_oldest_messages_make_room(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BOUNDS, "page", 3)
    for number in range(5):
        visitor.http.post("/pager", json=number)
    assert visitor.get("/pager.json").json() == [2, 3, 4]


def test_a_restart_keeps_what_the_pager_said(opened: Open) -> None:
    opened().http.post("/pager", json=OPENED)
    assert opened().get("/pager.json").json() == [OPENED]
