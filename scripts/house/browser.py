"""A browser that starts: found, or installed where that is possible."""

from __future__ import annotations

import os
import subprocess
import tempfile
import tomllib

from scripts.house import apt
from scripts.house.say import ROOT, Stop, say
from scripts.house.stamp import PYTHON, VENV

REMEMBERED = VENV / "browser"
PACKAGE = "chromium-headless-shell"
PATIENCE = 20.0  # seconds for a browser to start and show an empty page
FETCHING = 600.0  # seconds
# Where to look, and in which order, is known in one place only
FIND = "import sys; from probes.browser.find import find_browser; print(find_browser(sys.argv[1]))"


def prepare() -> str:
    """The path of a browser that was seen to start. Raises Stop with what to do."""
    asked = os.environ.get("TRUEUP_BROWSER") or _configured()
    if not asked and (known := _remembered()):
        return known
    path = _find(asked)
    if asked and not starts(path or asked):
        raise Stop(f"The configured browser does not start: {asked}.", "Name one that does.")
    if not starts(path):
        path = _install()
    REMEMBERED.write_text(path)
    return path


def _configured() -> str:
    try:
        settings = tomllib.loads((ROOT / "probes.toml").read_text())
        return str(settings["trueup"]["browser"])
    except (OSError, KeyError, ValueError):
        return ""  # unreadable files are the daemon's to explain


def _remembered() -> str:
    try:
        path = REMEMBERED.read_text()
    except OSError:
        return ""
    return path if os.access(path, os.X_OK) else ""


def _find(asked: str) -> str:
    found = subprocess.run(
        [PYTHON, "-c", FIND, asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return found.stdout.strip()


def starts(path: str) -> bool:
    """Whether it shows an empty page in time. A browser that is there may still lack a library."""
    if not path:
        return False
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [path, "--headless", *alone, "--disable-gpu", f"--user-data-dir={folder}"]
        try:
            shown = subprocess.run(
                [*command, "--dump-dom", "about:blank"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
    return shown.returncode == 0 and b"<html" in shown.stdout


def _install() -> str:
    for way in (_from_distribution, _from_playwright):
        way()
        path = _find("")
        if starts(path):
            return path
    raise Stop(
        "There is no browser that starts, and none could be installed.",
        f"Install {PACKAGE} or chromium, or set TRUEUP_BROWSER to the path of one.",
    )


def _from_distribution() -> None:
    if apt.possible():
        apt.install(PACKAGE)


def _from_playwright() -> None:
    say("fetching Playwright's headless Chromium")
    libraries = ["--with-deps"] if apt.possible() else []
    command = [str(PYTHON), "-m", "playwright", "install", "--only-shell", *libraries, "chromium"]
    try:
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=FETCHING, check=False
        )
    except subprocess.SubprocessError:
        say("that took too long")
