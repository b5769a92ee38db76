"""`trueup drill OUTAGE` in words: what is asked for, what is refused, and the tables in the end."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from monitor.cli import app, drill_tables
from monitor.drills.outages import OUTAGES
from monitor.drills.timeline import Timeline
from tests.support.checkout import ROOT


def trueup(*command: str) -> Result:
    return CliRunner(env={"COLUMNS": "80", "TERM": "dumb"}).invoke(app, ["drill", *command])


def went(name: str = "upload-down", **changes: Any) -> Timeline:
    """A drill that went well, but for *changes*."""
    facts: dict[str, Any] = {
        "detected": timedelta(seconds=14.04),
        "told": timedelta(seconds=14.4),
        "published": timedelta(seconds=15),
        "mended": timedelta(seconds=16),
        "recovered": timedelta(seconds=22.5),
        "pages": 1,
        "down": frozenset(OUTAGES[name].components),
    }
    allowed = timedelta(seconds=35)
    return Timeline(outage=OUTAGES[name], allowed=allowed, **facts | changes)


def drawn(what: Any) -> str:
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as captured:
        console.print(what)
    return captured.get()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ((), "which one? There are accidental-upgrade, shortener-500"),
        (("upload-down", "--channel", "oncall"), "--channel is for `trueup drill pager`"),
        (("upload-down", "--within", "5s"), "--within is for `trueup drill pager`"),
        (("upload-down", "--severity", "info"), "--severity is for `trueup drill pager`"),
        (("upload-down", "--config", "x.toml"), "--config is for `trueup drill pager`"),
        (("pager", "--every", "5s"), "--every is for outages"),
        (("pager", "--markdown"), "--markdown is for outages"),
        (("pager", "--all"), "--all is for outages"),
        (("upload-down", "--all"), "--all has upload-down in it"),
        (("--all", "--json", "--markdown"), "leave out either"),
        (("upload-down", "--every", "5"), "--every: "),
        (("upload-down", "--every", "1h"), "--every: at least a second"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    command: tuple[str, ...], says: str
) -> None:
    done = trueup(*command)
    assert done.exit_code == 2
    assert says in done.stderr.replace("\n", " ")
    assert done.stdout == ""


def test_an_outage_nobody_knows_is_refused_with_those_there_are() -> None:
    near = trueup("database-gone")
    assert (near.exit_code, near.stdout) == (2, "")
    said = "there is no outage 'database-gone'; did you mean 'database-deleted'?"
    assert said in near.stderr
    assert near.stderr.endswith(f"There are {', '.join(OUTAGES)}; and pager.\n")
    assert "there is no outage 'nosuch'. There are accidental-upgrade," in trueup("nosuch").stderr
    assert "no outage 'nosuch'" in trueup("nosuch", "--all").stderr


def test_the_help_says_what_both_are_for() -> None:
    text = trueup("--help").stdout
    assert "trueup drill upload-down" in text
    assert "[DRILL]" in text


@pytest.mark.parametrize("name", OUTAGES)
def test_one_outage_stands_beside_how_it_went_then(name: str) -> None:
    text = drawn(drill_tables.beside(went(name), titled=True))
    assert max(map(len, text.splitlines())) <= 80
    original = OUTAGES[name].original
    flat = " ".join(text.split())
    assert OUTAGES[name].title in text
    assert f"14.0 s {drill_tables.found(original)}" in flat
    assert "22.5 s" in text
    assert "detected in time and told once" in flat


def test_where_a_report_says_nothing_neither_does_the_table() -> None:
    text = drawn(drill_tables.beside(went("shortener-500"), titled=False))
    assert "The shortener" not in text
    assert text.count("the report does not say") == 2
    assert "at most 23 min" in text


def test_what_was_not_as_promised_is_said_in_words() -> None:
    bad = went(detected=timedelta(seconds=40), told=None, pages=0)
    text = " ".join(drawn(drill_tables.beside(bad, titled=True)).split())
    assert "upload-down: nobody was told; it was detected after 40.0 s instead of 35.0 s" in text


def test_all_of_them_are_rows_of_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    drill_tables.show([went(name) for name in OUTAGES])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == " ".join(drill_tables.HEADINGS).split()
    assert [line.split()[1] for line in lines[1:6]] == list(OUTAGES)
    assert all(line.startswith("✓") for line in lines[1:6])
    assert max(map(len, lines)) <= 80


def test_as_markdown_it_is_the_table_of_the_readme() -> None:
    text = drill_tables.markdown([went()])
    headings, _, row = text.splitlines()
    assert headings == "| outage | detected | told | published | recovered | found then |"
    assert row.startswith("| `upload-down` | 14.0 s | 14.4 s | 15.0 s | 22.5 s | 15 h 26 min, the")


def test_the_readme_has_the_table_of_the_command() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    headings = f"| {' | '.join(drill_tables.HEADINGS)} |"
    first = lines.index(headings) + 2
    rows = [line.strip("| ").split(" | ") for line in lines[first : first + len(OUTAGES)]]
    for row, outage in zip(rows, OUTAGES.values(), strict=True):
        assert row[0] == f"`{outage.id}`"
        assert [cell for cell in row[1:5] if not re.fullmatch(r"\d+\.\d s", cell)] == []
        assert row[5].startswith(drill_tables.found(outage.original))
    assert not lines[first + len(OUTAGES)].startswith("|")
