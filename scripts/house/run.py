"""scripts/run: from a clean clone to the running daemon."""

from __future__ import annotations

import os
from collections.abc import Sequence

from scripts.house import browser, environment
from scripts.house.say import Stop, say
from scripts.house.stamp import VENV, Level


def run(arguments: Sequence[str]) -> int:
    """Becomes the daemon, so that signals reach it; returns only by raising Stop."""
    environment.prepare(Level.RUN)
    try:
        browser.prepare()
    except Stop as stop:
        say(f"{stop} Until then journeys are ERROR; everything else runs.")
    say("starting the daemon and the practice site; it says where to look")
    trueup = VENV / "bin" / "trueup"
    return os.execv(trueup, [str(trueup), "run", "--practice", *arguments])
