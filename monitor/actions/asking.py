"""Asking another system over HTTP: once, signed, and knowing whether the question left us."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from monitor.actions import filling
from monitor.actions.filling import Values
from monitor.actions.outcome import Answer, not_asked
from monitor.channels import Outside
from monitor.channels.posting import json_bytes
from monitor.channels.trouble import way_trouble
from monitor.channels.webhook import signature
from monitor.clock import iso
from monitor.config.changes import Action, ActionFormat
from monitor.notices import one_line
from monitor.store.action_words import State

FORMAT: Final = "trueup-action/1"
ANSWER_MAX: Final = 64 * 1024
_PLACE_ROOM: Final = 150
_SENDING: Final = ".send_request_headers.started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be done now, and why."""

    row: int
    key: str
    """The same for ever for an action and a deploy."""
    values: Values
    began_at: datetime
    """The first failing run."""
    reason: str


@dataclass(slots=True)
class _Way:
    """How far a request has come."""

    left: bool = False
    """Whether a byte of it may have."""
    head: httpx.Response | None = None
    body: bytes = b""

    async def heard(self, event: str, _: Mapping[str, Any]) -> None:
        if event.endswith(_SENDING):
            self.left = True


@dataclass(frozen=True, slots=True)
class _Request:
    url: str = field(repr=False)
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


async def ask(action: Action, task: Task, outside: Outside) -> Answer:
    """What the other side said, within the action's timeout. Raises nothing for its sake."""
    way = _Way()
    try:
        request = _request(action, task, outside.clock.now())
        async with asyncio.timeout(action.timeout.total_seconds()):
            await _send(action, request, outside, way)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError):
        if not way.left:
            return not_asked("this request cannot be sent as HTTP", again=False)
        return Answer(State.UNKNOWN, "the request or its answer was no HTTP")
    except (TimeoutError, httpx.HTTPError, OSError) as trouble:
        if not way.left:
            return not_asked(way_trouble(trouble))
        if way.head is None:
            return Answer(State.UNKNOWN, f"no answer came: {way_trouble(trouble)}")
    assert way.head is not None  # noqa: S101 - else it was an error, or never left
    return judge(action.format, way.head.status_code, way.head.headers, way.body)


async def _send(action: Action, request: _Request, outside: Outside, way: _Way) -> None:
    """The head of the answer is what counts: that its body breaks off changes nothing."""
    async with outside.http.stream(
        "POST",
        request.url,
        content=request.content,
        headers=request.headers,
        timeout=action.timeout.total_seconds(),
        follow_redirects=False,
        extensions={"trace": way.heard},
    ) as answer:
        way.head = answer
        async for chunk in answer.aiter_raw():
            way.body = (way.body + chunk)[:ANSWER_MAX]
            if len(way.body) == ANSWER_MAX:
                break


def judge(style: ActionFormat, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """What an answer means. *headers* is looked up in lower case."""
    if style is ActionFormat.JENKINS:
        return _judge_jenkins(status, headers, body)
    output = body.decode("utf-8", "replace")
    if 200 <= status < 300:
        return Answer(State.DONE, f"answered {status}", output)
    return Answer(State.FAILED, _refusal(status), output)


def _judge_jenkins(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    output = body.decode("utf-8", "replace")
    if 200 <= status < 300:
        place = one_line(headers.get("location", ""), _PLACE_ROOM)
        return Answer(State.DONE, f"answered {status}" + (f", queued as {place}" if place else ""))
    if status == 403 and re.search("crumb", output, re.IGNORECASE):
        said = (
            "answered 403: Jenkins wants a crumb, as it does of a password;"
            " write an API token of the user in its place"
        )
    elif status in (401, 403):
        said = f"answered {status}: Jenkins does not let the user start this job"
    elif 300 <= status < 400:
        said = f"answered {status}: Jenkins queued nothing; are the user and the job right?"
    elif status == 404:
        said = "answered 404: there is no such job, or the user may not see it"
    else:
        said = _refusal(status)
    return Answer(State.FAILED, said, output)


def _refusal(status: int) -> str:
    if 300 <= status < 400:
        return f"answered {status}, and redirects are not followed"
    return f"answered {status}"


def _request(action: Action, task: Task, at: datetime) -> _Request:
    """Raises ValueError for what cannot be sent."""
    jenkins = action.format is ActionFormat.JENKINS
    content = form(action, task) if jenkins else document(action, task)
    kind = "application/x-www-form-urlencoded" if jenkins else "application/json"
    ours = {
        "Accept-Encoding": "identity",
        "Content-Type": kind,
        "Idempotency-Key": task.key,
        "X-Trueup-Action": action.id,
    }
    if action.user:
        pair = b64encode(f"{action.user}:{action.password}".encode()).decode()
        ours["Authorization"] = f"Basic {pair}"
    if action.secret:
        ours["X-Trueup-Signature"] = signature(action.secret.encode(), content, at)
    url = filling.filled_url(action.url, task.values)
    return _Request(url, content, {**action.headers, **ours})


def document(action: Action, task: Task) -> bytes:
    """The documented body, as JSON."""
    values = task.values
    return json_bytes(
        {
            "format": FORMAT,
            "action": action.id,
            "service": values.service,
            "version": values.version,
            "previous": values.previous,
            "environment": values.environment,
            "incident": int(values.incident),
            "probe": values.probe,
            "first_failed_at": iso(task.began_at),
            "reason": task.reason,
            "parameters": _parameters(action, values),
            "idempotency_key": task.key,
        }
    )


def form(action: Action, task: Task) -> bytes:
    """Fields as a job of Jenkins takes them: those configured, and every placeholder by its name.
    Jenkins leaves out what a job has no parameter for.
    """
    own = {f"TRUEUP_{name.upper()}": getattr(task.values, name) for name in filling.NAMES}
    fields = {**own, "TRUEUP_KEY": task.key, **_parameters(action, task.values)}
    return urlencode(fields).encode("ascii")


def _parameters(action: Action, values: Values) -> dict[str, str]:
    return {name: filling.filled(text, values) for name, text in action.parameters.items()}
