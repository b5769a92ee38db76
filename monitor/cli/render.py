"""`trueup render`: write the status page from the store, without a daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import status_page
from monitor import pages
from monitor.cli.ground import DEFAULT_CONFIG, ConfigPath, fail, history, out, read
from monitor.clock import SystemClock
from monitor.publish import write
from monitor.state import PUBLIC

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
    with history(read_config) as db:
        page = pages.build(db, read_config, SystemClock().now())
    try:
        write(folder, status_page.render(page))
    except OSError as trouble:
        fail(f"{folder}: cannot be written ({trouble.strerror}); choose another with --out")
    out.print(f"{folder / 'index.html'}", markup=False, highlight=False, soft_wrap=True)
