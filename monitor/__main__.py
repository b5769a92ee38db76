"""The `trueup` command. Whatever goes wrong, a person gets a sentence and not a traceback."""

from __future__ import annotations

import io
import os
import sys

BUG = 70  # EX_SOFTWARE


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a sign that is not in the encoding is no crash

    from monitor.cli import app  # noqa: PLC0415 - so that even an import that breaks is told

    try:
        app()
    except Exception as trouble:
        if os.environ.get("TRUEUP_DEBUG"):
            raise
        said = f"{type(trouble).__name__}: {trouble}".splitlines()[0]
        print(f"trueup: unexpected trouble of our own: {said}", file=sys.stderr)  # noqa: T201 - no console may be left
        print("Set TRUEUP_DEBUG=1 and run it again to see where.", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(BUG)


if __name__ == "__main__":
    main()
