"""`trueup coverage`, as somebody at a terminal or a pipeline sees it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.config import load
from monitor.coverage import Depth, Hole
from monitor.coverage.watching import DEEP
from tests.monitor.coverage.configured import PAGER, SITE, component, http, journey
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
    assert re.fullmatch(r"Score \d+ of 100, \d holes\.", lines[-1])


def test_what_could_be_better_comes_last_and_is_no_hole(tmp_path: Path) -> None:
    path = tmp_path / "probes.toml"
    steps = 'steps = [{ expect_text = "Welcome" }]'
    text = PAGER + journey("tour", steps) + component("website", "tour")
    text += http("named", "/x", 'expect.environment = "staging"') + component("x", "named")
    path.write_text(text + 'description = "Something"\n')
    done = RUNNER.invoke(app, ["coverage", "--config", str(path)])
    flat = " ".join(done.output.split())
    assert "Could be better Website is watched by a journey that only reads: 90 is" in flat
    assert flat.index("Watched only from outside") < flat.index("Could be better")
    assert flat.endswith("2 holes; 1 thing could be better.")
    told = RUNNER.invoke(app, ["coverage", "--toml", "--config", str(path)]).output
    assert "website" not in told


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


def test_the_lines_alone_say_where_they_go_and_load_when_they_are_there(tmp_path: Path) -> None:
    told = covered(tmp_path, "--toml").output
    path = tmp_path / "probes.toml"
    assert "# in [component.orders], probes.toml:" in told
    path.write_text(put_in(path.read_text(), told))
    now = RUNNER.invoke(app, ["coverage", "--json", "--config", str(path)])
    assert now.exit_code == 0, now.output
    left = {each["hole"] for each in json.loads(now.output)["findings"] if each["is_hole"]}
    assert left <= {"identity"}, "one probe that was added is asked about in its turn"
    assert load(path).probes.keys() > {"home", "send"}


def put_in(text: str, told: str) -> str:
    """As a person would: at the place that each comment names, from the last to the first."""
    lines, parts = text.splitlines(), told.strip().split("\n\n")
    known = [part.splitlines() for part in parts if part.startswith("# in ")]
    new = [part for part in parts if not part.startswith("# in ")]
    assert parts == ["\n".join(part) for part in known] + new
    for head, *keys in sorted(known, key=lambda part: -number_in(part[0])):
        at = number_in(head)
        assert lines[at - 1] == re.search(r"\[.*?\]", head)[0]  # type: ignore[index]  # or it fails
        for instead in (each for each in keys if each.startswith("# instead of")):
            lines[number_in(instead) - 1] = ""
        lines[at:at] = keys
    return "\n".join((*lines, *new))


def test_the_lines_say_where_they_go_when_expect_is_a_table_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "probes.toml"
    head, braces = '[probe.a.expect]\ncontains = "Archive"', 'expect = { contains = "Archive" }'
    text = PAGER + http("b", "/api/b", braces) + component("a", "a") + component("b", "b")
    text += http("a", "/api/a", head).replace(SITE, "https://files.example.org")
    path.write_text(text)
    told = RUNNER.invoke(app, ["coverage", "--toml", "--config", str(path)]).output

    line = 'environment = "production"'
    rows = text.splitlines()
    at, inside = rows.index(head.splitlines()[0]) + 1, rows.index(braces) + 1
    more = f'certificate_valid_for = "14d"\n{line}\nshape = "learn"\n'
    assert f"# below [probe.a.expect], probes.toml:{at}:\n{more}" in told
    assert f"# into the braces of expect, probes.toml:{inside}:\n{more}" in told
    assert "\nexpect." not in told
    text = text.replace(head, f"{head}\n{line}").replace(braces, f"{braces[:-2]}, {line} }}")
    path.write_text(text)
    assert load(path).probes.keys() == {"a", "b"}


def number_in(comment: str) -> int:
    return int(comment.rstrip(":").rpartition(":")[2])


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
