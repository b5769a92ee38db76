"""`trueup render`: write the status page from the store, without a daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import status_page
from monitor import pages
from monitor.cli.app import DEFAULT_CONFIG, ConfigPath, fail, out, read
from monitor.clock import SystemClock
from monitor.daemon import DATABASE, PUBLIC
from monitor.publish import write
from monitor.store import StoreTrouble, open_read_only

NAME = "render"
EXAMPLES = "[dim]trueup render · trueup render --out /srv/www/status[/]"


def command(
    into: Annotated[
        Path | None, typer.Option("--out", help="The folder to write; default: STATE/public.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write the status page as files, from what the store knows."""
    read_config = read(config)
    folder = into or read_config.state / PUBLIC
    try:
        db = open_read_only(read_config.state / DATABASE)
        page = pages.build(db, read_config, SystemClock().now())
        db.close()
        write(folder, status_page.render(page))
    except StoreTrouble as trouble:
        fail(str(trouble), 3)
    except OSError as trouble:
        fail(f"{folder}: cannot be written ({trouble.strerror}); choose another with --out")
    out.print(f"{folder / 'index.html'}", markup=False, highlight=False, soft_wrap=True)
