"""Asking Jenkins, or anything that listens: what is sent, and what is made of the answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from monitor.actions.asking import Task, ask
from monitor.actions.filling import Values
from monitor.actions.outcome import Answer
from monitor.channels import reaching_out
from monitor.clock import SystemClock
from monitor.config.changes import Action
from monitor.store.action_words import State
from tests.support.acting import an_action, jenkins
from tests.support.checkout import ROOT
from tests.support.clock import NIGHT
from tests.support.receivers import Answer as Says
from tests.support.receivers import Trouble, receiving
from tests.support.serve import free_port

TASK = Task(
    row=1,
    key="0123456789abcdef",
    values=Values(
        service="api",
        version="1.4.2",
        previous="1.4.1",
        environment="production",
        incident="7",
        probe="signin",
    ),
    began_at=NIGHT,
    reason="status 500",
)


async def asked(action: Action) -> Answer:
    async with reaching_out(SystemClock()) as outside:
        return await ask(action, TASK, outside)


async def test_a_generic_receiver_gets_a_signed_document() -> None:
    with receiving(Says(202, body=b"on it")) as far:
        action = an_action(
            url=f"{far.url}/hooks/{{version}}",
            secret="quiet",
            headers={"X-Team": "shop"},
            parameters={"to": "{previous}"},
        )
        answer = await asked(action)
    [request] = far.requests
    assert answer == Answer(State.DONE, "answered 202", "on it")
    assert request.path == "/hooks/1.4.2"
    assert json.loads(request.body) == {
        "format": "trueup-action/1",
        "action": "rollback",
        "service": "api",
        "version": "1.4.2",
        "previous": "1.4.1",
        "environment": "production",
        "incident": 7,
        "probe": "signin",
        "first_failed_at": "2026-03-14T02:00:00.000Z",
        "reason": "status 500",
        "parameters": {"to": "1.4.1"},
        "idempotency_key": TASK.key,
    }
    assert request.headers["idempotency-key"] == TASK.key
    assert request.headers["x-team"] == "shop"
    signed = dict(part.split("=") for part in request.headers["x-trueup-signature"].split(","))
    expected = hmac.new(b"quiet", f"{signed['t']}.".encode() + request.body, hashlib.sha256)
    assert signed["v1"] == expected.hexdigest()


async def test_the_receiver_in_the_documentation_tells_what_is_ours() -> None:
    with receiving() as far:
        await asked(an_action(url=far.url, secret="quiet"))
    [request] = far.requests
    known: dict[str, Any] = {}
    exec(_documented(), known)  # the very lines that people copy
    header, now = request.headers["x-trueup-signature"], SystemClock().now().timestamp()
    assert known["is_ours"](b"quiet", header, request.body, now)
    assert not known["is_ours"](b"quiet", header, request.body + b" ", now)
    assert not known["is_ours"](b"other", header, request.body, now)
    assert not known["is_ours"](b"quiet", header, request.body, now + 3600)
    assert not known["is_ours"](b"quiet", "nonsense", request.body, now)


def _documented() -> str:
    text = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?def is_ours.*?)```", text, re.DOTALL)
    assert found
    return found[1]


async def test_a_job_of_jenkins_is_started_with_its_parameters() -> None:
    queued = "https://ci.example.org/queue/item/12/"
    with receiving(Says(201, {"Location": queued})) as far:
        action = jenkins(
            far.url, user="trueup", password="t0ken", parameters={"RELEASE": "{previous}"}
        )
        answer = await asked(action)
    [request] = far.requests
    assert answer == Answer(State.DONE, f"answered 201, queued as {queued}")
    assert request.path == "/job/rollback/buildWithParameters"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"trueup:t0ken"
    assert {name: value for name, [value] in parse_qs(request.body.decode()).items()} == {
        "TRUEUP_SERVICE": "api",
        "TRUEUP_VERSION": "1.4.2",
        "TRUEUP_PREVIOUS": "1.4.1",
        "TRUEUP_ENVIRONMENT": "production",
        "TRUEUP_INCIDENT": "7",
        "TRUEUP_PROBE": "signin",
        "TRUEUP_KEY": TASK.key,
        "RELEASE": "1.4.1",
    }


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (Says(403, body=b"HTTP ERROR 403 No valid crumb was included"), "wants a crumb"),
        (Says(403, body=b"trueup is missing the Job/Build permission"), "does not let the user"),
        (Says(401), "does not let the user"),
        (Says(404), "there is no such job"),
        (Says(302, {"Location": "/login"}), "queued nothing"),
        (Says(500), "answered 500"),
    ],
)
async def test_what_jenkins_refuses_is_said_in_words_that_help(says: Says, words: str) -> None:
    with receiving(says) as far:
        answer = await asked(jenkins(far.url))
    assert answer.state is State.FAILED
    assert words in answer.said
    assert len(far.requests) == 1, "and no redirect is followed"


@pytest.mark.parametrize("trouble", [Trouble.RESET, Trouble.CLOSE, Trouble.HANG])
async def test_what_left_us_and_was_not_answered_may_have_been_done(trouble: Trouble) -> None:
    with receiving(trouble) as far:
        answer = await asked(jenkins(far.url, timeout=timedelta(seconds=0.8)))
    assert answer.state is State.UNKNOWN
    assert not answer.again


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "nowhere.invalid"])
async def test_what_never_left_us_may_be_asked_again(host: str) -> None:
    answer = await asked(an_action(url=f"http://{host.format(port=free_port())}/"))
    assert (answer.state, answer.again) == (State.UNSENT, True)


async def test_an_answer_without_end_is_cut() -> None:
    with receiving(Says(200, body=b"x" * 200_000)) as far:
        answer = await asked(an_action(url=far.url))
    assert answer.state is State.DONE
    assert len(answer.output) == 64 * 1024
