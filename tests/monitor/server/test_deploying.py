"""Pipelines and their tools tell of deploys over HTTP; strangers and nonsense get nowhere."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from monitor import server
from monitor.channels.webhook import signature
from monitor.server.deploying import BODY_MAX
from monitor.store import StoreTrouble
from tests.monitor.deploys.recorded import HEADERS, body, content
from tests.monitor.server.hooks import BEARER, GENERIC, SECRET, SENT, TOKEN, Hook, a_hook
from tests.support.clock import NIGHT

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hook]:
    with a_hook(tmp_path_factory.mktemp("hook")) as found:
        yield found


@pytest.fixture
def hook(hooked: Hook) -> Hook:
    hooked.begin_anew()
    return hooked


def test_a_pipeline_with_the_token_records_a_deploy_once(hook: Hook) -> None:
    first = hook.post(GENERIC | {"id": "run-7"})
    assert (first.status_code, hook.woken) == (201, 1)
    assert first.json()["said"].startswith(
        "Recorded: api 1.4.2, by ci, at 2026-03-14 02:00:00 UTC."
    )
    assert first.json()["deploys"][0]["probes"] == ["signin"]
    hook.clock.wind(MINUTE)
    again = hook.post(GENERIC | {"id": "run-7"})
    assert again.status_code == 200
    assert again.json()["said"].startswith("Known already: api 1.4.2")
    assert [each.key for each in hook.kept()] == ["generic:run-7"]
    hook.post(headers=BEARER | {"idempotency-key": "run-8"})
    assert hook.kept()[0].key == "generic:run-8"


@pytest.mark.parametrize(
    ("name", "source", "version"),
    [
        ("github-deployment-status", "github", "f95f852bd8fc"),
        ("gitlab-deployment", "gitlab", "279484c0"),
        ("jenkins-notification", "jenkins", "1.4.2"),
        ("argocd-application", "argocd", "4773b9f1f8fb"),
    ],
)
def test_each_source_is_understood_and_a_replay_changes_nothing(
    hook: Hook, name: str, source: str, version: str
) -> None:
    for _ in range(3):
        answer = hook.post(content(name), f"/{source}", BEARER | HEADERS[name])
        assert answer.status_code in {200, 201}, answer.text
    [found] = hook.kept()
    assert (found.service, found.version, found.source) == ("api", version, source)
    assert found.by == "ana"


def test_who_sends_is_seen_without_a_name_in_the_address(hook: Hook) -> None:
    for name in ("github-deployment-status", "gitlab-deployment"):
        hook.post(content(name), "", BEARER | HEADERS[name])
    assert {each.source for each in hook.kept()} == {"github", "gitlab"}


def test_the_address_may_name_the_service_and_the_environment(hook: Hook) -> None:
    path = "/argocd?service=shop&environment=staging"
    answer = hook.post(content("argocd-application"), path)
    assert "No service" not in answer.json()["said"]
    assert "It went to staging" in answer.json()["said"]
    [found] = hook.kept()
    assert (found.service, found.environment) == ("shop", "staging")


@pytest.mark.parametrize("name", ["github-ping", "github-release"])
def test_what_is_no_deploy_is_answered_kindly(hook: Hook, name: str) -> None:
    answer = hook.post(content(name), "/github", BEARER | HEADERS[name])
    assert answer.status_code == 200
    assert answer.json()["said"].startswith("nothing to record: ")
    assert hook.kept() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_only_a_post_tells_of_a_deploy(hook: Hook, method: str) -> None:
    answer = hook.client.request(method, "/hook/deploy", headers=BEARER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("sent", "path", "said"),
    [
        (b"", "", "no JSON"),
        (b"{}", "", "version: is missing"),
        (b'{"version": "1"}', "", "service: it says nothing"),
        (b'{"service": "a", "version": "' + b"v" * 300 + b'"}', "", "version"),
        (b'{"service": "a", "version": "1", "url": "ftp://x"}', "", "url: "),
        (b'{"service": "a\\u0000", "version": "1"}', "", "NUL"),
        (b'{"service": "\xff", "version": "1"}', "", "not UTF-8"),
        (b"[" * 100_000, "", "nested too deeply"),
        (b'{"version": "1", "version": "2"}', "", "same key twice"),
        (content("jenkins-notification"), "/argocd", "metadata: is missing"),
    ],
)
def test_what_cannot_be_understood_is_answered_in_one_line(
    hook: Hook, sent: bytes, path: str, said: str
) -> None:
    answer = hook.post(sent or b" ", path)
    assert answer.status_code == 400
    assert said in answer.json()["refused"]
    assert hook.kept() == []


def test_what_makes_no_sense_is_refused_with_a_sentence(hook: Hook) -> None:
    future = hook.post(GENERIC | {"at": (NIGHT + timedelta(hours=1)).isoformat()})
    assert (future.status_code, "still to come" in future.json()["refused"]) == (422, True)
    old = body("argocd-application", status__operationState__startedAt="2026-01-01T00:00:00Z")
    assert hook.post(old, "/argocd").status_code == 422
    unknown = hook.post(path="/gitea")
    assert unknown.status_code == 404
    assert "nothing is read from there" in unknown.json()["refused"]


def test_a_body_that_is_too_large_is_not_read_to_its_end(hook: Hook) -> None:
    answer = hook.post(b" " * (BODY_MAX + 1))
    assert (answer.status_code, "256 KiB" in answer.json()["refused"]) == (413, True)
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        while asked < 1000:
            asked += 1
            yield b" " * 10_000

    try:
        status = hook.client.post("/hook/deploy", content=endless(), headers=BEARER).status_code
    except httpx.TransportError:
        status = 413  # the connection was closed under the sender
    assert status == 413
    assert hook.post(b" " * (BODY_MAX - len(SENT)) + SENT).status_code == 201


async def test_the_server_takes_large_bodies_there_and_nowhere_else(
    hook: Hook, tmp_path: Path
) -> None:
    listener = server.listen("127.0.0.1", 0)
    web = server.Server(server.application(tmp_path, hook.routes), listener)
    task = asyncio.create_task(web.serve())
    large = b" " * (BODY_MAX - len(SENT)) + SENT
    lines = b"POST /hook/deploy HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + TOKEN.encode()
    length = b"\r\nContent-Length: %d\r\n\r\n"
    wide = lines + b"\r\nX-Wide: " + b"w" * 20_000
    sent = {
        201: [lines + length % len(large) + large],
        200: [lines, length % len(large), large],
        413: [lines + length % (BODY_MAX + 1) + b" " * (BODY_MAX + 1)],
        400: [wide + length % len(SENT) + SENT],
    }
    elsewhere = lines.replace(b"/hook/", b"/hooks/") + length % len(large) + large
    try:
        port = listener.getsockname()[1]
        answers = {status: await _answered(port, parts) for status, parts in sent.items()}
        lost = await _answered(port, [elsewhere])
    finally:
        await web.stop(task)
    assert {status: first.split(b" ")[1:2] for status, first in answers.items()} == {
        status: [str(status).encode()] for status in sent
    }
    assert lost.split(b" ")[1:2] in ([], [b"400"], [b"405"])


async def _answered(port: int, parts: list[bytes]) -> bytes:
    """The first line; nothing when the connection was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    first = b""
    with suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.01)  # so that each arrives by itself
        async with asyncio.timeout(20):
            first = await reader.readline()
    writer.close()
    return first


