"""The daemon's back door: a Unix socket on which the command line hands in orders, and reads.

SQLite has one writer, and while the daemon runs that is the daemon. The socket is in a folder that
only this user can enter; `control` in the state folder says where. The folder is inside the state
folder too, where that leaves the address short enough for a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor import parts
from monitor.acts import orders
from monitor.acts.desk import Desk
from monitor.acts.orders import CannotAct, Done, No, Order
from monitor.log import get_logger
from monitor.server import Limits, Server
from monitor.store import StoreTrouble

POINTER: Final = "control"
FOLDER: Final = "control-"
SOCKET: Final = "socket"
ADDRESS_MAX: Final = 100  # bytes; Linux takes 107, others 103
DEADLINE: Final = 10.0  # seconds
_LIMITS: Final = Limits(connections=16, request_bytes=256 * 1024)

log = get_logger()


class NoDaemon(Exception):
    """Nobody listens there."""


class Unanswered(Exception):
    """Somebody may have done it, and did not say so; the text says why and what to do."""


@asynccontextmanager
async def serving(state: Path, desk: Desk, reads: Sequence[Route] = ()) -> AsyncIterator[None]:
    """Takes orders for *desk*, and answers with *reads*, as long as the block lasts. Whoever calls
    has claimed *state*, so what an earlier daemon left there is swept. When there can be no socket
    that is logged, and the block runs without.
    """
    _sweep(state)
    try:
        folder, listener = _listen(state)
    except OSError as trouble:
        log.error("the command line cannot reach this daemon", why=str(trouble))
        yield
        return
    server = Server(application(desk, reads), listener, _LIMITS)
    task = asyncio.create_task(parts.once(server.serve(), "control"))
    try:
        yield
    finally:
        await server.stop(task)
        _take_away(state, folder)


def application(desk: Desk, reads: Sequence[Route] = ()) -> Starlette:
    """What is behind the socket."""

    async def act(request: Request) -> Response:
        try:
            done = await desk.take(orders.read(await request.body()))
        except ValidationError as bad:
            return _refusal(400, "not_understood", orders.complaint(bad))
        except CannotAct as no:
            return _refusal(409, no.no.value, str(no))
        except StoreTrouble as trouble:
            return _refusal(503, "store", str(trouble))
        return JSONResponse({"said": done.said, "facts": dict(done.facts)})

    return Starlette(routes=[Route("/act", act, methods=["POST"]), *reads])


def _refusal(status: int, why: str, text: str) -> Response:
    return JSONResponse({"refused": text, "why": why}, status)


def _listen(state: Path) -> tuple[Path, socket.socket]:
    folder = _private_folder(state)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _point(state, folder / SOCKET)
        listener.bind(str(folder / SOCKET))
        (folder / SOCKET).chmod(0o600)
        listener.listen()
    except BaseException:
        listener.close()
        _take_away(state, folder)
        raise
    return folder, listener


def _take_away(state: Path, folder: Path) -> None:
    with contextlib.suppress(OSError):
        (state / POINTER).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _private_folder(state: Path) -> Path:
    """0700. Only where its address would be too long it is not inside *state*."""
    inside = Path(tempfile.mkdtemp(prefix=FOLDER, dir=state))
    if len(os.fsencode(inside / SOCKET)) <= ADDRESS_MAX:
        return inside
    inside.rmdir()
    return Path(tempfile.mkdtemp(prefix=f"trueup-{FOLDER}"))


def _point(state: Path, address: Path) -> None:
    """Says in *state* where the socket is, whole or not at all."""
    number, beside = tempfile.mkstemp(prefix=f".{POINTER}-", dir=state)  # 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(f"{address}\n")
        Path(beside).replace(state / POINTER)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _sweep(state: Path) -> None:
    left = [folder for folder in state.glob(f"{FOLDER}*") if folder.is_dir()]
    with contextlib.suppress(OSError, ValueError):
        named = _pointed(state).parent
        if named.name.startswith(f"trueup-{FOLDER}") and named.stat().st_uid == os.getuid():
            left.append(named)
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    for stray in (state / POINTER, *state.glob(f".{POINTER}-*")):
        with contextlib.suppress(OSError):
            stray.unlink(missing_ok=True)


def _pointed(state: Path) -> Path:
    return Path((state / POINTER).read_text("utf-8").rstrip("\n"))


def ask(state: Path, order: Order) -> Done:
    """Hands *order* to the daemon at work in *state*.

    Raises NoDaemon, CannotAct, StoreTrouble when the daemon's database is in trouble, and
    Unanswered when it is not known whether the order was carried out.
    """
    with reaching(state) as client:
        try:
            answer = client.post("/act", content=orders.write(order))
        except httpx.ConnectError:
            raise NoDaemon from None
        except httpx.HTTPError as trouble:
            raise Unanswered(
                f"the daemon did not answer ({type(trouble).__name__}); whether it was done is not"
                " known: look with trueup incidents"
            ) from None
    return _read(answer)


@contextmanager
def reaching(state: Path) -> Iterator[httpx.Client]:
    """For questions to the daemon at work in *state*. Raises NoDaemon, and Unanswered when it is
    somebody else's.
    """
    transport = httpx.HTTPTransport(uds=_found(state))
    # Without the environment, which may name a proxy.
    with httpx.Client(
        transport=transport, base_url="http://trueup", trust_env=False, timeout=DEADLINE
    ) as client:
        yield client


def _found(state: Path) -> str:
    """Where somebody listens. By hand, because httpx leaves a socket open that finds nobody."""
    try:
        address = str(_pointed(state))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as attempt:
            attempt.settimeout(DEADLINE)
            attempt.connect(address)
    except PermissionError:
        raise Unanswered("the daemon belongs to another user; ask as that one") from None
    except (OSError, ValueError):
        raise NoDaemon from None
    return address


def _read(answer: httpx.Response) -> Done:
    try:
        document: dict[str, Any] = answer.json()
        if answer.status_code == 200:
            return Done(document["said"], document["facts"])
        why, text = str(document["why"]), str(document["refused"])
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
        raise Unanswered(
            f"the daemon answered {answer.status_code} and nothing that can be understood; is it"
            " of another version?"
        ) from None
    if answer.status_code == 503:
        raise StoreTrouble(text)
    with contextlib.suppress(ValueError):
        raise CannotAct(No(why), text)
    raise Unanswered(f"the daemon did not understand: {text}")
