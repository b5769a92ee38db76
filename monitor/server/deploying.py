"""`/hook/deploy`, where pipelines and their tools tell of deploys. It is for whoever shows the
token or signs what they send; while neither is configured it is as if there were nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from monitor.acts import orders
from monitor.acts.desk import Desk
from monitor.acts.orders import CannotAct, Done, RecordDeploy
from monitor.config.changes import Deploys
from monitor.config.nearest import remedy
from monitor.deploys.reading import SOURCES, NotUnderstood, Post, Source, Told, source_of
from monitor.deploys.reading.bodies import parsed
from monitor.log import get_logger
from monitor.server import proving, visitors
from monitor.server.proving import NotProved
from monitor.store import StoreTrouble
from monitor.subscribing.allowance import Allowance

PATH: Final = "/hook/deploy"
IDEMPOTENCY_KEY: Final = "idempotency-key"
BODY_MAX: Final = 256 * 1024
AT_ONCE: Final = 60
EVERY: Final = timedelta(seconds=1)
"""From one network so many at once, and then one more each second; as many of all strangers."""
_SAID_EVERY: Final = timedelta(minutes=1)

log = get_logger()


class _Refused(Exception):
    """What is answered instead."""

    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def routes(
    desk: Desk,
    deploys: Callable[[], Deploys],
    monotonic: Callable[[], float] = time.monotonic,
) -> tuple[Route, ...]:
    """For `server.application`. *deploys* is what is configured at the moment."""
    hook = _Hook(desk, deploys, monotonic)
    return (Route(PATH, hook), Route(f"{PATH}/{{source}}", hook))


@dataclass(frozen=True, slots=True)
class _Admitted:
    """What somebody sent who may."""

    content: bytes
    sending: str = ""
    """What tells it from everything else that was signed; empty where nothing does."""


class _Hook:
    def __init__(
        self, desk: Desk, deploys: Callable[[], Deploys], monotonic: Callable[[], float]
    ) -> None:
        self._desk = desk
        self._deploys = deploys
        self._allowance = Allowance(AT_ONCE, EVERY, monotonic)
        self._of_strangers = Allowance(AT_ONCE, EVERY, monotonic)
        self._said = Allowance(1, _SAID_EVERY, monotonic)
        self._unsaid = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        deploys = self._deploys()
        if not (deploys.token or deploys.secret):
            raise HTTPException(404)
        try:
            answer = await self._answer(request, deploys)
        except _Refused as refused:
            self._log(refused)
            answer = _json({"refused": refused.why}, refused.status, refused.headers)
        await answer(scope, receive, send)

    async def _answer(self, request: Request, deploys: Deploys) -> Response:
        if request.method != "POST":
            raise _Refused(405, "post what there is to tell", allow="POST")
        found = _read(request, await self._admitted(request, deploys))
        if isinstance(found, str):
            return _json({"said": f"nothing to record: {found}", "deploys": []}, 200)
        return _recorded([await self._take(order) for order in found])

    async def _admitted(self, request: Request, deploys: Deploys) -> _Admitted:
        """Whoever shows nothing is not listened to."""
        if deploys.secret and proving.signed(request.headers):
            content = await _content(request)
            try:
                sending = proving.prove(
                    deploys.secret, request.headers, content, self._desk.clock.now()
                )
            except NotProved as bad:
                raise self._stranger(str(bad)) from None
            self._count(request)
            return _Admitted(content, sending)
        if not proving.shows(deploys.token, request.headers):
            raise self._stranger(_unproved(deploys))
        self._count(request)
        return _Admitted(await _content(request))

    def _count(self, request: Request) -> None:
        if not self._allowance.take(visitors.source_of(request)):
            raise _too_many()

    def _stranger(self, why: str) -> _Refused:
        """Where from is not asked: what they say of that may be made up, and nobody who may is kept
        out by them.
        """
        if not self._of_strangers.take(""):
            return _too_many()
        return _Refused(401, why, www_authenticate="Bearer")

    async def _take(self, order: RecordDeploy) -> Done:
        try:
            return await self._desk.take(order)
        except CannotAct as no:
            raise _Refused(422, str(no)) from None
        except StoreTrouble as trouble:
            log.error("a deploy could not be recorded", why=str(trouble))
            raise _Refused(
                503, "it cannot be recorded just now; send it again", retry_after="10"
            ) from None

    def _log(self, refused: _Refused) -> None:
        """Now and then, for whoever sends nonsense would write our log."""
        if not self._said.take(""):
            self._unsaid += 1
            return
        log.warning(
            "what was posted to the hook for deploys was refused",
            status=refused.status,
            why=refused.why,
            and_before=self._unsaid,
        )
        self._unsaid = 0


async def _content(request: Request) -> bytes:
    """No more of it than may be."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > BODY_MAX:
        raise _too_large()
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > BODY_MAX:
                raise _too_large()
    except ClientDisconnect:
        raise _Refused(400, "the body ended early") from None
    return bytes(content)


