"""Addresses and keys are refused kindly, and never quoted."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from monitor.channels.addresses import Key, SecretAddress, WebAddress, is_link
from probes import Secret

ADDRESS: TypeAdapter[str] = TypeAdapter(WebAddress)
SECRET_ADDRESS: TypeAdapter[Secret] = TypeAdapter(SecretAddress)
KEY: TypeAdapter[Secret] = TypeAdapter(Key)


def test_an_address_loses_the_slash_at_its_end() -> None:
    assert ADDRESS.validate_python("https://example.org/am/") == "https://example.org/am"


@pytest.mark.parametrize(
    ("address", "remedy"),
    [
        ("example.org", "beginning with https://"),
        ("ftp://example.org/", "beginning with https://"),
        ("https:///", "not an address"),
        ("https://a..b/", "not an address"),
        ("https://name:sesame@example.org/", "may hold no password"),
        ("https://example.org/?token=sesame", "from the ? or # on"),
    ],
)
def test_a_bad_address_is_refused_with_the_remedy(address: str, remedy: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(remedy)) as raised:
        ADDRESS.validate_python(address)
    assert "sesame" not in raised.value.errors()[0]["msg"]


def test_a_secret_address_may_hold_a_token_anywhere() -> None:
    written = "https://name:sesame@example.org/sesame?token=sesame"
    assert SECRET_ADDRESS.validate_python(written).get_secret_value() == written


@pytest.mark.parametrize("key", ["", " sesame", "ses\name", "sesamé", "sesame\r\nHost: evil"])
def test_a_key_that_cannot_stand_in_a_header_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="printable ASCII"):
        KEY.validate_python(key)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://wiki.example.org/a?b=c#d", True),
        ("http://127.0.0.1:8600/", True),
        ("", False),
        ("the wiki", False),
        ("javascript:alert(1)", False),
        ("https://exa mple.org/", False),
        ("https://bücher.example/", False),
    ],
)
def test_only_a_whole_web_address_is_a_link(address: str, may: bool) -> None:
    assert is_link(address) is may


@given(st.text())
def test_asking_whether_it_is_a_link_breaks_nothing(address: str) -> None:
    assert isinstance(is_link(address), bool)
