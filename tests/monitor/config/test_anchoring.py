"""Anchors that would make every outage look like a network of ours that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitor.config.toys import A_PROBE, read, refused, warned

FAR = f"{A_PROBE}channels = []\n"
HERE = FAR.replace("https://example.org/", "http://127.0.0.1:8080/").replace("web", "local")
TWO = '"192.0.2.1:443", "198.51.100.1:443"'
FEW = (
    "probes.toml:2: trueup.anchors: one place that falls silent would look like a network of ours "
    "that is gone; name two at least, besides the gateway"
)


def anchors(written: str, probes: str = FAR) -> str:
    return f"[trueup]\nanchors = [{written}]\n{probes}"


@pytest.mark.parametrize("anchor", ["127.0.0.1:1", "[::1]:53", "localhost:80"])
def test_an_anchor_on_this_machine_is_refused_where_something_else_is_asked(
    anchor: str, tmp_path: Path
) -> None:
    assert refused(tmp_path, anchors(f'{TWO}, "{anchor}"', HERE + FAR)) == [
        (
            "probes.toml:2: trueup.anchors[2]: is on this very machine and says nothing about the "
            "way to what web asks; name a place elsewhere"
        )
    ]


def test_an_anchor_on_this_machine_is_good_for_targets_on_it(tmp_path: Path) -> None:
    two = '"127.0.0.1:1", "localhost:2"'
    assert read(tmp_path, anchors(two, HERE)).warnings == ()


@pytest.mark.parametrize("few", ['"192.0.2.1:443"', '"gateway"', '"192.0.2.1:443", "gateway"'])
def test_a_single_anchor_besides_the_gateway_is_doubted(few: str, tmp_path: Path) -> None:
    assert warned(read(tmp_path, anchors(few)), tmp_path) == [FEW]


def test_the_same_machine_twice_is_one_anchor(tmp_path: Path) -> None:
    twice = warned(read(tmp_path, anchors('"192.0.2.1:443", "192.0.2.1:80"')), tmp_path)
    assert twice == [
        FEW,
        (
            "probes.toml:2: trueup.anchors[1]: stands here already; name a place in another "
            "network, or leave it out"
        ),
    ]


@pytest.mark.parametrize("good", [TWO, f'{TWO}, "gateway"', ""])
def test_two_anchors_or_none_are_not_doubted(good: str, tmp_path: Path) -> None:
    assert read(tmp_path, anchors(good)).warnings == ()