def _too_many() -> _Refused:
    return _Refused(429, "too many at once; try again in a second", retry_after="1")


def _too_large() -> _Refused:
    return _Refused(413, f"the body is larger than {BODY_MAX // 1024} KiB")


def _unproved(deploys: Deploys) -> str:
    ways = [
        "show the token as a bearer" if deploys.token else "",
        "sign the body" if deploys.secret else "",
    ]
    return f"who are you? {' or '.join(filter(None, ways))}"


def _read(request: Request, admitted: _Admitted) -> list[RecordDeploy] | str:
    """What is to be recorded, or why nothing is."""
    source = _source(request)
    try:
        post = Post(
            body=parsed(admitted.content),
            headers=_headers(request, admitted),
            asked=dict(request.query_params),
        )
        reading = source.read(post)
        if not reading.deploys:
            return reading.nothing
        told = _one_sending(reading.deploys, admitted.sending)
        return [_order(source, _asked(each, post)) for each in told]
    except NotUnderstood as bad:
        raise _Refused(400, str(bad)) from None
    except ValidationError as bad:
        raise _Refused(400, orders.complaint(bad)) from None


def _headers(request: Request, admitted: _Admitted) -> Mapping[str, str]:
    """Without the one that would make another deploy of it, where the signature is to do that."""
    if not admitted.sending:
        return request.headers
    return {name: said for name, said in request.headers.items() if name != IDEMPOTENCY_KEY}


def _one_sending(deploys: Iterable[Told], sending: str) -> Iterator[Told]:
    """What was signed and names no id is told once, whatever the address says."""
    for number, told in enumerate(deploys):
        made_one = told.key or not sending
        yield told if made_one else replace(told, key=f"signed {sending} {number}")


def _source(request: Request) -> Source:
    named = request.path_params.get("source")
    if named is None:
        return source_of(request.headers)
    if named not in SOURCES:
        raise _Refused(404, f"nothing is read from there; {remedy(named, SOURCES, 'sources')}")
    return SOURCES[named]


def _asked(told: Told, post: Post) -> Told:
    """With the service and the environment that the address names."""
    return replace(
        told,
        service=post.asked.get("service") or told.service,
        environment=post.asked.get("environment") or told.environment,
    )


def _order(source: Source, told: Told) -> RecordDeploy:
    """Raises pydantic's ValidationError."""
    return RecordDeploy(
        service=told.service,
        version=told.version,
        previous=told.previous,
        environment=told.environment,
        by=told.by,
        url=told.url,
        note=told.note,
        at=told.at,
        source=source.name,
        key=told.key,
    )


def _recorded(done: Iterable[Done]) -> Response:
    """201 where something is new."""
    found = list(done)
    new = any(each.facts["changed"] for each in found)
    said = " ".join(each.said for each in found)
    return _json(
        {"said": said, "deploys": [dict(each.facts) for each in found]}, 201 if new else 200
    )


def _json(body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, {"cache-control": "no-store"} | (headers or {}))
