"""The door: `python -m scripts.house NAME [ARGUMENTS]`, as scripts/_start.sh calls it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

from scripts.house import bench, pin, run, stages, words
from scripts.house.say import Stop

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run.run,
    "test": stages.test,
    "check": stages.check,
    "bench": bench.bench,
    "pin": pin.pin,
    "words": words.words,
}


def main() -> int:
    """The exit status: 0 good, 1 a stage failed or nothing could be set up, 130 interrupted."""
    name, *arguments = sys.argv[1:]
    try:
        return COMMANDS[name](arguments)
    except Stop as stop:
        print(f"scripts/{name}: {stop}", file=sys.stderr)
        return 1
    except (OSError, subprocess.SubprocessError) as error:
        print(f"scripts/{name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"scripts/{name}: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
