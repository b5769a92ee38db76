"""The lines that would close a hole: each was tried, and each can be pasted."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.blindspots import Closing, Seeking, Terms, closing
from monitor.blindspots.environments import expected_by
from monitor.blindspots.lines import Line, together, toml, with_lines
from monitor.blindspots.remedies import allowed_by_pin
from monitor.clock import SystemClock
from monitor.config import load
from monitor.runner import Runner
from probes.expect import Shape
from probes.injection import BY_NAME, FAULTS, Fault
from tests.monitor.blindspots.conftest import ITEMS, Site
from tests.support.serve import serving
from tests.support.targets import Certificates, answering, ok
from tests.support.tools import borrowed_tools


async def closed(config: Path, *probes: str, faults: tuple[Fault, ...] = FAULTS) -> Closing:
    """What is said of those probes, each of which was tried with every one of the faults."""
    clock, loaded = SystemClock(), load(config)
    async with borrowed_tools() as tools:
        terms = Terms(faults=faults, per_minute=6000)
        seeking = Seeking(tools, lambda lent: Runner(lent, clock, str), clock, terms)
        matrix = await seeking.seek([loaded.probes[probe] for probe in probes])
        return await closing(loaded, seeking, matrix)


def sentences(found: Closing) -> dict[str, str]:
    """What is said of the list, by faults."""
    return {f: each.sentence for each in found.of("list") for f in each.faults if not each.accepts}


def paste(config: Path, *lines: str, probe: str = "list") -> None:
    """Into the table of that probe."""
    table = f"[probe.{probe}]\n"
    config.write_text(config.read_text().replace(table, table + "\n".join(lines) + "\n"))


def learn(config: Path, document: object) -> None:
    """As if that had been answered three times."""
    pins = config.parent / "pins"
    pins.mkdir()
    (pins / "list.json").write_text(json.dumps(Shape.of(document).to_json()))


async def test_every_hole_has_a_line_that_was_tried_or_a_sentence(config: Path, site: Site) -> None:
    found = await closed(config, "list", "page")
    lines = {
        (remedy.probe, fault): remedy.lines
        for remedy in found.remedies
        for fault in remedy.faults
        if remedy.lines and not remedy.accepts
    }

    assert lines["list", "field-renamed"] == ('expect.shape = "learn"',)
    assert lines["list", "empty-lists"] == ('expect.json."$.items[*]".count_min = 3',)
    assert lines["list", "wrong-environment"] == ('expect.environment = "production"',)
    assert lines["list", "cookies-dropped"] == ('expect.header.Set-Cookie.contains = "visitor="',)
    [text] = lines["page", "empty-tables"]
    assert text.startswith('expect.contains = ["Your library", "')
    assert text.endswith("  # instead of the line that is there")
    said = sentences(found)
    assert said["stale"].startswith("One answer alone does not show its age")
    assert site.asked.count("GET /list") == 1


async def test_the_lines_close_the_holes_once_they_are_in_the_file(config: Path) -> None:
    before = await closed(config, "list")
    lines = [line for each in before.remedies if not each.accepts for line in each.lines]
    paste(config, *lines)
    learn(config, {"items": ITEMS, "total": len(ITEMS)})
    after = await closed(config, "list")

    assert len(lines) >= 4
    assert {fault for each in after.remedies for fault in each.faults} <= {"stale", "slow"}


async def test_lines_say_where_they_go_when_expect_is_a_table_of_its_own(
    site: Site, tmp_path: Path
) -> None:
    probe = f'[probe.{{}}]\nkind = "http"\nurl = "{site.url}/list"\n'
    head, braces = '[probe.a.expect]\ncontains = "record"', 'expect = { contains = "record" }'
    text = f"{probe.format('a')}{head}\n{probe.format('b')}{braces}\n"
    config = written(tmp_path, text)
    found = await closed(config, "a", "b", faults=(BY_NAME["wrong-environment"],))
    line = 'environment = "production"'

    assert found.of("a")[0].lines == ("# below [probe.a.expect], probes.toml:4:", line)
    assert [found.of(each)[0].table for each in "ab"] == ["[probe.a.expect]", "[probe.b]"]
    assert found.of("b")[0].lines == ("# into the braces of expect, probes.toml:9:", line)
    text = text.replace(head, f"{head}\n{line}").replace(braces, f"{braces[:-2]}, {line} }}")
    probes = load(written(tmp_path, text)).probes.values()
    assert [expected_by(each.settings) for each in probes] == ["production"] * 2


async def test_a_field_that_may_be_missing_is_not_expected_but_said(config: Path) -> None:
    paste(config, 'expect.shape = "learn"')
    document = {"items": ITEMS, "total": len(ITEMS)}
    learn(config, document)
    pin = config.parent / "pins/list.json"
    pin.write_text(pin.read_text().replace('"$.total"', '"$.total?"'))
    found = await closed(config, "list", faults=(BY_NAME["field-removed"],))

    assert sentences(found)["field-removed"].startswith("list.json lets $.total be missing")
    assert not [each for each in found.remedies if each.lines]


def test_of_many_fields_that_may_be_missing_three_are_named() -> None:
    shape = Shape({f"$.a{number}?": "string" for number in range(201)})
    expect = SimpleNamespace(shape=SimpleNamespace(shape=shape, path=None, text="learn"))
    probe: Any = SimpleNamespace(id="list", settings=SimpleNamespace(expect=expect))
    holes = [replace(BY_NAME["field-removed"], at=f"$.a{number}") for number in range(201)]
    [[remedy], left] = allowed_by_pin(probe, holes)
    assert "lets $.a0, $.a1, $.a2 and 198 more be missing" in remedy.sentence
    assert left == []


async def test_a_certificate_that_ends_soon_is_shown_where_there_is_one(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    with answering(ok(b"hello"), tls=certificates.good()) as target:
        text = f"""
            [probe.secure]
            kind = "http"
            url = "{target.url}"
            tls.ca = "{certificates.file.name}"
        """
        config = written(tmp_path, text)
        found = await closed(config, "secure")

    lines = {f: each.lines for each in found.remedies for f in each.faults}
    assert lines["certificate-ending"] == ('expect.certificate_valid_for = "14d"',)


def written(folder: Path, text: str) -> Path:
    path = folder / "probes.toml"
    path.write_text(text)
    return path


async def test_a_shape_that_was_not_learned_yet_is_said(config: Path) -> None:
    paste(config, 'expect.shape = "learn"')
    found = await closed(config, "list")
    said = sentences(found)

    assert "trueup learn list" in said["field-removed"]


@pytest.mark.parametrize("value", ["plain", 'a "quoted" \\ one', "\x7f\n\t\x01\u202e", "ü – 東京"])
def test_any_text_can_be_written_down(value: str) -> None:
    assert toml(value).isprintable()
    assert tomllib.loads(f"key = {toml(value)}\nlist = {toml([value])}") == {
        "key": value,
        "list": [value],
    }


def test_a_line_says_when_it_takes_the_place_of_another() -> None:
    keys = {"expect": {"contains": "a", "within": "1s", "json": {"$": {"type": "object"}}}}
    contains = Line(("expect", "contains"), "b")
    within = Line(("expect", "within"), "2s")
    beside = Line(("expect", "json", "$.items[*]", "count_min"), 2)

    assert contains.written(keys) == (
        'expect.contains = ["a", "b"]  # instead of the line that is there'
    )
    assert within.written(keys) == 'expect.within = "2s"  # instead of the line that is there'
    assert beside.written(keys) == 'expect.json."$.items[*]".count_min = 2'
    assert with_lines(keys, (contains, within, beside))["expect"] == {
        "contains": ["a", "b"],
        "within": "2s",
        "json": {"$": {"type": "object"}, "$.items[*]": {"count_min": 2}},
    }
    assert keys["expect"]["contains"] == "a"


def test_texts_of_the_same_key_are_one_line_because_no_key_may_stand_twice() -> None:
    first, second = Line(("expect", "contains"), "a"), Line(("expect", "contains"), "b")
    within = Line(("expect", "within"), "2s")
    found = together({first: ["truncated"], within: ["slow"], second: ["empty-tables"]})

    assert found == {
        Line(("expect", "contains"), ("a", "b")): ["truncated", "empty-tables"],
        within: ["slow"],
    }
    assert next(line.written({}) for line in found) == 'expect.contains = ["a", "b"]'


async def test_a_style_sheet_is_asked_for_by_the_name_that_the_next_release_has_too(
    tmp_path: Path,
) -> None:
    sheets = "".join(f"<link rel=stylesheet href={at}>" for at in ("/a.3f9a1c07.css", "/a.css?v=1"))

    def page(_: Request) -> Response:
        return HTMLResponse(f"{sheets}<h1>Your library</h1>")

    def style(_: Request) -> Response:
        return Response("a{}", media_type="text/css")

    with serving(Starlette(routes=[Route("/", page), Route("/{name}.css", style)])) as site:
        config = written(
            tmp_path,
            f'[probe.visit]\nkind = "journey"\nurl = "{site}/"\n'
            'steps = [{ expect_text = "Your library" }]\n',
        )
        found = await closed(config, "visit", faults=(BY_NAME["assets-missing"],))
        assert f'url = "{site}/a.css"' in found.of("visit")[0].lines


async def test_a_journey_is_told_to_expect_the_environment_that_its_page_names(
    tmp_path: Path,
) -> None:
    page = "<!doctype html><meta name=environment content=production><h1>Your library</h1>"
    with serving(Starlette(routes=[Route("/", lambda _: HTMLResponse(page))])) as site:
        config = written(
            tmp_path,
            f'[probe.visit]\nkind = "journey"\nurl = "{site}/"\n'
            'steps = [{ goto = "/" }, { expect_text = "Your library" }]\n',
        )
        found = await closed(config, "visit", faults=(BY_NAME["wrong-environment"],))
        [remedy] = found.remedies
        assert (remedy.table, remedy.lines) == (
            "[probe.visit]",
            ('expect_environment = "production"',),
        )
