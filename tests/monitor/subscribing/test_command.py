"""Somebody writes to the operator: delete me, and tell me what you have."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.acts.desk import Desk
from monitor.cli import app
from monitor.server import control
from monitor.server.subscribing import inside
from monitor.state import DATABASE
from monitor.store import Reader, Writer, subscribers
from monitor.store.subscribers import Kind, Wish
from monitor.subscribing import Subscribing
from tests.support.clock import NIGHT, HandClock


def trueup(*command: str) -> Result:
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, command)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "probes.toml"
    path.write_text('[probe.web]\nkind = "http"\nurl = "https://example.org/"\n')
    (tmp_path / "var").mkdir()
    with closing(Writer(tmp_path / "var" / DATABASE)) as writer:
        for number, address in enumerate(("ada@example.org", "b@example.org")):
            wish = Wish("", Kind.EMAIL, address, "en", ("uploads",) if number else ())
            handle = f"{number:032x}"
            at = NIGHT + timedelta(minutes=number)
            writer.submit(partial(subscribers.ask, wish=wish, handle=handle, at=at)).result(10)
        writer.submit(partial(subscribers.confirm, handle="0" * 32, at=NIGHT)).result(10)
    return path


def test_lists_mask_addresses_and_the_copy_has_them_in_full(config: Path) -> None:
    listed = trueup("subscribers", "list", "-c", str(config))
    assert "1 by e-mail, 0 by webhook, 1 yet to confirm." in listed.output
    assert "a***@example.org" in listed.output
    assert "ada@" not in listed.output
    assert "ada@" not in trueup("subscribers", "list", "--json", "-c", str(config)).output

    copied: list[dict[str, Any]] = json.loads(
        trueup("subscribers", "export", "-c", str(config)).output
    )
    assert [(each["address"], each["components"]) for each in copied] == [
        ("ada@example.org", []),
        ("b@example.org", ["uploads"]),
    ]


def test_the_count_is_for_programs_too(config: Path) -> None:
    counted = json.loads(trueup("subscribers", "count", "--json", "-c", str(config)).output)
    assert counted == {"email": 1, "webhook": 0, "unconfirmed": 1, "letters_waiting": 2}


def test_without_a_daemon_an_address_is_deleted_right_here(config: Path) -> None:
    done = trueup("subscribers", "delete", "ADA@example.org", "-c", str(config))
    again = trueup("subscribers", "delete", "ada@example.org", "-c", str(config))

    assert (done.exit_code, done.output.strip()) == (0, "Deleted 1 subscription.")
    assert again.exit_code == 1
    assert "ada" not in trueup("subscribers", "export", "-c", str(config)).output
    raw = (config.parent / "var" / DATABASE).read_bytes()
    assert b"ada@example.org" not in raw, "nor in what the file has left over"


async def test_a_daemon_at_work_deletes_it_itself(config: Path) -> None:
    state = config.parent / "var"
    clock = HandClock()
    writer, reader = Writer(state / DATABASE, clock), Reader(state / DATABASE)
    desk = Desk((writer, reader), clock, lambda: None, str)
    subscribing = Subscribing((writer, reader), clock, b"k" * 32)
    try:
        async with control.serving(state, desk, inside(subscribing)):
            done = await asyncio.to_thread(
                trueup, "subscribers", "delete", "ada@example.org", "-c", str(config)
            )
        assert (done.exit_code, done.output.strip()) == (0, "Deleted 1 subscription.")
    finally:
        writer.close()
        reader.close()
