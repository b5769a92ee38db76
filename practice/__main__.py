"""`python -m practice`: the practice site by itself."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from practice.faults import FAULTS
from practice.server import listening, run


def main() -> int:
    """0 after a clean stop, 1 when it could not start."""
    wanted = _arguments()
    try:
        with listening(wanted.host, wanted.port) as listener:
            host, port = listener.getsockname()[:2]
            sys.stdout.write(f"The practice site is at http://{host}:{port}/, faults at /faults\n")
            sys.stdout.flush()
            run(listener, wanted.state, wanted.fault, until_stdin_closes=wanted.until_stdin_closes)
    except OSError as error:
        sys.stderr.write(f"practice: {error}\n")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m practice", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8601)
    parser.add_argument("--state", type=Path, default=Path("var"), help="folder for its data")
    parser.add_argument("--fault", action="append", default=[], choices=FAULTS, help="switched on")
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop with the parent")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
