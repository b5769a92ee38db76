"""What was typed and must not be read by others is written down nowhere."""

from __future__ import annotations

import ast

import pytest

from probes.recordings import NotUnderstood, as_python, as_steps, read
from tests.probes.recordings.recorder import at, recorded, steps


def test_it_is_found_again_wherever_else_it_was_written() -> None:
    field, plain = at("label", "Password"), at("label", "Name")
    text = recorded(
        {"name": "fill", "text": "h0rse$", "locator": field},
        {"name": "fill", "text": "h0rse$", "locator": plain},
        {"name": "navigate", "url": "https://example.org/in?token=t0k&x=1"},
        {"name": "assertText", "text": "You are h0rse$", "locator": plain},
    )
    assert [each.get("with") or each.get("goto") for each in steps(text)[:3]] == [
        "${env:CANARY_PASSWORD}",
        "${env:CANARY_PASSWORD}",
        "/in?token=${env:CANARY_TOKEN}&x=1",
    ]
    assert steps(text)[3]["expect_text"] == "You are ${env:CANARY_PASSWORD}"
    ast.parse(as_python(read(text)))


def test_a_short_secret_within_a_longer_one_is_there_by_chance() -> None:
    text = recorded(
        {"name": "fill", "text": "123456", "locator": at("label", "One-time code")},
        {"name": "fill", "text": "sk_live_0123456789", "locator": at("label", "API key")},
        {"name": "assertValue", "value": "fluffy", "locator": at("label", "Security answer")},
        {"name": "assertText", "text": "123456, not 91234567", "locator": at("label", "x")},
    )
    one, key, answer, said = steps(text)
    assert (one["with"], key["with"]) == ("${env:CANARY_ONE_TIME_CODE}", "${env:CANARY_API_KEY}")
    assert answer["is"] == "${env:CANARY_SECURITY_ANSWER}"
    assert said["expect_text"] == "${env:CANARY_ONE_TIME_CODE}, not 91234567"
    assert '"sk_live' not in as_python(read(text))
    assert 'visit.secret("one_time_code") + ", not 91234567"' in as_python(read(text))


def test_the_address_it_begins_at_and_what_is_pointed_at_tell_no_secret_either() -> None:
    begin = "https://example.org/?reset_token=t0k%2Bt0k#access_token=f00f00f00"
    login = "https://ada:s3cret@elsewhere.example.org/x"
    text = (
        f"page.goto({begin!r})\npage.goto({login!r})\n"
        "page.get_by_label('API key').fill('sk_live_abcdef0')\n"
        "page.get_by_text('sk_live_abcdef0').click()"
    )
    for written in (as_steps(read(text)), as_python(read(text))):
        for secret in ("t0k%2Bt0k", "f00f00f00", "s3cret", "sk_live"):
            assert secret not in written
        assert "reset_token=${env:CANARY_RESET_TOKEN}#access_token=${env:CANARY_ACCE" in written
        assert "http_credentials" in written


def test_a_dollar_before_a_secret_is_refused_where_it_would_become_two_characters() -> None:
    field = at("label", "Password")
    text = recorded(
        {"name": "fill", "text": "correct-horse", "locator": field},
        {"name": "assertText", "text": "It is $correct-horse", "locator": field},
    )
    with pytest.raises(NotUnderstood, match=r"line 4: has a \$ right before something secret"):
        as_steps(read(text))


def test_a_user_name_in_the_address_is_not_kept() -> None:
    text = "page.goto('https://ada:s3cret@example.org/')\npage.get_by_label('x').check()"
    written = as_steps(read(text))
    assert "s3cret" not in written
    assert "http_credentials" in written
