"""What has to be there before anything is built."""

from __future__ import annotations

import secrets
import socket

from sqlite_utils import Database  # noqa: TID251 - named in a signature only; store opens it

from monitor import server
from monitor.config import Config
from monitor.state import CannotStart
from monitor.store import attended, records


def open_port(config: Config) -> socket.socket | None:
    """For the server, where there is to be one. Raises CannotStart."""
    if config.listen is None:
        return None
    try:
        return server.listen(*config.listen)
    except server.PortInUse as trouble:
        raise CannotStart(str(trouble)) from trouble


def who_this_is(db: Database) -> tuple[str, list[str]]:
    """Who this is, and what own trouble was known when it ended."""
    records.set_meta(db, "config_problems", [])
    known = records.get_meta(db, "instance")
    if known is None:
        known = secrets.token_hex(16)
        records.set_meta(db, "instance", known)
    return str(known), attended.own_open(db)
