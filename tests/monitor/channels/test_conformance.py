"""What every channel keeps to. A new one is found by its line in the registry, and its settings
by the first example in its section of docs/channels.md.
"""

from __future__ import annotations

import asyncio
import re
import time
import tomllib
from pathlib import Path
from typing import Any

import psutil
import pytest

from monitor.channels import CHANNELS, ChannelKind, ChannelSettings, Outside, Refused, Retry
from monitor.notices import to_json
from tests.support.notices import opened, resolved
from tests.support.waiting import until_async

DOCS = Path("docs/channels.md").read_text("utf-8")
DEAD = "127.86.7.5"  # loopback, where nobody listens
SECRET = "sesame-4711"

every_channel = pytest.mark.parametrize("kind", CHANNELS.values(), ids=list(CHANNELS))


def example(name: str) -> dict[str, Any]:
    section = DOCS.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    found = re.search(r"^```toml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert found, f"docs/channels.md has no toml example under ## {name}"
    text = re.sub(r"\$\{(env|file):[^}]*\}", SECRET, found[1])
    text = re.sub(r"(?<=[/@.\"])([a-z0-9-]+\.)*example\.org", DEAD, text)
    (table,) = tomllib.loads(text)["channel"].values()
    assert table.pop("kind") == name
    return dict(table)


def settings_of(kind: ChannelKind[Any], folder: Path, **changes: str) -> ChannelSettings:
    read = kind.settings.model_validate(example(kind.name) | changes, context={"folder": folder})
    assert isinstance(read, ChannelSettings)
    return read


@every_channel
def test_the_documented_example_is_a_good_configuration(
    kind: ChannelKind[Any], tmp_path: Path
) -> None:
    settings = settings_of(kind, tmp_path)
    assert settings.timeout.total_seconds() > 0


@every_channel
def test_settings_print_without_what_they_keep_secret(
    kind: ChannelKind[Any], tmp_path: Path
) -> None:
    assert SECRET not in repr(settings_of(kind, tmp_path))


@every_channel
def test_every_key_is_documented(kind: ChannelKind[Any]) -> None:
    section = DOCS.split(f"\n## {kind.name}\n", 1)[1].split("\n## ", 1)[0]
    for name, field in kind.settings.model_fields.items():
        assert f"`{field.alias or name}`" in (DOCS if name == "timeout" else section)


@every_channel
async def test_a_dead_far_end_is_an_answer_in_time_and_never_an_exception(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    settings = settings_of(kind, tmp_path, timeout="3s")
    for notice in (opened(), resolved()):
        began = time.monotonic()
        delivery = await kind.send(settings, notice, to_json(notice), outside)
        assert time.monotonic() - began < 4
        assert isinstance(delivery, Retry | Refused)
        assert 0 < len(delivery.why) < 400
        assert delivery.why.isprintable()
        assert SECRET not in delivery.why
        assert DEAD not in delivery.why


@every_channel
async def test_nothing_is_left_running_afterwards(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    tasks, processes = asyncio.all_tasks(), set(psutil.Process().children(recursive=True))
    await kind.send(settings_of(kind, tmp_path, timeout="3s"), opened(), to_json(opened()), outside)
    await until_async(lambda: asyncio.all_tasks() <= tasks, "no task is left", within=1)
    assert set(psutil.Process().children(recursive=True)) <= processes


@every_channel
async def test_being_cancelled_leaves_nothing_running_either(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    tasks = asyncio.all_tasks()
    sending = asyncio.ensure_future(
        kind.send(settings_of(kind, tmp_path), opened(), to_json(opened()), outside)
    )
    await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait({sending}, timeout=5)
    assert sending.done()
    await until_async(lambda: asyncio.all_tasks() <= tasks, "no task is left", within=1)
