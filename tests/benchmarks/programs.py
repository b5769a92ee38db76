"""Running a benchmark as a person does, only for a moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.support.checkout import ROOT

PATIENCE = 90.0  # seconds; a bound for a machine under load, not a wait
NGINX = which("nginx") or which("nginx", path="/usr/sbin:/usr/local/sbin")
MACHINE = ["python", "cores", "cpu", "sqlite", "openssl", "system"]
LAGS = ["p50", "p99", "max"]

needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def bench(name: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ | environ,
        check=False,
    )


def document_of(folder: Path, name: str, *arguments: str) -> dict[str, Any]:
    """What it printed; it leaves nothing in *folder*, its place for temporary files, and says on
    what machine that was.
    """
    done = bench(name, *arguments, TMPDIR=str(folder))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []
    document: dict[str, Any] = json.loads(done.stdout)
    assert list(document)[-len(MACHINE) :] == MACHINE
    assert document["python"].startswith("3.")
    assert document["cores"] > 0
    return document
