"""A user's own journey: read afresh from its file, refused in words when it is not one."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from probes.browser import BrowserTrouble, Failure, Journey, JourneyBroken, Visit, api


def load(folder: Path, path: str) -> Journey:
    """The `journey` of the file at *path* below *folder*. Raises ValueError when it has none.

    Other files of the same folder can be imported by it while it is being read; afterwards the
    interpreter knows nothing of them, so that the next reading is as fresh.
    """
    file = (folder / path).resolve()
    if not file.is_file():
        raise ValueError(f"{path}: there is no such file")
    journey = getattr(_read(file, path), "journey", None)
    if journey is None:
        raise ValueError(f"{path}: nothing in it is called journey; write async def journey(visit)")
    if not inspect.iscoroutinefunction(journey) or not _takes_a_visit(journey):
        raise ValueError(f"{path}: journey is something else than async def journey(visit)")

    async def travel(visit: Visit) -> None:
        try:
            await journey(visit)
        except (Failure, BrowserTrouble, JourneyBroken):
            raise
        except (api.Error, AssertionError, TimeoutError, ExceptionGroup):
            raise
        except Exception as error:  # whatever else the file raises is its own trouble
            raise JourneyBroken(_said(error, file, path)) from error

    return travel


async def travel_by_script(visit: Visit, folder: Path, path: str) -> None:
    """Reads the file as it stands now, and goes its way."""
    try:
        journey = load(folder, path)
    except ValueError as trouble:
        raise JourneyBroken(str(trouble)) from None
    await journey(visit)


class _AsItStands(SourceFileLoader):
    """Compiles the text itself: a compiled copy tells by the second when it is out of date."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def _read(file: Path, path: str) -> ModuleType:
    name = f"trueup_journey_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    loader = _AsItStands(name, str(file))
    module = ModuleType(name)
    module.__file__ = str(file)
    sys.modules[name] = module  # dataclasses look themselves up here
    try:
        with _siblings_of(file):
            loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a user's file raises
        raise ValueError(f"does not import: {_said(error, file, path)}") from None
    return module


@contextmanager
def _siblings_of(file: Path) -> Iterator[None]:
    """Makes the files beside *file* importable; they hide nothing that is installed."""
    folder = str(file.parent)
    before = set(sys.modules)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.append(folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(folder)
        sys.dont_write_bytecode = kept
        for name in set(sys.modules) - before:
            if _lies_in(sys.modules[name], file.parent):
                del sys.modules[name]


def _lies_in(module: ModuleType, folder: Path) -> bool:
    return Path(getattr(module, "__file__", None) or "/").is_relative_to(folder)


def _takes_a_visit(journey: Any) -> bool:
    try:
        inspect.signature(journey).bind(None)
    except TypeError:
        return False
    return True


def _said(error: BaseException, file: Path, path: str) -> str:
    """`journeys/pay.py:12: NameError: name 'x' is not defined`."""
    lines = traceback.format_exception_only(error)
    place = path
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f"{path}:{error.lineno}: SyntaxError: {error.msg}"
    for frame in traceback.extract_tb(error.__traceback__):
        if Path(frame.filename).is_relative_to(file.parent):
            place = f"{Path(path).parent / Path(frame.filename).name}:{frame.lineno}"
    return f"{place}: {lines[-1].strip()}"
