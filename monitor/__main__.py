"""The `trueup` command. Whatever goes wrong, a person gets a sentence and not a traceback."""

from __future__ import annotations

import os
import sys

BUG = 70  # EX_SOFTWARE


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    from monitor.cli import app  # noqa: PLC0415 - so that even an import that breaks is told

    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as trouble:
        if os.environ.get("TRUEUP_DEBUG"):
            raise
        said = f"{type(trouble).__name__}: {trouble}".splitlines()[0]
        print(f"trueup: unexpected trouble of our own: {said}", file=sys.stderr)  # noqa: T201 - no console may be left
        print("Set TRUEUP_DEBUG=1 and run it again to see where.", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(BUG)


if __name__ == "__main__":
    main()
