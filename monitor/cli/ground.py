"""What every command shares: where the configuration is, and how trouble is told."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer
from rich.console import Console

from monitor.config import BadConfiguration, Config, Scrubber, load
from monitor.log import configure
from monitor.state import DATABASE
from probes import write_duration

if TYPE_CHECKING:
    from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

BAD: Final = 2
NOT_KNOWN: Final = 3


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Whoever read us has seen enough. The exit status is still to be told."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


out = _Console()
err = Console(stderr=True)

ConfigPath = Annotated[
    Path,
    typer.Option(
        "--config",
        "-c",
        envvar="TRUEUP_CONFIG",
        help="The configuration file.",
        show_default=True,
    ),
]
DEFAULT_CONFIG = Path("probes.toml")
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]


def fail(text: str, status: int = BAD) -> NoReturn:
    """Says *text* on standard error and ends the command."""
    err.print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(status)


def read(path: Path) -> Config:
    """The configuration, or every problem with its place and exit status 2."""
    try:
        config = load(path)
    except BadConfiguration as bad:
        for problem in bad.problems:
            err.print(str(problem), style="red", markup=False, highlight=False, soft_wrap=True)
        count = len(bad.problems)
        fail(f"{count} problem{'s' if count != 1 else ''}; nothing was started or changed")
    return config


@contextlib.contextmanager
def history(config: Config) -> Iterator[Database]:
    """What the daemon recorded, as of one moment; or a sentence and exit status 3."""
    from monitor.store import StoreTrouble  # noqa: PLC0415 - not every command looks
    from monitor.store.looking import looking  # noqa: PLC0415 - as above

    try:
        with looking(config.state / DATABASE) as db:
            yield db
    except StoreTrouble as trouble:
        fail(str(trouble), NOT_KNOWN)


def say_json(document: Mapping[str, Any] | Sequence[Any]) -> None:
    """For programs: never folded, coloured, or touched by the encoding of the terminal."""
    write(json.dumps(document, indent=2) + "\n")


def write(text: str) -> None:
    """To standard output, as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        out.on_broken_pipe()


def warn(config: Config) -> None:
    for warning in config.warnings:
        err.print(str(warning), style="yellow", markup=False, highlight=False, soft_wrap=True)


def log_quietly(config: Config) -> None:
    """Only our own trouble, on standard error, for commands that are not the daemon."""
    configure(json=False, scrub=Scrubber(config.secrets).text, level="ERROR")


def banner(config: Config) -> str:
    """The environment, so that nobody mistakes one for the other."""
    return f"[bold white on dark_orange] {config.environment} [/]" if is_odd(config) else ""


def is_odd(config: Config) -> bool:
    return config.environment != "production"


def brief(span: timedelta) -> str:
    """`1h5m`: the two largest units, for a column."""
    parts = re.findall(r"\d+[a-z]+", write_duration(timedelta(seconds=int(span.total_seconds()))))
    return "".join(parts[:2])


def interactive() -> bool:
    return sys.stderr.isatty()
