"""scripts/words: the catalogues of all languages, in step with what the code says."""

from __future__ import annotations

import os
from collections.abc import Sequence

from scripts.house import environment
from scripts.house.say import Stop
from scripts.house.stamp import PYTHON, Level


def words(arguments: Sequence[str]) -> int:
    """Becomes the program that reads the code; returns only by raising Stop."""
    if arguments:
        raise Stop("scripts/words takes no arguments.")
    environment.prepare(Level.DEVELOP)
    return os.execv(PYTHON, [str(PYTHON), "-m", "scripts.catalogues"])
