"""How deep a probe looks, and what that makes of a component."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.coverage import Depth
from tests.monitor.coverage.configured import component, covered, http, journey

LOGIN = 'journey = "login"\nusername = "a"\npassword = "b"\nexpect_text = "c"'
SENDS = "expect.contains = 'Thanks'\nmethod = 'POST'\nform = { a = 'b' }"


@pytest.mark.parametrize(
    ("probe", "depth"),
    [
        (http("a"), Depth.HOME),
        (http("a", "/", 'expect.contains = "Welcome"'), Depth.HOME),
        (http("a", "/library"), Depth.HOME),
        (http("a", "/library", 'expect.contains = "Files"'), Depth.ANSWER),
        (http("a", "/", 'expect.json."$.items[*]".count_min = 3'), Depth.ANSWER),
        (http("a", "/health"), Depth.HEALTH),
        (http("a", "/api/v1/status", 'expect.json."$.ok".equals = true'), Depth.HEALTH),
        (http("a", "/send", SENDS), Depth.FLOW),
        (journey("a", LOGIN), Depth.JOURNEY),
        (journey("a", 'journey = "upload"'), Depth.WRITES),
        (journey("a", 'journey = "shorten"\ntarget = "https://example.org/"'), Depth.WRITES),
        (journey("a", 'steps = [{ goto = "/" }, { expect_text = "Hi" }]'), Depth.JOURNEY),
        (journey("a", 'steps = [{ fill = "Text", with = "x" }]'), Depth.WRITES),
        (
            journey("a", 'steps = [{ name = "b", do = [{ fill = "Text", with = "x" }] }]'),
            Depth.WRITES,
        ),
    ],
)
def test_a_component_is_watched_as_deep_as_its_best_probe(
    probe: str, depth: Depth, tmp_path: Path
) -> None:
    [found] = covered(tmp_path, probe + component("things", "a")).components
    assert found.depth is depth


def test_the_best_of_several_counts_and_two_addresses_are_a_flow(tmp_path: Path) -> None:
    probes = http("home") + "".join(http(p, f"/{p}", 'expect.contains = "x"') for p in ("a", "b"))
    text = probes + component("one", "home", "a") + component("two", "a", "b") + component("none")
    found = covered(tmp_path, text)
    assert [each.depth for each in found.components] == [Depth.ANSWER, Depth.FLOW, Depth.NOTHING]
    assert [each.score for each in found.components][2] == 0
    assert found.score == round(sum(each.score for each in found.components) / 3)


def test_a_journey_in_a_file_writes_when_the_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("async def journey(visit):\n    pass\n")
    text = journey("own", 'journey = "own.py"') + component("things", "own")
    assert covered(tmp_path, text).components[0].depth is Depth.JOURNEY
    found = covered(tmp_path, text, types_in=frozenset(["own"]))
    assert found.components[0].depth is Depth.WRITES


def test_a_hundred_is_a_journey_that_writes_where_everything_is_pinned(tmp_path: Path) -> None:
    pins = 'expect.environment = "production"\nexpect.certificate_valid_for = "14d"'
    text = http("home", "/", pins) + journey("send", 'journey = "upload"')
    found = covered(tmp_path, text + component("sending", "home", "send"))
    assert found.score == 100
    assert found.findings == ()


def test_nothing_is_watched_where_there_are_no_components(tmp_path: Path) -> None:
    assert covered(tmp_path, http("home")).score == 0
