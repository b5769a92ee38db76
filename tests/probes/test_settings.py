"""Durations say their unit, and settings say what is wrong with them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from probes import Duration, Settings, parse_duration, write_duration

LONGEST_MS = 10 * 365 * 86_400_000


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("800ms", timedelta(milliseconds=800)),
        ("30s", timedelta(seconds=30)),
        ("1.5m", timedelta(seconds=90)),
        ("1h30m", timedelta(minutes=90)),
        ("14d", timedelta(days=14)),
        ("2w", timedelta(days=14)),
        ("1m1ms", timedelta(minutes=1, milliseconds=1)),
        ("0s", timedelta()),
    ],
)
def test_a_duration_is_a_number_with_its_unit(text: str, meant: timedelta) -> None:
    assert parse_duration(text) == meant


@pytest.mark.parametrize("value", [30, 1.5, 0])
def test_a_bare_number_is_refused_and_the_remedy_named(value: float) -> None:
    with pytest.raises(ValueError, match=f'write it with a unit, as "{value}s"'):
        parse_duration(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "30",
        "s",
        "30 s",
        "30s\n",
        "٣٠s",
        "-5s",
        "+5s",
        "1e3s",
        "30S",
        "1y",
        "30s ",
        ".5s",
        True,
        None,
    ],
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(value)


def test_a_duration_longer_than_time_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than a duration can be"):
        parse_duration("9" * 400 + "d")
    with pytest.raises(ValueError, match="longer than a duration can be"):
        parse_duration("999999999999d")


@given(st.integers(min_value=0, max_value=LONGEST_MS))
def test_what_is_written_is_read_back_to_the_millisecond(ms: int) -> None:
    span = timedelta(milliseconds=ms)
    assert parse_duration(write_duration(span)) == span


def test_a_part_of_a_second_is_written_as_people_write_it() -> None:
    written = [write_duration(timedelta(milliseconds=ms)) for ms in (9500, 61_050, 250, 60_000)]
    assert written == ["9.5s", "1m1.05s", "250ms", "1m"]


@given(st.text(max_size=20))
def test_any_other_text_is_refused_and_never_breaks(text: str) -> None:
    try:
        assert parse_duration(text) >= timedelta()
    except ValueError as refused:
        assert "duration" in str(refused)  # noqa: PT017 - most texts are refused, some are not


def test_in_a_schema_for_editors_a_duration_is_text() -> None:
    schema = TypeAdapter(Duration).json_schema()
    assert schema["type"] == "string"
    assert TypeAdapter(Duration).dump_python(timedelta(seconds=90), mode="json") == "1m30s"


def test_settings_do_not_change_and_know_no_other_keys() -> None:
    settings = Settings.model_validate_json('{"timeout": "3s"}', context={"folder": Path()})
    with pytest.raises(ValidationError, match="frozen"):
        settings.timeout = timedelta()  # type: ignore[misc]  # that is the point
    with pytest.raises(ValidationError, match="Extra inputs"):
        Settings.model_validate({"timeuot": "3s"})
