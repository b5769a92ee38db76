"""A state folder with the replayed outage in it, and the commands that read it, at any time."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.store import Writer

CONFIG = """
[trueup]
environment = "production"
[page]
url = "https://status.example.org/"
[defaults]
channels = ["oncall"]
[channel.oncall]
kind = "command"
argv = ["/bin/true"]
[probe.shorten]
kind = "http"
url = "http://127.0.0.1:9/"
every = "30s"
[probe.home]
kind = "http"
url = "http://127.0.0.1:9/"
[component.links]
name = "Short links"
probes = ["shorten"]
says = "Links cannot be shortened."
audience = "everyone who shortens links"
people = 400
[component.home]
name = "Home page"
probes = ["home"]
[service.api]
probes = ["shorten"]
[objective.links]
component = "links"
allows = "15m per year"
window = "year"
"""


class Office:
    """Nothing listens at the target: nobody is going to ask it."""

    def __init__(self, folder: Path, database: Path, config: str = CONFIG) -> None:
        self.folder = folder
        self.config = folder / "probes.toml"
        self.config.write_text(config)
        (folder / "var").mkdir()
        shutil.copy(database, folder / "var" / "trueup.db")

    def trueup(self, *command: str, at: datetime, stdin: str | None = None) -> Result:
        """As it was at that time."""
        runner = CliRunner(env={"COLUMNS": "200", "TERM": "dumb", "SUDO_USER": "ana"})
        with time_machine.travel(at, tick=False):
            return runner.invoke(app, (*command, "--config", str(self.config)), input=stdin)

    def sql(self, statement: str) -> None:
        """On the database, behind everybody's back."""
        writer = Writer(self.folder / "var" / "trueup.db")
        writer.submit(lambda db: db.execute(statement).rowcount).result(30)
        writer.close()

    def json(self, *command: str, at: datetime) -> Any:
        return json.loads(self.trueup(*command, "--json", at=at).stdout)
