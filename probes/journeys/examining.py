"""Whether a file holds a journey, without running it.

What a user's file imports, Playwright above all, costs time and memory that only whoever travels
needs to spend; and reading a configuration should not do what such a file does.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from contextlib import suppress
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Final

_WRONG: Final = "journey is something else than async def journey(visit)"
_LARGEST: Final = 1024 * 1024


def examine(folder: Path, path: str) -> None:
    """Raises ValueError when the file at *path* below *folder* is surely no journey.

    Whether it can be travelled shows only when it is: its own mistakes are found then.
    """
    file = (folder / path).resolve()
    if not file.is_file():
        raise ValueError(f"{path}: there is no such file")
    module = _parsed(file, path)
    for line, name in _imports(module):
        if not _is_there(name, file.parent):
            said = f"ModuleNotFoundError: No module named {name!r}"
            raise ValueError(f"does not import: {path}:{line}: {said}")
    bound = [*_journeys(module)]
    if not bound:
        raise ValueError(f"{path}: nothing in it is called journey; write async def journey(visit)")
    if not _may_be_one(bound[-1]):
        raise ValueError(f"{path}: {_WRONG}")


def _parsed(file: Path, path: str) -> ast.Module:
    try:
        with file.open("rb") as opened:
            return ast.parse(opened.read(_LARGEST), filename=str(file))
    except SyntaxError as error:
        said = f"{path}:{error.lineno}: SyntaxError: {error.msg}"
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        said = f"{path}: {type(error).__name__}"
    raise ValueError(f"does not import: {said}")


def _imports(module: ast.Module) -> Iterator[tuple[int, str]]:
    """What is imported in any case, by the first part of its name; not what is tried to be."""
    for statement in module.body:
        if isinstance(statement, ast.Import):
            yield from ((statement.lineno, each.name.partition(".")[0]) for each in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.lineno, statement.module.partition(".")[0]


def _is_there(name: str, folder: Path) -> bool:
    with suppress(ValueError):  # one without a specification is loaded already
        if importlib.util.find_spec(name) is None:
            PathFinder.invalidate_caches()
            return PathFinder.find_spec(name, [str(folder)]) is not None
    return True


def _journeys(module: ast.Module) -> Iterator[ast.stmt]:
    """The statements that give the name a value, or may do so."""
    return (each for each in module.body if not {"journey", "*"}.isdisjoint(_names_in(each)))


def _names_in(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name for alias in aliases]
        case ast.If() | ast.Try() | ast.With() | ast.For():
            return ["journey"] if "'journey'" in ast.dump(statement) else []
    return []


def _may_be_one(statement: ast.stmt) -> bool:
    match statement:
        case ast.ClassDef() | ast.Assign(value=ast.Constant()):
            return False
        case ast.FunctionDef(decorator_list=[]):
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return bool(statement.decorator_list) or _takes_a_visit(statement.args)
    return True


def _takes_a_visit(given: ast.arguments) -> bool:
    """By position, and nothing else that has no default."""
    places = [*given.posonlyargs, *given.args]
    needed = len(places) - len(given.defaults)
    named = [default for default in given.kw_defaults if default is None]
    return not named and needed <= 1 and (bool(places) or given.vararg is not None)
