"""`trueup run`: the daemon, in the foreground, until it is told to stop."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
import uvloop

from monitor.cli.ground import DEFAULT_CONFIG, ConfigPath, err, fail, interactive, read, warn
from monitor.config import Config
from monitor.daemon import Daemon
from monitor.log import configure
from monitor.server import PortInUse, listen
from monitor.state import CannotStart, claim

NAME = "run"
EXAMPLES = "[dim]trueup run · trueup run --practice · trueup run --config /etc/trueup.toml[/]"
PRACTICE: Final = ("127.0.0.1", 8601)
PATIENCE: Final = 20.0  # seconds until the practice site must answer


def command(
    practice: Annotated[
        bool, typer.Option("--practice", help="Also start the practice site to watch and break.")
    ] = False,
    practice_port: Annotated[
        int, typer.Option(min=1, max=65535, help="Where the practice site listens.")
    ] = PRACTICE[1],
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Log every run, also those that passed.")
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Run the daemon until SIGTERM or Ctrl-C. SIGHUP, or saving the file, reads it again.

    Exit status 0 after a clean stop, 2 when it could not start.
    """
    read_config = read(config)
    warn(read_config)
    with contextlib.ExitStack() as stack:
        try:
            _look_ahead(read_config)
            if practice:
                address = (PRACTICE[0], practice_port)
                stack.enter_context(_practice(read_config.state / "practice", address))
            _greet(read_config, practice_port if practice else None)
            uvloop.run(_serve(config, read_config, verbose=verbose))
        except (CannotStart, PortInUse) as trouble:
            fail(str(trouble))


def _look_ahead(config: Config) -> None:
    """Raises what would stop the daemon from starting while nothing was started or said yet."""
    with claim(config.state):
        if config.listen:
            listen(*config.listen).close()


async def _serve(path: Path, config: Config, *, verbose: bool) -> None:
    daemon = Daemon(path, config)
    level = "DEBUG" if verbose else "INFO"
    configure(json=not interactive(), scrub=daemon.scrub, level=level)
    await daemon.run()


def _greet(config: Config, practice_port: int | None) -> None:
    if config.listen:
        host, port = config.listen
        err.print(f"Status page    http://{host}:{port}/", highlight=False)
    if practice_port:
        site = f"http://{PRACTICE[0]}:{practice_port}"
        err.print(f"Practice site  {site}/", highlight=False)
        err.print(f"Break things   {site}/faults", highlight=False)
        err.print(f"Who is told    {site}/pager", highlight=False)


@contextlib.contextmanager
def _practice(state: Path, address: tuple[str, int]) -> Iterator[None]:
    """The practice site as a process of its own, which ends when our end of its input closes:
    so that it never outlives us, even when we are killed.
    """
    host, port = address
    if _answers(address):
        fail(
            f"something listens on {host}:{port} already; stop it, or choose another port with"
            " --practice-port"
        )
    command = [sys.executable, "-m", "practice", "--until-stdin-closes"]
    command += ["--port", str(port), "--state", str(state)]
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    ) as child:
        try:
            _wait_for(child, address)
            yield
        finally:
            child.terminate()


def _wait_for(child: subprocess.Popen[bytes], address: tuple[str, int]) -> None:
    ends = time.monotonic() + PATIENCE
    while not _answers(address):
        if child.poll() is not None or time.monotonic() > ends:
            fail("the practice site did not start; try it alone with: trueup practice")
        time.sleep(0.05)


def _answers(address: tuple[str, int]) -> bool:
    with socket.socket() as attempt:
        attempt.settimeout(1)
        return attempt.connect_ex(address) == 0
