"""What holds for every test: loopback only, no proxy, nothing random, no process left behind."""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import settings

PATIENCE = 10.0  # seconds for a child to be gone after the tests that started it
OURS = ("trueup", "probes.journey")  # loggers

settings.register_profile(
    "house", deadline=None, database=None, derandomize="CI" in os.environ, print_blob=True
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that nobody waits for it alone in the end."""
    items.sort(key=lambda item: "stories" not in item.path.parts)


@pytest.fixture(scope="session", autouse=True)
def _plain_surroundings() -> Iterator[None]:
    """No proxy and no setting of the person at the keyboard reaches a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.lower().endswith("_proxy") or name.startswith("TRUEUP_CONFIG"):
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """What a command arranges for its process is gone with it; here many share one process."""
    root = logging.getLogger()
    loggers = [root, *map(logging.getLogger, OURS)]
    levels, handlers = [logger.level for logger in loggers], root.handlers[:]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    for handler in [h for h in root.handlers if type(h).__module__.startswith("monitor.")]:
        if handler not in handlers:
            root.removeHandler(handler)
    logging.captureWarnings(capture=False)


def _loopback_only(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0]).partition("%")[0]
    try:
        away = ipaddress.ip_address(host).is_global
    except ValueError:
        away = host != "localhost"
    if away:
        pytest.fail(f"a test reached for {host}; tests talk to this machine only")


sys.addaudithook(_loopback_only)


@pytest.fixture(scope="module", autouse=True)
def _no_process_left_behind() -> Iterator[None]:
    """By module, so that its tests may share a browser. Whatever stays is ended by its id."""
    before = _children()
    yield
    _, left = psutil.wait_procs(_children() - before, timeout=PATIENCE)
    said = [_command(process) for process in left]
    for process in left:
        process.kill()
    assert not said, f"left running: {'; '.join(said)}"


def _children() -> set[psutil.Process]:
    found = psutil.Process().children(recursive=True)
    return {process for process in found if "multiprocessing" not in _command(process)}


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:200] or process.name()
    except psutil.Error:
        return ""
