"""The virtual environment: made, mended, or found good."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from scripts.house import pip
from scripts.house.lock import alone
from scripts.house.say import Stop, say
from scripts.house.stamp import PYTHON, STAMP, VENV, Level, leave, level

UNFINISHED = VENV / "unfinished"
NO_VENV = "This Python cannot make virtual environments."
NO_VENV_DO = (
    "Install the module (Debian, Ubuntu: apt install python3-venv), or name another PYTHON."
)


def prepare(wanted: Level) -> None:
    """Brings .venv to at least *wanted*. Raises Stop with what to do when it cannot."""
    if level() >= wanted:
        return
    with alone() as lock:
        if level() >= wanted:  # somebody else was quicker
            return
        _mend()
        UNFINISHED.touch()
        STAMP.unlink(missing_ok=True)
        pip.install(wanted, lock)
        UNFINISHED.unlink()
        leave(wanted)


def _mend() -> None:
    """Keeps an environment that works; replaces one of another Python or half-made."""
    if not UNFINISHED.exists() and _version() == sys.version:
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    make(VENV)


def _version() -> str | None:
    """Of the Python in .venv, when it and its pip start at all."""
    code = "import sys, pip; print(sys.version)"
    try:
        answer = subprocess.run(
            [PYTHON, "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def make(folder: Path) -> None:
    """An empty environment in *folder*, whatever was there before. Raises Stop."""
    _remove(folder)
    made = subprocess.run(
        [_base(), "-m", "venv", folder], capture_output=True, text=True, timeout=300, check=False
    )
    if made.returncode == 0:
        return
    said = made.stdout + made.stderr
    if "ensurepip" in said or "No module named" in said:
        raise Stop(NO_VENV, NO_VENV_DO)
    raise pip.reason(said) or Stop(f"Could not make {folder}: {_last_line(said)}")


def _remove(folder: Path) -> None:
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise Stop(f"Could not remove the old {folder.name}: {error}.") from None


def _base() -> Path:
    """The Python behind this one: an environment cannot replace itself by itself."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix) / "bin" / version
    return base if sys.prefix != sys.base_prefix and base.exists() else Path(sys.executable)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2] or "it gave no reason."
