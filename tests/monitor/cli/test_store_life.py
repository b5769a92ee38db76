"""`trueup backup`, `trueup restore` and `trueup export`, as a person uses them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.clock import from_us
from monitor.state import claim
from monitor.store import Writer, open_read_only, records
from monitor.store.records import RunRow
from tests.monitor.cli.past import configure, past
from tests.monitor.cli.processes import ROOT


def trueup(folder: Path, *command: str) -> Result:
    return CliRunner().invoke(app, [*command, "--config", str(folder / "probes.toml")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history with one incident that is over, and no daemon."""
    configure(tmp_path, "web")
    with past(tmp_path, "web") as story:
        story.runs("web")
        story.breaks("web", over=True)
        at = from_us(1773453600000000)
        run = RunRow(
            probe=1,
            location="here",
            slot=at,
            started_at=at,
            outcome="FAIL",
            reason="status",
            took=timedelta(milliseconds=12),
            tries=1,
            phases={},
            note="=1+1",
        )
        story.writer.submit(lambda db: records.add_run(db, run)).result()
    return tmp_path


def test_a_backup_says_where_it_is_and_is_listed(folder: Path) -> None:
    made = trueup(folder, "backup")
    assert made.exit_code == 0
    [path] = (folder / "var" / "backups").iterdir()
    assert made.stdout.startswith(f"{path}: ")
    assert "1 run, sound" in made.stdout
    assert str(path) in trueup(folder, "backup", "--list").stdout
    assert json.loads(trueup(folder, "backup", "--list", "--json").stdout)[0]["path"] == str(path)
    facts = json.loads(trueup(folder, "backup", str(folder / "safe.db"), "--json").stdout)
    assert facts["bytes"] == (folder / "safe.db").stat().st_size


def test_a_backup_of_nothing_or_onto_itself_is_refused(tmp_path: Path, folder: Path) -> None:
    assert trueup(folder, "backup", str(folder / "var" / "trueup.db")).exit_code == 2
    assert trueup(folder, "backup", str(folder)).exit_code == 2
    (folder / "var" / "trueup.db").unlink()
    none = trueup(folder, "backup")
    assert none.exit_code == 3
    assert "no history yet" in none.stderr


def test_a_restore_says_what_it_did_and_can_be_undone(folder: Path) -> None:
    trueup(folder, "backup", str(folder / "safe.db"))
    with closing(Writer(folder / "var" / "trueup.db")) as writer:
        writer.submit(lambda db: db.execute("DELETE FROM run")).result()
    done = trueup(folder, "restore", str(folder / "safe.db"))
    assert done.exit_code == 0
    [aside] = (folder / "var").glob("trueup.db.before-restore-*")
    assert str(aside) in done.stdout
    with closing(open_read_only(folder / "var" / "trueup.db")) as db:
        assert db["run"].count == 1
    assert trueup(folder, "restore", str(aside)).exit_code == 0


def test_a_restore_is_refused_while_the_daemon_runs_or_from_something_else(folder: Path) -> None:
    trueup(folder, "backup", str(folder / "safe.db"))
    with claim(folder / "var"):
        refused = trueup(folder, "restore", str(folder / "safe.db"))
    assert (refused.exit_code, "another daemon" in refused.stderr) == (1, True)
    (folder / "text.db").write_text("hello")
    for name, said in (("text.db", "nothing was changed"), ("none.db", "no such file")):
        refused = trueup(folder, "restore", str(folder / name))
        assert (refused.exit_code, said in refused.stderr) == (1, True)


def test_an_export_goes_where_it_is_wanted(folder: Path) -> None:
    since = ("--since", "2026-01-01")
    rows = list(csv.DictReader(io.StringIO(trueup(folder, "export", "runs", *since).stdout)))
    assert [(row["probe"], row["took_ms"], row["summary"]) for row in rows] == [
        ("web", "12.0", "'=1+1")
    ]
    into = folder / "incidents.jsonl"
    done = trueup(folder, "export", "incidents", "--format", "jsonl", "-o", str(into))
    assert done.exit_code == 0
    assert json.loads(into.read_text())["probe"] == "web"
    assert ": 1 row\n" in done.stderr
    assert not list(folder.glob(".*.part"))


def test_a_question_that_makes_no_sense_is_told_so(folder: Path) -> None:
    for wrong, said in (
        (("--since", "yesterday"), "neither a time nor a date"),
        (("--probe", "wbe"), "no probe 'wbe'"),
        (("-o", str(folder / "none" / "x.csv")), "cannot be written"),
    ):
        done = trueup(folder, "export", "runs", *wrong)
        assert (done.exit_code, said in done.stderr) == (2, True)
    done = trueup(folder, "export", "by-hand", "--probe", "web")
    assert (done.exit_code, "of no probe" in done.stderr) == (2, True)


def test_parquet_without_its_library_says_how_to_get_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    into = folder / "runs.parquet"
    done = trueup(folder, "export", "runs", "--format", "parquet", "-o", str(into))
    assert (done.exit_code, "pip install 'trueup[parquet]'" in done.stderr) == (2, True)
    assert not into.exists()


def test_an_export_whose_reader_leaves_ends_without_a_word(folder: Path) -> None:
    with closing(Writer(folder / "var" / "trueup.db")) as writer:
        writer.submit(
            lambda db: db.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                " INSERT INTO run (slot, probe, location, lag_us, outcome, took_us, tries)"
                " SELECT 1773453600000000 + i, 1, 1, 0, 1, 1, 1 FROM n"
            )
        ).result()
    command = [sys.executable, "-m", "monitor", "export", "runs", "--since", "2026-01-01"]
    with subprocess.Popen(
        [*command, "--config", str(folder / "probes.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.read(10)
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(60) == 0