def test_strangers_who_come_too_often_wait_and_keep_nobody_out(hook: Hook) -> None:
    made_up = [{"x-forwarded-for": f"203.0.113.{number}"} for number in range(62)]
    statuses = [hook.post(headers=each).status_code for each in made_up]
    assert statuses == [401] * 60 + [429] * 2
    signed = {"x-trueup-signature": signature(SECRET.encode(), SENT, hook.clock.now())}
    assert hook.post(headers=BEARER).status_code == 201
    assert hook.post(SENT, headers=signed).status_code == 201
    assert hook.post(SENT + b" ", headers=signed).status_code == 429
    hook.seconds += 1
    assert hook.post(SENT + b" ", headers=signed).status_code == 401


def test_whoever_may_waits_too_and_others_do_not(hook: Hook) -> None:
    statuses = [hook.post().status_code for _ in range(62)]
    assert statuses == [201] + [200] * 59 + [429] * 2
    assert hook.post(headers={}).status_code == 401
    assert hook.post(headers=BEARER | {"x-forwarded-for": "203.0.113.7"}).status_code == 200
    hook.seconds += 1
    assert hook.post().status_code == 200
    assert hook.post().headers["retry-after"] == "1"


def test_what_is_refused_is_logged_seldom_and_without_its_body(
    hook: Hook, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        hook.post(b'{"service": "private-word"}')
    out = capsys.readouterr()
    said = out.out + out.err + caplog.text
    assert said.count("what was posted to the hook for deploys was refused") == 1
    assert "private-word" not in said


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "text/plain", ""])
def test_what_a_body_says_it_is_does_not_matter(hook: Hook, media_type: str) -> None:
    assert hook.post(headers=BEARER | {"content-type": media_type}).status_code == 201
    form = urlencode({"payload": json.dumps(GENERIC | {"version": "2"})}).encode()
    assert hook.post(form, headers=BEARER | {"content-type": media_type}).status_code == 201


def test_several_that_came_together_are_told_together(hook: Hook) -> None:
    answer = hook.post([GENERIC, GENERIC | {"service": "web"}])
    assert answer.status_code == 201
    assert [each["service"] for each in answer.json()["deploys"]] == ["api", "web"]


def test_while_the_store_is_in_trouble_the_sender_is_to_come_again(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: object) -> None:
        raise StoreTrouble("the disk is full: /private/place")

    monkeypatch.setattr(hook.desk, "take", fails)
    answer = hook.post()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "private" not in answer.text


def test_many_at_once_record_one(hook: Hook) -> None:
    statuses: list[int] = []

    def tell() -> None:
        statuses.append(hook.post(GENERIC | {"id": "same"}).status_code)

    threads = [threading.Thread(target=tell) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(statuses) == [200] * 11 + [201]
    assert len(hook.kept()) == 1
