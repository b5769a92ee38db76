"""`trueup backup`: a copy of the database, made while the daemon goes on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from monitor.cli.ground import (
    DEFAULT_CONFIG,
    NOT_KNOWN,
    AsJson,
    ConfigPath,
    err,
    fail,
    interactive,
    out,
    read,
    say_json,
)
from monitor.clock import SystemClock
from monitor.config import Config
from monitor.state import DATABASE
from monitor.store import StoreTrouble, backup
from monitor.store.backup import Backup

NAME = "backup"
EXAMPLES = "[dim]trueup backup · trueup backup /mnt/safe/trueup.db · trueup backup --list[/]"


def command(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; default: today's in STATE/backups.")
    ] = None,
    *,
    only_list: Annotated[bool, typer.Option("--list", help="List the daily ones instead.")] = False,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Copy the database, and look the copy through before it counts. The daemon may run.

    Exit status 0; 2 when it cannot be written; 3 when there is no history
    yet.
    """
    read_config = read(config)
    if only_list:
        _list(read_config, as_json=as_json)
        return
    source = read_config.state / DATABASE
    if not source.exists():
        fail(f"{source}: no history yet; start the daemon with: trueup run", NOT_KNOWN)
    target = (file or backup.daily(read_config.state, SystemClock().now().date())).absolute()
    if target == source or target.is_dir():
        fail(f"{target}: name a file of its own")
    try:
        with _shown() as progress:
            made = backup.make(source, target, progress=progress)
    except StoreTrouble as trouble:
        fail(str(trouble))
    _say(made, as_json=as_json)


def _say(made: Backup, *, as_json: bool) -> None:
    took_s = round(made.took / timedelta(seconds=1), 3)
    if as_json:
        facts = {"path": str(made.path), "bytes": made.size, "runs": made.runs}
        say_json({**facts, "took_s": took_s})
        return
    runs = f"{made.runs} run{'s' if made.runs != 1 else ''}"
    text = f"{made.path}: {_size(made.size)}, {runs}, sound, in {took_s:.1f} s"
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _list(config: Config, *, as_json: bool) -> None:
    found = backup.known(config.state, SystemClock().now().date())
    if as_json:
        say_json([{"path": str(path), "bytes": path.stat().st_size} for path in found])
        return
    if not found:
        out.print("no daily backup yet", highlight=False)
    for path in found:
        text = f"{path}  {_size(path.stat().st_size)}"
        out.print(text, markup=False, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def _shown() -> Iterator[backup.Progress | None]:
    """A bar on a terminal."""
    if not interactive():
        yield None
        return
    with Progress(
        TextColumn("copying"), BarColumn(), DownloadColumn(), console=err, transient=True
    ) as bar:
        task = bar.add_task("copying", total=None)
        yield lambda done, total: bar.update(task, completed=min(done, total), total=total)


def _size(count: int) -> str:
    return f"{count / 1024**2:.1f} MiB"
