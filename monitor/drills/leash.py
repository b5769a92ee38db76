"""The `trueup` command on a leash: as ever, but it ends when its standard input does.

    python -m monitor.drills.leash run --config probes.toml

Whoever holds the other end of that pipe is outlived by nothing, not even when killed.
"""

from __future__ import annotations

import os
import runpy
import signal
import threading
import time
from contextlib import suppress
from typing import Final

PATIENCE: Final = 12.0  # seconds for a clean stop
_PACKAGE: Final = "monitor"


def _end_with_input() -> None:
    # The file descriptor, because a thread inside sys.stdin would block the interpreter's end.
    with suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if os.getpgrp() != os.getpid():
        os.setpgrp()  # so that its hard end is nobody else's
    threading.Thread(target=_end_with_input, daemon=True).start()
    runpy.run_module(_PACKAGE, run_name="__main__", alter_sys=True)
