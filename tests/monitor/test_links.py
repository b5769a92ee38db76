"""Links that only we can make, that say the same every time, and that end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.links import GOOD_FOR, BadLink, Flaw, Signer
from monitor.notices import from_json, to_json
from tests.support.notices import BEGAN_AT, opened

SIGNER = Signer(b"k" * 32, "https://trueup.example.org/")
TOKEN = SIGNER.acknowledge_url(opened()).rpartition("/")[2]


def flaw(token: str, signer: Signer = SIGNER) -> Flaw:
    with pytest.raises(BadLink) as bad:
        signer.incident_of(token, BEGAN_AT)
    return bad.value.flaw


def test_a_link_leads_back_to_its_incident_for_a_week() -> None:
    url = SIGNER.acknowledge_url(opened())
    assert url == f"https://trueup.example.org/act/acknowledge/{TOKEN}"
    assert SIGNER.incident_of(TOKEN, BEGAN_AT) == 42
    late = opened().at + GOOD_FOR
    assert SIGNER.incident_of(TOKEN, late - timedelta(seconds=1)) == 42
    with pytest.raises(BadLink) as bad:
        SIGNER.incident_of(TOKEN, late)
    assert bad.value.flaw is Flaw.EXPIRED


def test_a_reminder_after_a_week_has_a_link_that_works() -> None:
    late = BEGAN_AT + 2 * GOOD_FOR
    token = SIGNER.acknowledge_url(opened(sequence=9, at=late)).rpartition("/")[2]
    assert SIGNER.incident_of(token, late) == 42


def test_a_repeated_delivery_has_the_same_link() -> None:
    precise = opened(at=BEGAN_AT + timedelta(microseconds=999_999))
    kept = from_json(to_json(precise))
    assert SIGNER.acknowledge_url(kept) == SIGNER.acknowledge_url(precise)


def test_without_an_address_there_are_no_links() -> None:
    assert Signer(b"k" * 32, "").acknowledge_url(opened()) == ""


def test_nobody_else_can_make_one_or_change_one() -> None:
    incident, expires_s, seal = TOKEN.split("-", 2)
    assert flaw(f"43-{expires_s}-{seal}") is Flaw.FORGED
    assert flaw(f"{incident}-{int(expires_s) + 1}-{seal}") is Flaw.FORGED
    assert flaw(TOKEN, Signer(b"l" * 32, "")) is Flaw.FORGED
    assert flaw(TOKEN[:-1]) is Flaw.FORGED


def test_the_key_is_not_printed() -> None:
    assert "kkkk" not in repr(SIGNER)


@given(st.text(max_size=100))
def test_whatever_stands_there_is_forged_and_nothing_worse(token: str) -> None:
    assert flaw(token) is Flaw.FORGED
