"""The devices that Playwright knows, read from its driver: asking it would mean to start it."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# Where the driver keeps them: one file for everything now, one of its own in older versions.
_FILES: Final = ("lib/coreBundle.js", "lib/server/deviceDescriptorsSource.json")
_PRESET: Final = re.compile(r'^\s*"([^"\n]+)": \{\s*"?userAgent"?:', re.MULTILINE)


@cache
def presets() -> tuple[str, ...]:
    """Their names; nothing where the driver keeps them elsewhere."""
    spec = find_spec("playwright")
    for folder in (spec and spec.submodule_search_locations) or ():
        for file in _FILES:
            if names := _presets_in(Path(folder) / "driver/package" / file):
                return names
    return ()


def _presets_in(file: Path) -> tuple[str, ...]:
    try:
        return tuple(_PRESET.findall(file.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return ()
