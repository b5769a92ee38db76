"""`trueup coverage`, as somebody at a terminal or a pipeline sees it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.coverage import Depth, Hole
from monitor.coverage.covering import DEEP
from tests.monitor.coverage.configured import PAGER, component, http, journey
from tests.support.checkout import ROOT

RUNNER = CliRunner(env={"COLUMNS": "80", "TERM": "dumb"})
TEXT = http("home") + journey("send", 'journey = "upload"') + PAGER
TEXT += component("website", "home") + component("sending", "home", "send") + component("orders")


def covered(folder: Path, *options: str) -> Result:
    (folder / "probes.toml").write_text(f'[trueup]\nenvironment = "staging"\n{TEXT}')
    return RUNNER.invoke(app, ["coverage", *options, "--config", str(folder / "probes.toml")])


def test_components_stand_with_what_watches_them_and_the_holes_below(tmp_path: Path) -> None:
    done = covered(tmp_path)
    assert done.exit_code == 0, done.output
    lines = [line.rstrip() for line in done.output.splitlines()]
    assert max(len(line) for line in lines if " = " not in line) <= 80
    [sending] = [line for line in lines if line.startswith("Sending")]
    assert "journey that writes" in sending
    assert "Watched by nothing" in lines
    assert "  Orders is watched by nothing. A journey does what people do there." in lines
    assert lines[-1].startswith("Score ")
    assert "holes" in lines[-1]


def test_programs_get_all_of_it_in_one_document(tmp_path: Path) -> None:
    document = json.loads(covered(tmp_path, "--json").output)
    website, sending, orders = document["components"]
    assert website["watched_by"] == "home page only"
    assert [each["id"] for each in sending["probes"]] == ["home", "send"]
    assert orders == {
        "id": "orders",
        "name": "Orders",
        "score": 0,
        "watched_by": "nothing",
        "probes": [],
    }
    first = document["findings"][0]
    assert (first["hole"], first["component"], first["probe"]) == ("home_only", "website", None)
    for finding in document["findings"]:
        assert tomllib.loads(finding["toml"])


def test_the_lines_alone_are_ready_to_be_pasted(tmp_path: Path) -> None:
    for table in covered(tmp_path, "--toml").output.split("\n\n"):
        tomllib.loads(table)


def test_a_pipeline_is_told_when_the_score_is_less_than_it_should_be(tmp_path: Path) -> None:
    score = json.loads(covered(tmp_path, "--json").output)["score"]
    assert covered(tmp_path, "--min-score", str(score)).exit_code == 0
    assert covered(tmp_path, "--min-score", str(score + 1)).exit_code == 1


def test_a_bad_configuration_is_told_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "probes.toml"
    path.write_text("[probe.a]\n")
    assert RUNNER.invoke(app, ["coverage", "--config", str(path)]).exit_code == 2


def test_the_documentation_names_every_hole_and_every_depth() -> None:
    text = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    assert [hole for hole in Hole if f"| `{hole}` |" not in text] == []
    assert [depth for depth in Depth if f"| {depth} |" not in text] == []
    for depth, points in DEEP.items():
        assert re.search(rf"^\| {depth} \|.*\| {points} \|$", text, re.MULTILINE)
