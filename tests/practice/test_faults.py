"""Each outage: what breaks, what stays up, and that mending brings everything back."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import httpx
import pytest

from practice import FAULTS
from tests.practice.conftest import Open
from tests.practice.visitor import Visitor

NUMBERS = itertools.count()
TARGET = "https://example.org/a?b=c;d|e#f"


def can_sign_in(visitor: Visitor) -> bool:
    with visitor.another() as other:
        return "Your library" in other.sign_in().text


def can_write(visitor: Visitor) -> bool:
    text = f"is anybody here? {next(NUMBERS)}"
    visitor.write(text)
    return text in visitor.get("/messages").text


def can_contribute(visitor: Visitor) -> bool:
    with visitor.another() as other:
        return "ship.txt" in other.contribute("ship.txt", b"ahoy").text


def opens(path: str) -> Callable[[Visitor], bool]:
    return lambda visitor: visitor.get(path).status_code == 200


ABILITIES: dict[str, Callable[[Visitor], bool]] = {
    "home": opens("/"),
    "about": opens("/about"),
    "sign-in page": opens("/sign-in"),
    "sign-up page": opens("/sign-up"),
    "uploads page": opens("/uploads"),
    "shorten page": opens("/shorten"),
    "messages page": opens("/messages"),
    "library page": opens("/library"),
    "activity": opens("/activity"),
    "health": opens("/health"),
    "upload health": opens("/health/uploads"),
    "signing in": can_sign_in,
    "library": lambda visitor: "canary.txt" in visitor.get("/library").text,
    "files api": lambda visitor: len(visitor.json("/api/files")["items"]) >= 3,
    "messages api": lambda visitor: visitor.json("/api/messages")["account"]["name"] == "Canary",
    "messages": can_write,
    "uploads": can_contribute,
    "short links": lambda visitor: visitor.target(visitor.shorten(TARGET)) == TARGET,
    "production": lambda visitor: (
        visitor.get("/").headers["x-environment"]
        == visitor.json("/api/identity")["environment"]
        == "production"
    ),
}


def unable(visitor: Visitor) -> set[str]:
    """What a visitor who is signed in already cannot do."""

    def fails(ability: Callable[[Visitor], bool]) -> bool:
        try:
            return not ability(visitor)
        except (ValueError, KeyError, httpx.HTTPError):
            return True

    return {name for name, ability in ABILITIES.items() if fails(ability)}


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("accidental-upgrade", {"signing in", "messages"}),
        ("shortener-500", {"short links"}),
        ("upload-down", {"uploads", "upload health"}),
        ("database-deleted", {"library", "files api"}),
        ("wrong-environment", {"library", "files api", "production"}),
        ("field-renamed", {"messages api", "activity"}),
        ("unavailable", set(ABILITIES)),
    ],
)
def test_a_fault_breaks_this_and_nothing_else_until_it_is_mended(
    visitor: Visitor, fault: str, broken: set[str]
) -> None:
    visitor.sign_in()
    assert unable(visitor) == set()
    visitor.break_site(fault)
    assert unable(visitor) == broken
    visitor.mend(fault)
    assert unable(visitor) == set()


def test_the_accidental_upgrade_shows_in_the_banner_and_answers_as_a_broken_stack(
    visitor: Visitor,
) -> None:
    before = visitor.get("/").headers["x-powered-by"], visitor.json("/api/identity")["runtime"]
    visitor.break_site("accidental-upgrade")
    answer = visitor.sign_in()
    assert answer.status_code == 500
    assert "Fatal error" in answer.text
    after = visitor.get("/").headers["x-powered-by"], visitor.json("/api/identity")["runtime"]
    assert before == ("Quill/5.6.40", "quill 5.6.40")
    assert after == ("Quill/8.0.2", "quill 8.0.2")


def test_a_short_link_from_before_leads_on_while_no_new_one_can_be_made(visitor: Visitor) -> None:
    short = visitor.shorten(TARGET)
    visitor.break_site("shortener-500")
    assert visitor.shortened(TARGET).status_code == 500
    assert visitor.target(short) == TARGET


def test_without_its_service_an_upload_is_a_bad_gateway_and_its_health_says_so(
    visitor: Visitor,
) -> None:
    visitor.break_site("upload-down")
    assert visitor.contribute("ship.txt", b"ahoy").status_code == 502
    assert visitor.get("/health/uploads").status_code == 503


def test_a_deleted_database_takes_what_was_there_and_comes_back_from_the_replica(
    visitor: Visitor,
) -> None:
    visitor.contribute("before.txt", b"old")
    visitor.sign_in()
    visitor.write("before the deletion")
    visitor.break_site("database-deleted")
    gone = visitor.get("/library"), visitor.get("/messages"), visitor.get("/uploads")
    assert [answer.status_code for answer in gone] == [200, 200, 200]
    assert "nothing in your library" in gone[0].text
    assert "no messages" in gone[1].text
    assert "before.txt" not in gone[2].text
    visitor.write("after the deletion")
    visitor.mend("database-deleted")
    messages = visitor.get("/messages").text
    assert "before the deletion" in messages
    assert "after the deletion" in messages
    assert "before.txt" in visitor.get("/uploads").text


def test_a_database_deleted_from_the_start_hides_even_the_seed(opened: Open) -> None:
    assert opened("database-deleted").json("/api/files") == {"items": []}


def test_in_the_wrong_environment_headers_and_identity_say_staging(visitor: Visitor) -> None:
    visitor.break_site("wrong-environment")
    assert visitor.get("/").headers["x-environment"] == "staging"
    assert visitor.json("/api/identity")["environment"] == "staging"


def test_a_renamed_field_is_called_profile(visitor: Visitor) -> None:
    visitor.break_site("field-renamed")
    document = visitor.json("/api/messages")
    assert "account" not in document
    assert document["profile"] == {"name": "Canary"}


def test_a_slow_site_answers_after_two_and_a_half_seconds_and_the_switches_at_once(
    visitor: Visitor,
) -> None:
    visitor.break_site("slow")
    began = time.monotonic()
    assert visitor.get("/faults").status_code == 200
    assert visitor.get("/static/style.css").status_code == 200
    assert time.monotonic() - began < 4.5
    began = time.monotonic()
    assert visitor.get("/").status_code == 200
    assert time.monotonic() - began >= 2.5


def test_a_hanging_site_says_nothing_and_lets_go_when_the_client_does(visitor: Visitor) -> None:
    visitor.break_site("hangs")
    with pytest.raises(httpx.ReadTimeout):
        visitor.http.get("/", timeout=0.3)
    visitor.mend("hangs")
    assert visitor.get("/").status_code == 200


def test_garbage_is_not_http(visitor: Visitor) -> None:
    visitor.break_site("garbage")
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            visitor.get("/")
    assert visitor.get("/pager").status_code == 200
    visitor.mend("garbage")
    assert visitor.get("/").status_code == 200


def test_an_unavailable_site_says_when_to_come_back(visitor: Visitor) -> None:
    visitor.break_site("unavailable")
    answer = visitor.get("/health")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.headers["x-environment"] == "production"


def test_switches_and_pager_work_under_every_fault(visitor: Visitor) -> None:
    for fault in FAULTS:
        visitor.break_site(fault)
        on = [row["name"] for row in visitor.get("/faults.json").json() if row["on"]]
        assert on == [fault]
        assert visitor.get("/pager").status_code == 200
        assert visitor.http.post("/pager", json={"event": "opened"}).status_code == 204
        assert visitor.http.delete("/pager").status_code == 204
        visitor.mend(fault)
