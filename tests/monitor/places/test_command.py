"""`trueup publish`, as somebody at a terminal and a program use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.monitor.cli.past import configure, past
from tests.monitor.places.far import tree
from tests.support.waiting import until


def trueup(folder: Path, *command: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"})
    return runner.invoke(app, ["publish", *command, "--config", str(folder / "probes.toml")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with two places, and a history."""
    config = configure(tmp_path, "web")
    tables = '[component.web]\nprobes = ["web"]\n[page]\npublish = ["www", "./mirror"]\n'
    config.write_text(f'{config.read_text()}{tables}[publish.www]\nto = "www"\n')
    with past(tmp_path, "web") as story:
        story.runs("web")
    return tmp_path


def test_every_place_gets_the_page_and_the_next_time_what_changed(folder: Path) -> None:
    done = trueup(folder)
    assert done.exit_code == 0, done.output
    assert "www " in done.stdout
    assert tree(folder / "www").keys() == tree(folder / "mirror").keys()
    assert "index.html" in tree(folder / "www")
    names = until(lambda: would_bring(folder), "a second later, the page says when it is")
    assert all(name.rpartition("/")[2].startswith("as-of.") for name in names)
    again = json.loads(trueup(folder, "www", "--json", "--all-files").stdout)["places"]
    assert [(p["place"], p["page"], p["ok"]) for p in again] == [("www", "main", True)]
    assert again[0]["files"] == len(tree(folder / "www"))


def would_bring(folder: Path) -> list[str]:
    """The files of which the place has another, or none."""
    later = trueup(folder, "www", "--dry-run").stdout.splitlines()
    return [line.removeprefix("www  + ") for line in later if line.startswith("www  + ")]


def test_a_dry_run_lists_and_brings_nothing(folder: Path) -> None:
    done = trueup(folder, "www", "--dry-run", "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)["places"][0]
    assert "index.html" in document["would_write"]
    assert "as-of." in document["would_write"][-1]
    assert not (folder / "www").exists()


def test_a_place_that_fails_fails_alone(folder: Path) -> None:
    (folder / "www").write_text("a file is in the way")
    done = trueup(folder)
    assert done.exit_code == 1
    assert f"www: {folder}/www: a file stands where a folder belongs; move it away" in done.stderr
    assert "index.html" in tree(folder / "mirror")
    assert len(done.stderr.splitlines()) == 1


def test_an_unknown_place_and_no_place_at_all(folder: Path) -> None:
    done = trueup(folder, "ww")
    assert done.exit_code == 2
    assert "unknown place 'ww'; did you mean 'www'?" in done.stderr
    configure(folder, "web")
    done = trueup(folder)
    assert done.exit_code == 2
    assert 'no page goes anywhere; write publish = ["/srv/www/status"] in [page]' in done.stderr
