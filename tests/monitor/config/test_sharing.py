"""Ten thousand probes that differ in their address only share the rest."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any, Final

from monitor.config import load
from tests.monitor.config.toys import read

LARGEST: Final = 1600
"""Bytes that one more plain probe takes, once it is read."""


def probe(name: str, lines: str = "") -> str:
    return f'[probe.{name}]\nkind = "page"\nurl = "https://example.org/{name}"\n{lines}\n'


def settings(folder: Path, *probes: str, **beside: str) -> list[Any]:
    return [each.settings for each in read(folder, "".join(probes), beside=beside).probes.values()]


def test_what_is_written_alike_is_one(tmp_path: Path) -> None:
    text = probe("one", "expect.contains = 'hello'") + probe("two", "expect.contains = 'hello'")

    one, two = read(tmp_path, text).probes.values()

    assert one.settings.expect is two.settings.expect  # type: ignore[attr-defined] # of the toy
    assert one.routing is two.routing
    assert one.policy is two.policy
    assert one.tags is two.tags


def test_what_is_written_differently_is_not(tmp_path: Path) -> None:
    one, two, three = settings(
        tmp_path,
        probe("one", "expect.contains = 'hello'"),
        probe("two", "expect.contains = 'goodbye'"),
        probe("three"),
    )

    assert [each.expect.contains for each in (one, two, three)] == ["hello", "goodbye", ""]
    assert [each.model_fields_set for each in (one, two, three)] == [
        {"url", "expect"},
        {"url", "expect"},
        {"url"},
    ]


def test_settings_are_what_they_were_before_they_shared(tmp_path: Path) -> None:
    (only,) = settings(tmp_path, probe("one", "headers.a = 'b'\nexpect.status = 204"))

    assert only == type(only)(url=only.url, headers=only.headers, expect=only.expect)
    assert only.model_copy(update={"method": "POST"}).method == "POST"
    assert only.model_dump()["expect"]["status"] == 204


def test_own_policy_is_ones_own(tmp_path: Path) -> None:
    text = probe("one", "every = '5m'\ntags = ['a']") + probe("two", "severity = 'info'")

    one, two = read(tmp_path, text).probes.values()

    assert (one.every.total_seconds(), two.every.total_seconds()) == (300, 60)
    assert (sorted(one.tags), sorted(two.tags)) == (["a"], [])
    assert one.routing.severity != two.routing.severity


def test_one_probe_more_takes_little(tmp_path: Path) -> None:
    plain = "expect.contains = 'ok'"
    grown = [_bytes(tmp_path, count, plain) for count in (100, 600)]

    assert (grown[1] - grown[0]) / 500 < LARGEST


def _bytes(folder: Path, count: int, lines: str) -> int:
    text = "".join(
        f'[probe.p{number}]\nkind = "http"\nurl = "http://example.org/{number}"\n{lines}\n'
        for number in range(count)
    )
    (folder / "probes.toml").write_text(text)
    load(folder / "probes.toml")  # so that nothing is left to be imported
    tracemalloc.start()
    try:
        config = load(folder / "probes.toml")
        assert len(config.probes) == count
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
