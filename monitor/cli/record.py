"""`trueup record`: what somebody does in a browser, written down as a journey."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from monitor.cli.ground import err, fail, write

NAME = "record"
EXAMPLES = (
    "[dim]trueup record https://example.org/ --out journeys/shop.toml · "
    "trueup record --from recording.py · wl-paste | trueup record --from - --python[/]"
)
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")
_LARGEST: Final = 4 * 1024 * 1024
_ENDING: Final = 5  # seconds
_ELSEWHERE: Final = (
    "run it on a machine with a screen, or record there with `playwright codegen --target jsonl "
    "--output recording.jsonl URL` and bring the file here: `trueup record --from recording.jsonl`"
)


def command(
    url: Annotated[str, typer.Argument(help="The page to begin with.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write to this file, which must not be there yet.")
    ] = None,
    python: Annotated[
        bool, typer.Option("--python", help="A Python journey instead of steps.")
    ] = False,
    from_: Annotated[
        str, typer.Option("--from", help="Translate what `playwright codegen` wrote; - is stdin.")
    ] = "",
) -> None:
    """Record a journey in a browser and write it down as steps, or as Python.

    Opens a browser with a recorder; closing it ends the recording. Passwords are not written down.
    """
    from probes.recordings import (  # noqa: PLC0415 - no other command needs it
        NotUnderstood,
        as_python,
        as_steps,
        read,
    )

    if out is not None and out.exists():
        fail(f"{out} is there already; choose another name")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        fail(f'{url} is not a web address; write it in full, as "https://example.org/"')
    text = _given(from_) if from_ else _recorded(url)
    try:
        recording = read(text, url, leaves_out=not from_)
        written = as_python(recording) if python else as_steps(recording, leaves_out=not from_)
    except NotUnderstood as trouble:
        fail(f"{from_ or 'the recording'}: {trouble}; nothing was written")
    if out is None:
        write(written)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(written)
    except OSError as trouble:
        fail(f"{out}: {trouble.strerror}")
    err.print(f"Written to {out}. Try it: trueup check, then trueup once.", highlight=False)


def _given(source: str) -> str:
    try:
        if source == "-":
            content = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(source).open("rb") as file:
                content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            fail(f"{source} is larger than 4 MiB, which no recording is")
        return content.decode("utf-8-sig")
    except OSError as trouble:
        fail(f"{source}: {trouble.strerror}")
    except UnicodeDecodeError:
        fail(f"{source} is not text")


def _recorded(url: str) -> str:
    """What the recorder wrote until its browser was closed."""
    if not url:
        fail("say which page to begin with, as trueup record https://example.org/")
    if sys.platform.startswith("linux") and not any(map(os.environ.get, _DISPLAYS)):
        fail(f"there is no screen to record on; {_ELSEWHERE}")
    err.print("Recording. Close the browser to end it.", highlight=False)
    with tempfile.TemporaryDirectory(prefix="trueup-record-") as folder:
        file = Path(folder) / "recording.jsonl"  # holds what was typed, passwords too
        said = _record(url, file)
        text = _given(str(file)) if file.is_file() else ""
    if not text:
        fail(f"nothing was recorded: {said}")
    return text


def _record(url: str, file: Path) -> str:
    """Runs the recorder; its last words."""
    own = next(filter(None, map(shutil.which, _BROWSERS)), "")
    recorder = subprocess.Popen(  # noqa: S603 - our own interpreter; the address was looked at
        _recorder("--target=jsonl", f"--output={file}", url),
        env=os.environ | ({"PWTEST_CLI_EXECUTABLE_PATH": own} if own else {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that all of it can be ended, and Ctrl-C reaches us alone
    )
    try:
        _, said = recorder.communicate()
    except KeyboardInterrupt:
        said = b"it was interrupted"
    finally:
        _end(recorder)
    lines = [line.strip(" \u2550\u2551") for line in said.decode(errors="replace").splitlines()]
    remedy = "" if own else "; install chromium, or run `playwright install chromium`"
    return next(filter(None, lines), "the browser was closed at once")[:200] + remedy


def _recorder(*words: str) -> list[str]:
    return [sys.executable, "-m", "playwright", "codegen", *words]


def _end(recorder: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(recorder.pid, number)
        with suppress(subprocess.TimeoutExpired):
            recorder.wait(_ENDING)
            return
