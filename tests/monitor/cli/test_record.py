"""`trueup record`: from a recording to a file, and what it says where none can be made."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app, record

RECORDED = Path(__file__).parents[2] / "probes/recordings/signing-in.jsonl"


def trueup(*command: str, given: str | bytes = "") -> Result:
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command, input=given)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A recorder that writes what it is given in that file, as if somebody had used it."""
    file = tmp_path / "recorder.py"
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setattr(record, "_recorder", lambda *words: [sys.executable, str(file), *words])
    return file


def test_what_was_recorded_elsewhere_is_translated(tmp_path: Path) -> None:
    out = tmp_path / "signin.toml"
    assert trueup("record", "--from", str(RECORDED), "--out", str(out)).exit_code == 0
    printed = trueup("record", "--from", "-", given=RECORDED.read_text())
    assert printed.exit_code == 0
    assert out.read_text() == printed.stdout
    assert "${env:CANARY_PASSWORD}" in printed.stdout
    python = trueup("record", "--python", "--from", str(RECORDED))
    assert "async def journey(visit):" in python.stdout


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (["--from", "-"], "page.fly()", "-: line 1: page.fly() is nothing that a step can do"),
        (["--from", "-"], b"\xff\xfe", "- is not text"),
        (["--from", "nowhere.py"], "", "nowhere.py: No such file"),
        (["--from", "-"], "#" * (5 * 1024 * 1024), "larger than 4 MiB"),
        (["example.org"], "", 'write it in full, as "https://example.org/"'),
        ([], "", "say which page to begin with"),
        (["--out", os.devnull, "--from", "-"], "", "is there already; choose another name"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    words: list[str], given: str | bytes, said: str
) -> None:
    result = trueup("record", *words, given=given)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_without_a_screen_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    result = trueup("record", "https://example.org/")
    assert result.exit_code == 2
    assert "there is no screen to record on; run it on a machine with a screen" in result.stderr


def test_a_recording_ends_with_the_browser_and_leaves_no_password(screen: Path) -> None:
    screen.write_text(
        "import sys\n"
        "out = next(word for word in sys.argv if word.startswith('--output='))[9:]\n"
        f"open(out, 'w').write(open({str(RECORDED)!r}).read())\n"
        f"open({str(screen.with_suffix('.told'))!r}, 'w').write(out)\n"
    )
    result = trueup("record", "https://archive.example.org/sign-in")
    assert result.exit_code == 0, result.stderr
    assert 'url = "https://archive.example.org/sign-in"' in result.stdout
    assert not Path(screen.with_suffix(".told").read_text()).exists()


def test_a_recorder_that_does_not_start_is_quoted(screen: Path) -> None:
    screen.write_text("import sys\nsys.exit('Chromium is not there')")
    result = trueup("record", "https://example.org/")
    assert result.exit_code == 2
    assert "nothing was recorded: Chromium is not there" in result.stderr
