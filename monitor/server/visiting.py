"""Answers visitors of the pages: the first one at the root, the others below `pages/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from monitor.config.model import PageSettings
from monitor.server.files import Folder, Served
from monitor.server.gate import Gate, gate

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASKED_AGAIN: Final = "no-cache"
LOST: Final = "404.html"
_SHARED: Final = ("api/", "badges/", "embed")
_FEEDS: Final = (".atom", ".rss", ".ics", ".csv", "feed.json", "as-of.json")
_FRAMED: Final = "embed/"
_READS: Final = frozenset({"GET", "HEAD"})

Settings = Callable[[], Mapping[str, PageSettings]]


class Visits:
    """The last route of the server."""

    def __init__(self, state: Path, settings: Settings, doorkeeper: Gate = gate) -> None:
        self._state = state
        self._settings = settings
        self._gate = doorkeeper
        self._files = Folder()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if request.method not in _READS:
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        answer = await self._answer(request)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        page, path = self._page(path)
        if page is None:
            raise HTTPException(404)
        if (closed := self._gate(request, page)) is not None:
            return closed
        folder = self._state / page.folder
        try:
            served = await self._files.find(folder, path)
        except OSError:
            return PlainTextResponse("Not now; try again.\n", 503, {"retry-after": "10"})
        if served is not None:
            return _answer(request, served, path, page)
        if self._files.is_folder(folder, path):
            return RedirectResponse(f"{path.rpartition('/')[2]}/", 308)
        raise HTTPException(404)

    async def lost(self, request: Request, _: Exception) -> Response:
        """The same for whatever is not there, and whoever asks: in the first page's own words where
        it has some that anybody may read.
        """
        served = await self._words(request.url.path.lstrip("/"))
        if served is None:
            return PlainTextResponse("Not Found", 404)
        headers = {
            "content-type": served.media_type,
            "cache-control": "no-store",
            "content-security-policy": _policy(served, LOST),
        }
        body = b"" if request.method == "HEAD" else served.bodies["identity"]
        return Response(body, 404, headers)

    async def _words(self, path: str) -> Served | None:
        page = self._settings().get("")
        if page is None or page.password:
            return None
        language = path.partition("/")[0]
        own = f"{language}/" if language in page.languages else ""
        folder = self._state / page.folder
        try:
            return await self._files.find(folder, own + LOST) or await self._files.find(
                folder, LOST
            )
        except OSError:
            return None

    def _page(self, path: str) -> tuple[PageSettings | None, str]:
        """Whose it is, and the path within; an internal page without a password is nobody's."""
        pages = self._settings()
        first, _, rest = path.partition("/")
        if first != "pages":
            return pages.get(""), path
        id_, slash, inside = rest.partition("/")
        page = pages.get(id_) if id_ and slash else None
        hidden = page is not None and page.internal and not page.password
        return None if hidden else page, inside


def _answer(request: Request, served: Served, path: str, page: PageSettings) -> Response:
    encoding = _encoding(request, served)
    tag = f'"{served.tag}-{encoding}"' if encoding != "identity" else f'"{served.tag}"'
    headers = {
        "etag": tag,
        "cache-control": _caching(request, page, served),
        "vary": "Accept-Encoding",
        "content-security-policy": _policy(served, path),
    }
    if not page.password and (path.startswith(_SHARED) or path.endswith(_FEEDS)):
        headers |= {
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
        }
    if _has(request, served):
        return Response(None, 304, headers)
    body = served.bodies[encoding]
    if encoding != "identity":
        headers["content-encoding"] = encoding
    headers["content-type"] = served.media_type
    headers["content-length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, 200, headers)


def _caching(request: Request, page: PageSettings, served: Served) -> str:
    if page.password:
        return "private, no-cache"
    asked = request.query_params.get("v")
    return FOR_EVER if asked == served.version else ASKED_AGAIN


def _policy(served: Served, path: str) -> str:
    framed = path.startswith(_FRAMED) or f"/{_FRAMED}" in path
    ancestors = "*" if framed else "'none'"
    own = served.policy or "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    return f"{own}; frame-ancestors {ancestors}"


def _encoding(request: Request, served: Served) -> str:
    accepted = request.headers.get("accept-encoding", "").lower()
    offered = {
        name.strip()
        for part in accepted.split(",")
        for name, _, quality in [part.partition(";")]
        if quality.replace(" ", "") not in {"q=0", "q=0.0"}
    }
    return next(
        (name for name in ("br", "gzip") if name in offered & served.bodies.keys()), "identity"
    )


def _has(request: Request, served: Served) -> bool:
    """Whether the visitor has these bytes already, in whatever encoding."""
    asked = request.headers.get("if-none-match", "")
    tags = (each.strip().removeprefix("W/").strip('"') for each in asked.split(","))
    return any(tag == "*" or tag.partition("-")[0] == served.tag for tag in tags if tag)
