"""The list of commands, where a sentence stands for each until it is called for."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from tests.support.checkout import ROOT

NAMED = re.compile(r'^NAME(?:: Final)? = "(\w+)"', re.MULTILINE)
RUNNER = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"})


def names() -> list[str]:
    listed = RUNNER.invoke(app, ["--help"]).stdout.partition("Commands")[2]
    return re.findall(r"^│ (\w+) +[A-Z]", listed, re.MULTILINE)


def test_the_list_has_them_all() -> None:
    written = (path.read_text("utf-8") for path in (ROOT / "monitor" / "cli").glob("*.py"))
    named = {name for text in written for name in NAMED.findall(text)}
    assert {"check", "run", "status", "incidents", "silence", "export"} <= named
    assert set(names()) == named


@pytest.mark.parametrize("name", names())
def test_whatever_is_listed_can_be_called_under_that_name(name: str) -> None:
    done = RUNNER.invoke(app, [name, "--help"])

    assert done.exit_code == 0
    assert f" {name} " in done.stdout.partition("\n │")[0].partition("Usage:")[2]
    assert "--install-completion" not in done.stdout


def test_a_name_that_is_nearly_one_is_guessed() -> None:
    done = RUNNER.invoke(app, ["chek"])

    assert done.exit_code == 2
    assert "Did you mean 'check'?" in done.stderr
