"""What a target calls its fields may be a secret, or hold what nobody can write."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from monitor.blindspots.lines import Line
from monitor.blindspots.remedies import Closing, Remedy
from monitor.cli import app
from tests.support.serve import serving

SECRET = "tok-9f4b2c77d1-nobody-may-see"
DOCUMENT = {
    SECRET: {"seen": True},
    "a\nb": 1,
    "\x01": 2,
    "\ud800x": 3,
    "on": [{"stack": "Blue"}],
    "name": "Ada",
}
FIELDS = ("-f", "field-removed")
CONFIG = """
[trueup]
state = "var"
[probe.odd]
kind = "http"
url = "{site}/"
headers.Authorization = "Bearer ${{env:TOKEN}}"
{more}
"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    async def answer(_: object) -> Response:
        return Response(json.dumps(DOCUMENT), media_type="application/json")

    with serving(Starlette(routes=[Route("/", answer)])) as url:
        yield url


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", SECRET)


def blindspots(folder: Path, site: str, *words: str, more: str = "") -> Result:
    config = folder / "probes.toml"
    config.write_text(CONFIG.format(site=site, more=more))
    return CliRunner().invoke(app, ["blindspots", *words, "--config", str(config)])


def cells(done: Result) -> dict[str | None, Any]:
    assert done.exit_code == 0, done.output
    return {cell["at"]: cell["verdict"] for cell in json.loads(done.stdout)["matrix"]}


@pytest.mark.parametrize("how", ["--json", "-v", "--toml"])
def test_a_secret_that_is_the_name_of_a_field_is_shown_to_nobody(
    tmp_path: Path, site: str, how: str
) -> None:
    done = blindspots(tmp_path, site, how, *FIELDS)
    assert done.exit_code == 0, done.output
    assert SECRET not in done.output
    assert "field-removed" in done.output, "there is something to be shown"


def test_a_name_that_nobody_can_write_costs_no_other_field_its_line(
    tmp_path: Path, site: str
) -> None:
    done = blindspots(tmp_path, site, "--json", *FIELDS)
    assert done.exit_code == 0, done.output
    assert "crashed" not in done.output
    found = json.loads(done.stdout)
    assert {r"$['a\nb']", r"$['\u0001']", r"$['\ud800x']", "$.name"} <= set(cells(done))
    lines = [line for each in found["remedies"] for line in each["lines"]]
    assert 'expect.shape = "learn"' in lines or any('"$.name"' in line for line in lines)


def test_a_line_with_a_secret_in_it_is_none_to_be_pasted() -> None:
    line = f'expect.contains = "{SECRET}"'
    found = Closing((Remedy(probe="odd", faults=("truncated",), lines=("a = 1", line)),))
    [remedy] = found.scrubbed(lambda text: text.replace(SECRET, "***")).remedies

    assert tomllib.loads("\n".join(remedy.lines)) == {"a": 1}
    assert "the stars hide a secret" in remedy.lines[1]


def test_half_a_character_is_no_line_of_toml() -> None:
    assert not Line(("expect", "contains"), "\ud800x").writable
    assert not Line(("expect", "contains"), ("plain", "x\udc00")).writable
    assert Line(("expect", "contains"), "\U0001f600").writable


@pytest.mark.parametrize(
    "place", ['json = "$.on[0].stack"', 'pattern = \'"stack": "(\\w+)"\''], ids=["json", "pattern"]
)
def test_an_environment_in_a_place_of_its_own_is_struck_there(
    tmp_path: Path, site: str, place: str
) -> None:
    more = f'expect.environment = {{ is = "blue", {place} }}'
    done = blindspots(tmp_path, site, "--json", "-f", "wrong-environment", more=more)
    assert cells(done) == {None: "seen"}


def test_where_no_environment_is_expected_and_none_is_told_nothing_is_struck(
    tmp_path: Path, site: str
) -> None:
    done = blindspots(tmp_path, site, "--json", "-f", "wrong-environment")
    assert cells(done) == {None: "not_touched"}
