"""What somebody reads who was woken, and wants to see what the browser saw."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner
from typer.testing import Result as Done

from monitor.cli import app, exhibits
from monitor.cli.exhibits import CannotShow
from monitor.config.changes import Capture
from monitor.context import Context
from monitor.recorder import Recorder
from monitor.runner import Run
from monitor.store import Writer, captures, records
from monitor.store.captured import Fetched
from probes import Artefact, Outcome, Reason, Result, Step
from probes.result import View
from tests.monitor.cli.past import configure
from tests.support.clock import NIGHT, HandClock
from tests.support.configs import a_config, a_probe

SECOND = timedelta(seconds=1)
MINUTE = 60 * SECOND
PASSED = Result(outcome=Outcome.PASS, took=SECOND, steps=(Step("open", SECOND, Outcome.PASS),))
FILES = (
    Artefact(
        "page.json",
        "application/json",
        b'{"title": "Maintenance", "url": "https://example.org/login"}',
    ),
    Artefact("screenshot.png", "image/png", b"\x89PNG" + b"x" * 2048),
    Artefact("console.txt", "text/plain", b"error app.js:7 \x1b[2Jno session\n" + b"log x\n" * 20),
    Artefact("requests.txt", "text/plain", b"503 GET /api/session 0.2 s\n"),
    Artefact("trace.zip", "application/zip", b"PK"),
)
FAILED = Result(
    outcome=Outcome.FAIL,
    reason=Reason.ELEMENT_MISSING,
    summary="looked for a password field; the page 'Maintenance' has none",
    took=3 * SECOND,
    tries=2,
    steps=(Step("open", SECOND, Outcome.PASS), Step("sign in", 2 * SECOND, Outcome.FAIL)),
    views=(
        View(
            address="https://example.org/login",
            step="open",
            ttfb=SECOND / 25,
            lcp=SECOND / 8,
            cls=0.25,
        ),
    ),
    excerpt="Maintenance\nWe will be back soon.",
    warnings=("the session of before had expired",),
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    artefacts=FILES,
)
BARE = Result(outcome=Outcome.FAIL, reason=Reason.STATUS, summary="status 500", took=SECOND)


def record(folder: Path, probe: str, results: Sequence[Result]) -> None:
    """As the daemon does, a run each minute."""
    state, clock = folder / "var", HandClock(NIGHT)
    toy = a_probe(probe, channels=("oncall",))
    writer = Writer(state / "trueup.db", clock)

    async def play() -> None:
        rows = [records.ProbeRow(probe, probe, "toy")]
        keys = await writer.do(lambda db: records.sync_probes(db, rows, clock.now()))
        context = Context(a_config(toy), keys, "i")
        recorder = Recorder(writer, clock, state / "artefacts", context)
        for result in results:
            at = clock.now()
            await recorder.record(
                Run(probe=toy, slot=at, started_at=at, lasted=SECOND, result=result)
            )
            clock.wind(MINUTE)

    asyncio.run(play())
    writer.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    configure(tmp_path, "signin", "web")
    return tmp_path


def evidence(folder: Path, *words: str) -> Done:
    command = ["evidence", *words, "--config", str(folder / "probes.toml")]
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command)


def test_the_newest_incident_is_told_from_the_step_that_failed_to_where_the_files_are(
    folder: Path,
) -> None:
    record(folder, "signin", [PASSED, FAILED, FAILED, FAILED])
    done = evidence(folder)
    assert done.exit_code == 0
    said = done.stdout
    assert "Incident 1: signin, since 2026-03-14 02:01:00 UTC, still open." in said
    assert "FAIL at 2026-03-14 02:02:00 UTC, after 3.0 s, on try 2" in said
    assert 'Something is missing from the page, at the step "sign in": looked for a' in said
    assert 'The page: "Maintenance" at https://example.org/login' in said
    assert "warning: the session of before had expired" in said
    assert "  | We will be back soon." in said
    assert "✕ sign in" in said
    assert "40 ms" in said
    assert "0.25  /login" in said
    assert "  | error app.js:7 [2Jno session" in said
    assert "  | … more in console.txt" in said
    assert "  | 503 GET /api/session 0.2 s" in said
    assert "Trace of the target: 4bf92f3577b34da6a3ce929d0e0e4736" in said
    of_run = folder / "var" / "artefacts" / "signin" / "20260314T020200Z"
    assert f"{of_run / 'screenshot.png'}  2 KiB" in said
    assert f"show-trace --port 0 {of_run / 'trace.zip'}" in said
    assert f"02:01:00 UTC, 5 files: {of_run.parent / '20260314T020100Z'}" in said
    assert "\x1b" not in said


def test_a_probe_is_told_of_by_its_newest_run_incident_or_not(folder: Path) -> None:
    record(folder, "signin", [PASSED, replace(PASSED, warnings=("a file could not be removed",))])
    done = evidence(folder, "signin")
    assert done.exit_code == 0
    assert "PASS at 2026-03-14 02:01:00 UTC" in done.stdout
    assert "warning: a file could not be removed" in done.stdout


def test_an_incident_without_files_is_told_by_what_was_answered(folder: Path) -> None:
    record(folder, "web", [replace(BARE, excerpt="no servers are left")] * 2)
    done = evidence(folder, "1")
    assert done.exit_code == 0
    assert "status 500" in done.stdout
    assert "  | no servers are left" in done.stdout
    assert "No files are kept of it" in done.stdout


def test_programs_get_one_document(folder: Path) -> None:
    record(folder, "signin", [FAILED, FAILED])
    document = json.loads(evidence(folder, "last", "--json").stdout)
    assert (document["incident"], document["probe"]) == (1, "signin")
    assert document["trace_id"] == FAILED.trace_id
    first, second = document["runs"]
    assert (first["shown"], second["shown"]) == (False, True)
    assert second["steps"][1] == {"name": "sign in", "took_us": 2_000_000, "outcome": "FAIL"}
    assert second["views"][0]["lcp_us"] == 125_000
    assert second["lines"]["requests.txt"] == ["503 GET /api/session 0.2 s"]
    assert second["files"][0]["name"] == "screenshot.png"
    assert all(Path(file["path"]).is_file() for file in second["files"])


def test_the_files_of_an_incident_can_be_taken_along(folder: Path, tmp_path: Path) -> None:
    record(folder, "signin", [FAILED, FAILED])
    done = evidence(folder, "1", "--out", str(tmp_path / "mine"))
    assert done.exit_code == 0
    assert "10 files copied to" in done.stderr
    copied = sorted(path for path in (tmp_path / "mine").rglob("*") if path.is_file())
    assert len(copied) == 10
    assert {stat.S_IMODE(path.stat().st_mode) for path in copied} == {0o600}
    (tmp_path / "file").write_text("")
    assert evidence(folder, "1", "--out", str(tmp_path / "file")).exit_code == 2


def test_files_that_are_gone_are_said_to_be(folder: Path) -> None:
    record(folder, "signin", [FAILED, FAILED])
    for path in (folder / "var" / "artefacts").rglob("console.txt"):
        path.unlink()
    said = evidence(folder).stdout
    assert "bytes, gone" in said
    assert "Console:" not in said


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("7",), 2, "there is no incident 7"),
        (("sigin",), 2, "'sigin' is no incident's number and no probe"),
        (("web",), 1, "Nothing is kept of web"),
        (("9" * 400,), 2, "is no incident's number"),
        (("1", "--open"), 2, "no display"),
    ],
)
def test_what_cannot_be_shown_is_said_with_what_to_do(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    status: int,
    said: str,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    record(folder, "signin", [FAILED, FAILED])
    done = evidence(folder, *words)
    assert (done.exit_code, said in " ".join(done.output.split())) == (status, True), done.output


def test_before_the_first_incident_there_is_nothing_to_show(folder: Path) -> None:
    record(folder, "signin", [PASSED])
    assert evidence(folder).exit_code == 1
    (folder / "var" / "trueup.db").unlink()
    assert evidence(folder).exit_code == 3


def test_files_are_opened_by_the_desktop(tmp_path: Path) -> None:
    opener, opened = tmp_path / "xdg-open", tmp_path / "opened"
    opener.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    opener.chmod(0o755)
    picture = tmp_path / "screenshot.png"
    picture.write_bytes(b"")
    environment = {"DISPLAY": ":0", "PATH": str(tmp_path)}
    assert exhibits.open_files([picture, tmp_path / "gone"], environment) == 1
    with pytest.raises(CannotShow, match="not installed"):
        exhibits.open_files([picture], {"DISPLAY": ":0", "PATH": str(tmp_path / "none")})


def captured(folder: Path, fetched: Fetched) -> None:
    writer = Writer(folder / "var" / "trueup.db")
    log = Capture(id="app-log", probes=("web",))
    writer.submit(lambda db: captures.plan(db, 1, [log], NIGHT, NIGHT)).result(20)
    writer.submit(lambda db: captures.ended(db, [1], fetched, NIGHT)).result(20)
    writer.close()


def test_the_log_of_that_moment_is_told_with_it_and_copied(folder: Path) -> None:
    record(folder, "web", [BARE, BARE])
    lines = ["ERROR boom (x 3)", "    \x1b[2Jin shorten", *(f"line {n}" for n in range(60))]
    captured(folder, Fetched(text="\n".join(lines), lines=62, dropped=7))
    done = evidence(folder, "1", "--out", str(folder / "out"))
    assert done.exit_code == 0
    assert "Captured, app-log: 62 lines; 7 more for which there was no room" in done.stdout
    assert "  | ERROR boom (x 3)\n  |     [2Jin shorten\n" in done.stdout
    assert "  | … more with --out FOLDER" in done.stdout
    file = folder / "out" / "capture-app-log.txt"
    assert file.read_text() == "\n".join(lines) + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [told] = json.loads(evidence(folder, "1", "--json").stdout)["captures"]
    assert (told["name"], told["state"], told["lines"]) == ("app-log", "ended", 62)
    assert told["text"].startswith("ERROR boom")


def test_why_there_is_no_log_is_told(folder: Path) -> None:
    record(folder, "web", [BARE, BARE])
    captured(folder, Fetched(why="binary, 3.2 MB"))
    assert "Captured, app-log: binary, 3.2 MB" in evidence(folder, "1").stdout
