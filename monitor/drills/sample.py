"""The sample configuration as it is shipped, put down in a folder with ports of its own."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

from probes import write_duration

PACKED: Final = Path(__file__).parent / "sample"
"""Where the wheel has it; a checkout has it at its top."""
CHECKOUT: Final = Path(__file__).parents[2]
CONFIG: Final = "probes.toml"
FOLDERS: Final = ("journeys", "pins")
PAGE: Final = "127.0.0.1:8600"
SITE: Final = "127.0.0.1:8601"
CONFIRM_MOST: Final = timedelta(seconds=1)

_EVERY = re.compile(r'^every = "[^"]*"', re.MULTILINE)
_CONFIRM = re.compile(r"^confirm = .*$", re.MULTILINE)


class NoSample(Exception):
    """This installation came without one."""


def put_down(folder: Path, *, page: int, site: int, every: timedelta | None = None) -> Path:
    """The configuration in *folder*, which serves its page on the port *page* and watches the
    practice site on *site*; *every* instead of the sample's own intervals. Raises NoSample.
    """
    source = found()
    text = (source / CONFIG).read_text("utf-8")
    text = text.replace(PAGE, f"127.0.0.1:{page}").replace(SITE, f"127.0.0.1:{site}")
    path = folder / CONFIG
    path.write_text(text if every is None else hurried(text, every), "utf-8")
    for name in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source / name, folder / name, ignore=ignored)
    return path


def found() -> Path:
    """The folder that holds it. Raises NoSample."""
    for folder in (PACKED, CHECKOUT):
        if (folder / CONFIG).is_file() and all((folder / name).is_dir() for name in FOLDERS):
            return folder
    raise NoSample("the sample configuration is not part of this installation; install trueup anew")


def hurried(text: str, every: timedelta) -> str:
    """With that interval for each probe, and confirmed in no more than a tenth of it."""
    confirm = min(CONFIRM_MOST, every / 10)
    text = _EVERY.sub(f'every = "{write_duration(every)}"', text)
    return _CONFIRM.sub(f'confirm = ["{write_duration(confirm)}"]', text)
