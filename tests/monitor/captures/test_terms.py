"""What is put into a command, a path or an address stays what it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.captures.terms import (
    CannotFetch,
    Terms,
    in_address,
    in_arguments,
    in_path,
    told_apart_by,
)

TERMS = Terms(
    since_at=datetime(2026, 3, 14, 2, 12, 5, 999_000, tzinfo=UTC),
    until_at=datetime(2026, 3, 14, 2, 15, tzinfo=UTC),
    service="api",
    probe="shortener",
    environment="pré prod&x=1",
)


def test_times_are_utc_in_whole_seconds_and_other_braces_are_left_alone() -> None:
    command = ("docker", "logs", "--since", "{since}", "{service}", "--format={{.Name}} {other}")
    assert in_arguments(command, TERMS) == (
        *("docker", "logs", "--since", "2026-03-14T02:12:05Z", "api"),
        "--format={{.Name}} {other}",
    )
    assert in_arguments(("x", "{since_epoch}-{until_epoch}"), TERMS)[1] == "1773454325-1773454500"


def test_a_word_stays_one_argument() -> None:
    hostile = replace(TERMS, service="a; rm -rf / $(x)\n--all")
    assert in_arguments(("echo", "{service}", "-n{service}"), hostile)[1] == hostile.service


@pytest.mark.parametrize("service", ["-f", "--follow=all"])
def test_a_word_that_begins_with_a_dash_becomes_no_option(service: str) -> None:
    with pytest.raises(CannotFetch, match="begins with a dash"):
        in_arguments(("docker", "logs", "{service}"), replace(TERMS, service=service))


@pytest.mark.parametrize("service", ["../../etc", "a/b", "..", "", "a\0b"])
def test_a_word_leads_to_no_other_folder(service: str) -> None:
    with pytest.raises(CannotFetch, match="no part of a path"):
        in_path("/var/log/{service}/app.log", replace(TERMS, service=service))


def test_words_in_an_address_are_encoded() -> None:
    url = in_address("https://logs.example.org/q?from={since}&env={environment}", TERMS)
    assert url == (
        "https://logs.example.org/q?from=2026-03-14T02%3A12%3A05Z&env=pr%C3%A9%20prod%26x%3D1"
    )


def test_only_what_differs_from_probe_to_probe_makes_another_fetch() -> None:
    assert told_apart_by(("x", "{since}", "{environment}"), TERMS) == ()
    assert told_apart_by(("x", "{probe}", "{service} {probe}"), TERMS) == (
        "probe=shortener",
        "service=api",
    )
