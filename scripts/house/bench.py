"""scripts/bench: the published figures, one program each."""

from __future__ import annotations

import ast
import difflib
import os
from collections.abc import Sequence
from pathlib import Path

from scripts.house import browser, environment
from scripts.house.say import ROOT, Stop
from scripts.house.stamp import PYTHON, Level


def bench(arguments: Sequence[str]) -> int:
    """Becomes the benchmark; without a name, lists them. Raises Stop for an unknown name."""
    there = programs(ROOT / "benchmarks")
    if not arguments:
        return _list(there)
    name, *others = arguments
    if name not in there:
        raise Stop(f"There is no benchmark {name!r}.", nearest(name, there))
    environment.prepare(Level.DEVELOP)
    browser.prepare()
    return os.execv(PYTHON, [str(PYTHON), str(there[name]), *others])


def programs(folder: Path) -> dict[str, Path]:
    """By name. Files that begin with an underscore are shared by the others."""
    return {path.stem: path for path in sorted(folder.glob("[!_]*.py"))}


def _list(there: dict[str, Path]) -> int:
    width = max(map(len, there), default=0)
    for name, path in there.items():
        print(f"{name:{width}}  {first_line(path)}")
    return 0


def first_line(path: Path) -> str:
    """Of the docstring; empty without one."""
    return (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]


def nearest(name: str, there: dict[str, Path]) -> str:
    """A sentence that names it; empty when there are none."""
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.0)
    return f"The nearest is {near[0]!r}; scripts/bench alone lists them." if near else ""
