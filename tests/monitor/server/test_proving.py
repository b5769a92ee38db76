"""Who may tell of deploys: whoever shows the token, or signs what they send."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from monitor.channels.webhook import signature
from monitor.config.changes import Deploys
from tests.monitor.deploys.recorded import HEADERS, content
from tests.monitor.server.hooks import BEARER, SECRET, SENT, TOKEN, Hook, a_hook
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


def github(sent: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), sent, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", "x-github-event": "deployment_status"}


def ours(sent: bytes, off: timedelta = timedelta(), secret: str = SECRET) -> dict[str, str]:
    return {"x-trueup-signature": signature(secret.encode(), sent, NIGHT + off)}


def standard(sent: bytes, off: timedelta = timedelta(), key: bytes = SECRET.encode()) -> Any:
    stamp = str(int((NIGHT + off).timestamp()))
    digest = hmac.digest(key, f"msg-1.{stamp}.".encode() + sent, "sha256")
    values = f"v1,bm9uZQ== v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg-1", "webhook-timestamp": stamp, "webhook-signature": values}


@pytest.mark.parametrize("sign", [github, ours, standard])
def test_a_body_that_is_signed_needs_no_token(hook: Hook, sign: Any) -> None:
    answer = hook.post(SENT, "/generic", sign(SENT))
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("sign", [ours, standard])
def test_whoever_overhears_what_was_signed_makes_no_other_deploy_of_it(
    hook: Hook, sign: Any
) -> None:
    assert hook.post(SENT, headers=sign(SENT)).status_code == 201
    hook.clock.wind(MINUTE)
    for path, more in (
        ("", {}),
        ("?service=web", {}),
        ("/generic?environment=production", {}),
        ("", {"idempotency-key": "another"}),
    ):
        assert hook.post(SENT, path, sign(SENT) | more).status_code == 200, (path, more)
    assert [each.service for each in hook.kept()] == ["api"]


def test_what_is_signed_anew_is_another_one_and_each_of_a_list_is_one(hook: Hook) -> None:
    hook.post(SENT, headers=ours(SENT))
    assert hook.post(SENT, headers=ours(SENT, MINUTE)).status_code == 201
    both = b"[" + SENT + b"," + SENT.replace(b"api", b"web") + b"]"
    for status in (201, 200):
        assert hook.post(both, headers=ours(both)).status_code == status
    assert len(hook.kept()) == 4
    named = b'{"id": "run-7", ' + SENT[1:]
    for off, status in ((timedelta(), 201), (MINUTE, 200)):
        assert hook.post(named, headers=ours(named, off)).status_code == status


def test_a_secret_of_standard_webhooks_means_the_bytes_it_writes(hook: Hook) -> None:
    key = bytes(range(32))
    hook.deploys = Deploys(secret=f"whsec_{base64.b64encode(key).decode()}")
    sent = content("gitlab-deployment")
    headers = standard(sent, key=key) | HEADERS["gitlab-deployment"]
    assert hook.post(sent, headers=headers).status_code == 201
    assert hook.post(sent, headers=standard(sent)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": f"bearer  {TOKEN}"},
        {"authorization": "Basic " + base64.b64encode(f"any:{TOKEN}".encode()).decode()},
        {"x-gitlab-token": TOKEN},
    ],
)
def test_the_token_may_be_shown_as_each_of_them_can(hook: Hook, headers: Any) -> None:
    assert hook.post(headers=headers).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": f"Digest {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": b"Bearer \xff\xfe"},
        {"x-gitlab-token": SECRET},
        github(SENT, "forged"),
        github(b"another body"),
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256="},
        {"x-hub-signature-256": b"sha256=\xff"},
        ours(SENT, secret="forged"),
        ours(b"another body"),
        ours(SENT, -6 * MINUTE),
        ours(SENT, 6 * MINUTE),
        {"x-trueup-signature": "t=now,v1=00"},
        {"x-trueup-signature": f"t={'9' * 400},v1=00"},
        {"x-trueup-signature": "nonsense"},
        standard(SENT, -6 * MINUTE),
        standard(SENT, key=b"forged"),
        {"webhook-signature": "v1,"},
        github(SENT, "forged") | BEARER,
    ],
)
def test_strangers_and_forgers_are_refused(hook: Hook, headers: Any) -> None:
    answer = hook.post(SENT, "/generic", headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert list(answer.json()) == ["refused"]
    assert TOKEN not in answer.text
    assert SECRET not in answer.text
    assert hook.kept() == []


def test_an_empty_token_and_an_empty_secret_open_nothing(hook: Hook) -> None:
    hook.deploys = Deploys(token=TOKEN)
    assert hook.post(headers=github(SENT, "")).status_code == 401
    hook.deploys = Deploys(secret=SECRET)
    for shown in (
        {"authorization": "Bearer"},
        {"x-gitlab-token": ""},
        {"authorization": "Basic Og=="},
    ):
        assert hook.post(headers=shown).status_code == 401


def test_where_neither_is_configured_there_is_nothing(hook: Hook) -> None:
    hook.deploys = Deploys()
    nothing = hook.client.get("/nothing/at/all")
    for answer in (hook.post(), hook.post(path="/github"), hook.client.get("/hook/deploy")):
        assert (answer.status_code, answer.text) == (404, nothing.text)
