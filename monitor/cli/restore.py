"""`trueup restore`: put a backup in the place of the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.ground import DEFAULT_CONFIG, ConfigPath, fail, out, read
from monitor.clock import SystemClock
from monitor.state import DATABASE, CannotStart, claim
from monitor.store import StoreTrouble, recovery

NAME = "restore"
EXAMPLES = "[dim]trueup restore var/backups/trueup-2026-03-14.db[/]"
REFUSED = 1


def command(
    file: Annotated[Path, typer.Argument(help="A backup, as trueup backup makes them.")],
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Put a backup in the place of the database. The daemon must be stopped; the present database
    is kept under another name. Incidents that are open now stay open.

    Exit status 0; 1 when the file is no sound backup, or the daemon runs;
    2 when the configuration is bad.
    """
    read_config = read(config)
    if not file.is_file():
        fail(f"{file}: there is no such file; trueup backup --list shows what there is", REFUSED)
    try:
        with claim(read_config.state):
            path = read_config.state / DATABASE
            aside = recovery.restore(file, path, SystemClock().now())
    except CannotStart as trouble:
        fail(str(trouble), REFUSED)
    except StoreTrouble as trouble:
        fail(f"{trouble}; nothing was changed", REFUSED)
    lines = [f"{path} is now what {file} holds."]
    if aside is not None:
        lines.append(f"What was there is kept as {aside}; remove it when you do not need it.")
    lines.append("Start the daemon with: trueup run")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
