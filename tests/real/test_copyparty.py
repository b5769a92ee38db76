"""A file server with an interface of its own kind, watched by configuration alone."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes import KINDS, Outcome
from tests.real.test_wagtail import answers
from tests.support.serve import free_port
from tests.support.tools import borrowed_tools, settings_of
from tests.support.waiting import until

PATIENCE = 60
UPLOAD = """
[probe.files]
kind = "journey"
journey = "upload"
url = "https://files.example.org/"
remove = false  # files are chosen and deleted by keys that only this server knows

[probe.files.login]
url = "https://files.example.org/?h"
password = "sings"
"""


@pytest.fixture(scope="module")
def copyparty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address, and the folder with the files."""
    folder, port = tmp_path_factory.mktemp("copyparty"), free_port()
    files = folder / "files"
    files.mkdir()
    words = ["-i", "127.0.0.1", "-p", str(port), "-a", "canary:sings", "-v", f"{files}::A,canary"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "copyparty", "-q", *words], cwd=folder, stdout=log, stderr=log
        )
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}/?h"), "it answers", within=PATIENCE)
        yield f"http://127.0.0.1:{port}", files
    finally:
        server.kill()
        server.wait(PATIENCE)


async def test_a_file_is_uploaded_though_it_is_asked_about_first(
    copyparty: tuple[str, Path],
) -> None:
    address, files = copyparty
    (table,) = tomllib.loads(UPLOAD.replace("https://files.example.org", address))["probe"].values()
    kind = KINDS[table.pop("kind")]
    async with borrowed_tools() as tools:
        result = await kind.run(settings_of(kind, table), tools)
    assert result.outcome is Outcome.PASS, result
    (file,) = files.glob("canary-*.txt")
    assert file.read_text().startswith("A file of our own monitoring")
