"""What the programs that measure have in common: a folder, a way out and one document."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sqlite3  # noqa: TID251 - its version is asked for
import ssl
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks._child import Broken
from benchmarks._saying import leave
from benchmarks._site import NoSite


def parser(name: str, about: str, examples: Sequence[str]) -> argparse.ArgumentParser:
    """*examples* are what may follow the name of the program."""
    lines = "\n".join(f"  scripts/bench {name} {example}".rstrip() for example in examples)
    return argparse.ArgumentParser(
        prog=f"scripts/bench {name}",
        description=about,
        epilog=f"examples:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def document(name: str, measure: Callable[[Path], Mapping[str, Any]]) -> None:
    """Prints what *measure* finds and where it was found. The folder that it is given is gone
    afterwards. Ends the process when there is nothing to tell.
    """
    signal.signal(signal.SIGTERM, leave)
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as folder:
        try:
            found = measure(Path(folder))
        except (NoSite, Broken) as trouble:
            sys.exit(f"{name}: {trouble}")
        except KeyboardInterrupt:
            sys.exit(130)
    print(json.dumps({**found, **machine()}, indent=2))


def machine() -> dict[str, Any]:
    """What figures depend on."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "cpu": _cpu(),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
        "system": platform.platform(terse=True),
    }


def _cpu() -> str:
    """Its model as Linux tells it, or what else is known."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), platform.processor() or platform.machine())


def number(kind: Callable[[str], float], least: float) -> Callable[[str], Any]:
    """For argparse: what *kind* reads, and no less than *least*."""

    def read(text: str) -> float:
        value = kind(text)
        if not least <= value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is too small; {least} is the least")
        return value

    read.__name__ = kind.__name__
    return read
