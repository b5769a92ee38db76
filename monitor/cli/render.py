"""`trueup render`: write the status pages from the store, without a daemon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import pages
from monitor.cli.ground import DEFAULT_CONFIG, ConfigPath, fail, history, out, read
from monitor.clock import SystemClock
from monitor.config.model import Config, PageSettings
from monitor.config.nearest import remedy
from monitor.publish import Edition

NAME = "render"
EXAMPLES = (
    "[dim]trueup render · trueup render --out /srv/www/status ·"
    " trueup render --page internal --out ops[/]"
)


def command(
    into: Annotated[
        Path | None,
        typer.Option("--out", help="The folder to write; default: each page's own below STATE."),
    ] = None,
    page: Annotated[
        str | None,
        typer.Option(help="Only this one, by the name of its table; main for the first one."),
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Write the status pages as files, from what the store knows.

    With --out and without --page that is the first page alone.
    """
    read_config = read(config)
    chosen = _chosen(read_config, page, one=into is not None)
    with history(read_config) as db:
        at = SystemClock().now()
        made = {s.id: pages.Builder(s).build(db, config=read_config, at=at) for s in chosen}
    for settings in chosen:
        folder = into or read_config.state / settings.folder
        try:
            Edition(folder, read_config.state).make(made[settings.id])
        except OSError as trouble:
            fail(f"{folder}: cannot be written ({trouble.strerror}); choose another with --out")
        out.print(f"{folder / 'index.html'}", markup=False, highlight=False, soft_wrap=True)


def _chosen(config: Config, page: str | None, *, one: bool) -> list[PageSettings]:
    if page is None:
        return [config.page] if one else list(config.pages.values())
    id_ = "" if page == "main" else page
    if id_ not in config.pages:
        names = ["main", *filter(None, config.pages)]
        fail(f"unknown page {page!r}; {remedy(page, names, 'pages')}")
    return [config.pages[id_]]
