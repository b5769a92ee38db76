"""Packages of the distribution, where we may install them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from scripts.house.say import say

LISTS = Path("/var/lib/apt/lists")
DEADLINE = 600.0  # seconds
ENV = {"DEBIAN_FRONTEND": "noninteractive"}


def possible() -> bool:
    """Debian or one of its family, and root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> bool:
    """Whether *package* is there now. Tries once more with fresh lists when it is not."""
    say(f"installing the distribution's {package}")
    fresh = not any(LISTS.glob("*_Packages*"))
    if fresh:
        _get("update")
    return _install(package) or (not fresh and _get("update") and _install(package))


def _install(package: str) -> bool:
    return _get("install", "--yes", "--no-install-recommends", package)


def _get(*arguments: str) -> bool:
    try:
        done = subprocess.run(
            ["apt-get", "-o", "DPkg::Lock::Timeout=120", *arguments],
            env=os.environ | ENV,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
