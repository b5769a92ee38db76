"""A site that tells afterwards what it was asked, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.support.serve import serving

Page = str | Response | Callable[[Request], Response]
ANY = {"Access-Control-Allow-Origin": "*"}


@dataclass
class Recording:
    """`asked` holds method, path and headers, in order; what has no page is 404 to everybody."""

    pages: dict[str, Page]
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    address: str = ""

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")

    def headers(self, path: str, method: str = "") -> Mapping[str, str]:
        """Those of the last request for *path*."""
        return [h for verb, p, h in self.asked if p == path and method in ("", verb)][-1]

    def carried(self, name: str) -> dict[str, str | None]:
        """By path, in what was asked for, the header *name*."""
        return {path: headers.get(name) for _, path, headers in self.asked}

    async def answer(self, request: Request) -> Response:
        self.asked.append((request.method, request.url.path, dict(request.headers)))
        await request.body()
        page = self.pages.get(request.url.path)
        if page is None:
            return Response("", 404, ANY)
        if isinstance(page, str):
            return HTMLResponse(page, headers=ANY)
        return page if isinstance(page, Response) else page(request)


@contextmanager
def recording(pages: dict[str, Page]) -> Iterator[Recording]:
    """Serves *pages* by path; more can be put into the recording meanwhile."""
    site = Recording(pages)
    verbs = ["GET", "POST", "OPTIONS"]
    with serving(Starlette(routes=[Route("/{path:path}", site.answer, methods=verbs)])) as address:
        site.address = address
        yield site
