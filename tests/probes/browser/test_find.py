"""Which browser is used where there are several."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.browser import BrowserTrouble, find_browser
from probes.result import Reason


def program(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are looked for in."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    return tmp_path / "bin"


def test_the_lightest_browser_is_preferred_and_the_configured_one_before_all(
    installed: Path, tmp_path: Path
) -> None:
    chrome = program(installed / "google-chrome")
    assert find_browser() == chrome
    chromium = program(installed / "chromium")
    assert find_browser() == chromium
    shells = tmp_path / "downloads"
    program(shells / "chromium_headless_shell-999/chrome-linux/headless_shell")
    newer = program(shells / "chromium_headless_shell-1200/linux64/chrome-headless-shell")
    assert find_browser() == newer
    shell = program(installed / "chromium-headless-shell")
    assert find_browser() == shell
    own = program(tmp_path / "own")
    assert find_browser(own) == own


def test_where_there_is_none_it_says_what_to_install(installed: Path) -> None:
    with pytest.raises(BrowserTrouble, match="install chromium-headless-shell") as caught:
        find_browser()
    assert caught.value.reason is Reason.BROWSER_UNAVAILABLE


def test_a_configured_one_that_is_missing_is_not_replaced_in_silence(installed: Path) -> None:
    program(installed / "chromium")
    with pytest.raises(BrowserTrouble, match="/nowhere/chromium"):
        find_browser("/nowhere/chromium")
