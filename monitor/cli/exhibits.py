"""The files of a run on the terminal: their first lines, opened, or copied elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from monitor.notices import one_line
from monitor.store import artefacts
from monitor.store.captured import Kept, file_name
from monitor.store.kept import FileView, KeptRun

READ_MAX: Final = 64 * 1024
LINE_MAX: Final = 160
OPENED_MAX: Final = 10
DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
HANDS_OVER_S: Final = 2
TRACE: Final = "trace.zip"


class CannotShow(Exception):
    """The text says why, and what to do instead."""


def first_lines(path: Path, most: int) -> list[str]:
    """Of a text, each as one that a terminal can bear; and whether there are more is told by one
    more than *most*. Nothing of what is gone or cannot be read.
    """
    with contextlib.suppress(OSError), path.open("rb") as file:
        text = file.read(READ_MAX).decode("utf-8", "replace")
        lines = [one_line(line, LINE_MAX) for line in text.splitlines()[: most * 4]]
        return [line for line in lines if line][: most + 1]
    return []


def indented(line: str) -> str:
    """As one that a terminal can bear, with the blanks that it begins with."""
    blank = len(line) - len(line.lstrip())
    return " " * min(blank, 40) + one_line(line, LINE_MAX)


def facts_in(path: Path, names: Sequence[str]) -> dict[str, str]:
    """Texts of a JSON document, each on one line; empty where it has none by that name."""
    read = None
    with contextlib.suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        read = json.loads(file.read(READ_MAX))
    known = read if isinstance(read, dict) else {}
    found = {name: known.get(name) for name in names}
    return {name: one_line(of) if isinstance(of, str) else "" for name, of in found.items()}


def trouble_with(path: Path) -> str:
    """Empty when *path* can be read."""
    try:
        with path.open("rb"):
            return ""
    except FileNotFoundError:
        return "gone"
    except OSError as trouble:
        return (trouble.strerror or "cannot be read").lower()


def how_to_open_a_trace(path: Path) -> str:
    """A command that shows it in the browser of this desk, without sending it anywhere."""
    script = "playwright" if shutil.which("playwright") else f"{sys.executable} -m playwright"
    return f"{script} show-trace --port 0 {path}"


def open_files(paths: Sequence[Path], environment: Mapping[str, str] = os.environ) -> int:
    """With whatever this desktop opens such files with; how many. Raises CannotShow."""
    name = "open" if sys.platform == "darwin" else "xdg-open"
    if name == "xdg-open" and not any(environment.get(display) for display in DISPLAYS):
        raise CannotShow("there is no display here; copy the files with --out FOLDER")
    program = shutil.which(name, path=environment.get("PATH"))
    if program is None:
        raise CannotShow(f"{name} is not installed; copy the files with --out FOLDER")
    readable = [path for path in paths if not trouble_with(path)][:OPENED_MAX]
    for path in readable:
        _open(program, path)
    return len(readable)


def _open(program: str, path: Path) -> None:
    """Some programs hand over and end, others stay for as long as the file is looked at."""
    viewer = subprocess.Popen(  # noqa: S603 - a fixed program, and a path of ours
        [program, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        viewer.wait(HANDS_OVER_S)


def copy(runs: Sequence[KeptRun], folder: Path, to: Path) -> int:
    """Into a folder for each run below *to*, for nobody else to read; how many files. Raises
    CannotShow.
    """
    copied = 0
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        for run in runs:
            there = to / artefacts.stamp(run.slot)
            for file in run.files:
                copied += _copied(folder / file.path, there / file.name)
    except OSError as trouble:
        raise CannotShow(f"{to}: cannot be written ({trouble.strerror})") from None
    return copied


def write_captures(captures: Sequence[Kept], to: Path) -> int:
    """A text file for each that holds something, for nobody else to read; how many. Raises
    CannotShow.
    """
    known = [capture for capture in captures if capture.fetched.text]
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        for capture in known:
            path = to / file_name(capture.name)
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
            path.write_text(capture.fetched.text + "\n", "utf-8")
    except OSError as trouble:
        raise CannotShow(f"{to}: cannot be written ({trouble.strerror})") from None
    return len(known)


def _copied(path: Path, to: Path) -> bool:
    if trouble_with(path):
        return False
    to.parent.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(path, to)
    to.chmod(0o600)
    return True


def size(file: FileView) -> str:
    """`48 KiB`."""
    if file.size < 1024:
        return f"{file.size} bytes"
    kib = file.size / 1024
    return f"{kib:.0f} KiB" if kib < 1024 else f"{kib / 1024:.1f} MiB"
