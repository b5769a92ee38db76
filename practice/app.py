"""Puts the practice site together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from practice import accounts, api, desk, messages, pager, pages, shorten, uploads
from practice.data import Data, now_us
from practice.faults import known, switches
from practice.seed import seed
from practice.trouble import Headers, WholeSite, sign
from practice.visit import Endpoint, Site, Visit, answer, signed_in, view

FILE: Final = "practice.sqlite3"
FORM_BYTES: Final = 256 * 1024
UPLOAD_BYTES: Final = 3 * uploads.LARGEST_BYTES
"""More than a file may have, so that a person with one a little too large is told so on a page."""
FOLDER: Final = Path(__file__).parent
MOVES: Final = ("GET", "POST")


def create_app(state: Path, faults: Iterable[str] = ()) -> Starlette:
    """The application, with its data in the folder *state*, which is made where it is missing.

    Served once: it closes its data when it stops. Faults are not kept over a restart.
    Raises OSError, and UnknownFault, which is a ValueError.
    """
    names = [known(name) for name in faults]
    data = Data(state / FILE)
    seed(data)
    on = switches(names, at_us=now_us())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        data.close()

    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(Headers, on), Middleware(WholeSite, on)],
        exception_handlers={HTTPException: _refused, Exception: _crashed},
        lifespan=lifespan,
    )
    app.state.site = Site(data, on, _templates())
    return app


def _routes() -> list[Route | Mount]:
    return [
        Route("/", view(pages.home)),
        Route("/about", view(pages.about)),
        Route("/library", view(signed_in(pages.library))),
        Route("/activity", view(signed_in(pages.activity))),
        _form("/sign-in", view(accounts.sign_in)),
        _form("/sign-up", view(accounts.sign_up)),
        _form("/sign-out", view(accounts.sign_out), ["POST"]),
        _form("/uploads", view(uploads.uploads), largest=UPLOAD_BYTES),
        _form("/uploads/{file:int}/remove", view(uploads.remove), ["POST"]),
        Route("/files/{file:int}", view(uploads.download)),
        _form("/messages", view(signed_in(messages.messages))),
        _form("/messages/{message:int}/remove", view(signed_in(messages.remove)), ["POST"]),
        _form("/shorten", view(shorten.shorten)),
        Route("/s/{code}", view(shorten.follow)),
        Route("/api/files", api.private(api.files_document)),
        Route("/api/messages", api.private(api.messages_document)),
        Route("/api/identity", api.who_am_i),
        Route("/health", api.health),
        Route("/health/uploads", api.upload_health),
        _form("/faults", view(desk.desk, guarded=False)),
        Route("/faults.json", desk.listing),
        _form("/faults/{name}", view(desk.switch, guarded=False), ["POST", "DELETE"]),
        _form("/pager", pager.receive, ["POST"]),
        Route("/pager", view(pager.pager)),
        Route("/pager", view(pager.empty), methods=["DELETE"]),
        _form("/pager/empty", view(pager.empty, guarded=False), ["POST"]),
        Route("/pager.json", view(pager.listing)),
        Mount("/static", StaticFiles(directory=FOLDER / "static")),
    ]


def _form(
    path: str, endpoint: Endpoint, methods: Iterable[str] = MOVES, *, largest: int = FORM_BYTES
) -> Route:
    return Route(path, endpoint, methods=list(methods), max_body_size=largest)


def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["iso"] = api.iso
    return environment


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)

    def page(visit: Visit) -> Response:
        return visit.page("refused.html", error.detail, error.status_code, status=error.status_code)

    response = await run_in_threadpool(answer, page, request)
    response.headers.update(error.headers or {})
    return response


async def _crashed(request: Request, _: Exception) -> Response:
    """Our own fault, not one of the switched ones; outside the middleware, so it signs itself."""
    response = Response("Internal Server Error", 500, media_type="text/plain")
    sign(response.headers, request.app.state.site.switches)
    return response
