"""The switches, for people and for programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice import FAULTS, create_app
from tests.practice.visitor import Visitor


def test_every_fault_is_told_in_a_title_and_two_sentences(guest: Visitor) -> None:
    rows = guest.get("/faults.json").json()
    assert [row["name"] for row in rows] == list(FAULTS)
    page = guest.get("/faults").text
    for row in rows:
        assert row["title"] in page
        assert row["breaks"].endswith(".")
        assert row["stays_up"].endswith(".")


def test_a_form_switches_and_leads_back_to_the_page(visitor: Visitor) -> None:
    answer = visitor.http.post("/faults/upload-down", data={"switch": "on"})
    assert answer.url.path == "/faults"
    assert "Mend: The upload service" in answer.text
    answer = visitor.http.post("/faults/upload-down", data={"switch": "off"})
    assert "Break: The upload service" in answer.text


def test_one_button_mends_everything(visitor: Visitor) -> None:
    visitor.break_site("slow")
    visitor.break_site("upload-down")
    visitor.http.post("/faults")
    assert not any(row["on"] for row in visitor.get("/faults.json").json())


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_unknown_fault_is_not_found_and_the_nearest_is_named(
    guest: Visitor, method: str
) -> None:
    answer = guest.http.request(method, "/faults/upload-dwon")
    assert answer.status_code == 404
    assert "the nearest is upload-down" in answer.json()["error"]


def test_a_site_with_an_unknown_fault_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nearest is hangs"):
        create_app(tmp_path, ["hang"])


def test_another_site_cannot_make_a_browser_switch_anything(guest: Visitor) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    for method, path in [
        ("POST", "/faults/hangs"),
        ("DELETE", "/faults/hangs"),
        ("POST", "/faults"),
        ("POST", "/pager"),
        ("DELETE", "/pager"),
    ]:
        assert guest.http.request(method, path, headers=elsewhere).status_code == 403
