"""What every channel keeps to. A new one is found by its line in the registry, and its settings
by the first example in its section of docs/channels.md.
"""

from __future__ import annotations

import asyncio
import re
import time
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from monitor.channels import (
    CHANNELS,
    ChannelKind,
    ChannelSettings,
    Delivered,
    Outside,
    Refused,
    Retry,
)
from monitor.notices import SAMPLES, About, EventKind, from_json, to_json
from tests.support.notices import opened, resolved
from tests.support.receivers import Act, Answer, Trouble, receiving
from tests.support.waiting import until_async

DOCS = Path("docs/channels.md").read_text("utf-8")
DEAD = "127.86.7.5"  # loopback, where nobody listens
SECRET = "sesame47114711471147114711471147"

ADDRESS = re.compile(r"https?://[^/\"' ]+")
PASSING: tuple[Act, ...] = (500, 502, 503, 408, Trouble.RESET, Trouble.CLOSE)
FOR_GOOD: tuple[Act, ...] = (400, 401, 403, 404, 410, Answer(307, {"Location": "http://[::1]/"}))
HOSTILE = "\ud800 \x00\x1b[2J\r\n{{ 7 * 7 }} <b>&amp;</b> ``` @everyone %s \u202e \U0001f525 " * 150


def over_http(kind: ChannelKind[Any]) -> bool:
    """Whether its settings say which web address it speaks to."""
    fields = kind.settings.model_fields
    return bool({"url", "webhook_url", "server"} & fields.keys())


EVERY_NOTICE = {
    **SAMPLES,
    **{
        f"{event} about {about}": opened(event=event, about=about)
        for event in EventKind
        for about in About
    },
    "hostile": opened(
        summary=HOSTILE,
        excerpt=HOSTILE,
        failed_step=HOSTILE,
        note=HOSTILE,
        says=(HOSTILE,),
        components=(HOSTILE,) * 30,
        playbook=HOSTILE,
        page="javascript:alert(1)",
        acknowledged_by=HOSTILE,
    ),
}


every_channel = pytest.mark.parametrize("kind", CHANNELS.values(), ids=list(CHANNELS))
every_http_channel = pytest.mark.parametrize(
    "kind",
    [kind for kind in CHANNELS.values() if over_http(kind)],
    ids=[name for name, kind in CHANNELS.items() if over_http(kind)],
)


def example(name: str) -> dict[str, Any]:
    section = DOCS.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    found = re.search(r"^```toml\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert found, f"docs/channels.md has no toml example under ## {name}"
    text = re.sub(r"\$\{(env|file):[^}]*\}", SECRET, found[1])
    text = re.sub(r"(?<=[/@.\"])([a-z0-9-]+\.)*example\.org", DEAD, text)
    (table,) = tomllib.loads(text)["channel"].values()
    assert table.pop("kind") == name
    return dict(table)


def pointed_at(origin: str, kind: ChannelKind[Any]) -> dict[str, Any]:
    """The example, with every web address in it, and every default one, leading to *origin*."""
    defaults = {
        field.alias or name: field.default
        for name, field in kind.settings.model_fields.items()
        if isinstance(field.default, str) and field.default.startswith("http")
    }
    return {
        key: ADDRESS.sub(origin, value) if isinstance(value, str) else value
        for key, value in (defaults | example(kind.name)).items()
    }


def settings_of(
    kind: ChannelKind[Any], folder: Path, origin: str = f"https://{DEAD}", **changes: str
) -> ChannelSettings:
    keys = pointed_at(origin, kind) | changes
    read = kind.settings.model_validate(keys, context={"folder": folder})
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
    for notice in (opened(), resolved(), SAMPLES["a test"]):
        began = time.monotonic()
        delivery = await kind.send(settings, notice, to_json(notice), outside)
        assert time.monotonic() - began < 8
        assert isinstance(delivery, Retry | Refused)
        assert_sayable(delivery)
        assert DEAD not in delivery.why


def assert_sayable(delivery: Retry | Refused) -> None:
    """Short, on one line, and without what is nobody's business."""
    assert 0 < len(delivery.why) < 400
    assert delivery.why.isprintable()
    assert SECRET not in delivery.why
    assert "127.0.0.1" not in delivery.why


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


@every_http_channel
async def test_every_notice_is_delivered_in_good_order(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    with receiving() as receiver:
        settings = settings_of(kind, tmp_path, receiver.url)
        for name, notice in EVERY_NOTICE.items():
            assert await kind.send(settings, notice, to_json(notice), outside) == Delivered(), name
    assert len(receiver.requests) >= len(EVERY_NOTICE)
    stored = {to_json(notice).encode() for notice in EVERY_NOTICE.values()}
    for request in receiver.requests:
        assert request.body in stored or len(request.body) <= 100_000
        assert request.body.decode("utf-8")


@every_http_channel
async def test_a_repetition_is_the_same_to_the_byte(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    with receiving() as receiver:
        settings = settings_of(kind, tmp_path, receiver.url)
        for name, notice in SAMPLES.items():
            receiver.requests.clear()
            for _ in range(2):
                await kind.send(settings, from_json(to_json(notice)), to_json(notice), outside)
            sent = [(each.method, each.path, each.body) for each in receiver.requests]
            assert sent[: len(sent) // 2] == sent[len(sent) // 2 :], name


@every_http_channel
async def test_what_may_pass_is_tried_again(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    with receiving(*PASSING) as receiver:
        settings = settings_of(kind, tmp_path, receiver.url)
        for act in PASSING:
            delivery = await kind.send(settings, opened(), to_json(opened()), outside)
            assert isinstance(delivery, Retry), act
            assert_sayable(delivery)


@every_http_channel
async def test_what_will_never_pass_is_refused_and_no_redirect_is_followed(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    with receiving(*FOR_GOOD) as receiver:
        settings = settings_of(kind, tmp_path, receiver.url)
        for act in FOR_GOOD:
            delivery = await kind.send(settings, opened(), to_json(opened()), outside)
            assert isinstance(delivery, Refused), act
            assert_sayable(delivery)


@every_http_channel
async def test_a_far_end_that_is_too_busy_is_given_the_time_it_asks_for(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    with receiving(429, Answer(429, {"Retry-After": "7"})) as receiver:
        settings = settings_of(kind, tmp_path, receiver.url)
        for seconds in (120, 7):
            delivery = await kind.send(settings, opened(), to_json(opened()), outside)
            assert isinstance(delivery, Retry)
            assert delivery.after == timedelta(seconds=seconds)


@every_http_channel
async def test_silence_is_left_at_the_deadline_and_tried_again(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    with receiving(Trouble.HANG) as receiver:
        settings = settings_of(kind, tmp_path, receiver.url, timeout="100ms")
        began = time.monotonic()
        delivery = await kind.send(settings, opened(), to_json(opened()), outside)
        assert time.monotonic() - began < 5
    assert isinstance(delivery, Retry)


@every_http_channel
async def test_a_far_end_that_answers_nonsense_is_an_answer_too(
    kind: ChannelKind[Any], tmp_path: Path, outside: Outside
) -> None:
    bodies = (b"\xff\xfe", b"[[[[", b"null", b"[1]", b'"ok"', b'{"ok": 1e999}', b"[" * 60_000)
    acts = [Answer(status, body=body) for body in bodies for status in (200, 500)]
    with receiving(*acts) as receiver:
        settings = settings_of(kind, tmp_path, receiver.url)
        for _ in acts:
            delivery = await kind.send(settings, opened(), to_json(opened()), outside)
            assert isinstance(delivery, Delivered | Retry | Refused)
