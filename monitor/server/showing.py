"""What was seen of an incident, behind a signed link of its own: for whoever got the notice, never
for the public. The files come as downloads that no browser runs anything of; pictures are shown.
"""

from __future__ import annotations

import asyncio
from importlib import resources
from pathlib import Path
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.acts.desk import Desk
from monitor.links import EVIDENCE_PATH, SEE, BadLink, Signer
from monitor.server import board, sheets
from monitor.server.acknowledging import busy, page_of
from monitor.store import StoreTrouble
from monitor.store.captured import file_name
from monitor.store.kept import FileView, OfIncident
from status_page.frame_parts import tint

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}
_OF_FILES: Final = _HEADERS | {
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_PLAIN: Final = frozenset(("image/png", "image/jpeg", "application/json", "application/zip"))
_PAGES: Final = Environment(
    loader=DictLoader(
        {
            "page": resources.files(__package__)
            .joinpath("templates/evidence.html")
            .read_text("utf-8")
        }
    ),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals["tint"] = tint
_TEMPLATE: Final = _PAGES.get_template("page")


def routes(desk: Desk, signer: Signer, folder: Path) -> tuple[Route, ...]:
    """For `server.application`. *folder* is that of artefacts."""
    pages = _Pages(desk, signer, folder)
    return (
        Route(f"{EVIDENCE_PATH}/{{token}}", pages.show, methods=["GET"]),
        Route(f"{EVIDENCE_PATH}/{{token}}/{{number:int}}", pages.hand_out, methods=["GET"]),
        Route(f"{EVIDENCE_PATH}/{{token}}/captures/{{number:int}}", pages.quote, methods=["GET"]),
    )


class _Pages:
    def __init__(self, desk: Desk, signer: Signer, folder: Path) -> None:
        self._desk = desk
        self._signer = signer
        self._folder = folder

    async def show(self, request: Request) -> Response:
        token = request.path_params["token"]
        try:
            number = self._number(token)
            incident, found = await self._desk.look(number), await self._desk.evidence(number)
        except BadLink as bad:
            return page_of(sheets.BAD[bad.flaw])
        except StoreTrouble as trouble:
            return busy(trouble)
        if incident is None:
            return page_of(sheets.GONE)
        page = board.of(incident, found, self._desk.clock.now())
        return HTMLResponse(_TEMPLATE.render(page=page, token=token), headers=_HEADERS)

    async def hand_out(self, request: Request) -> Response:
        try:
            number = self._number(request.path_params["token"])
            found = await self._desk.evidence(number)
        except BadLink as bad:
            return page_of(sheets.BAD[bad.flaw])
        except StoreTrouble as trouble:
            return busy(trouble)
        file = _file(found, request.path_params["number"])
        path = await asyncio.to_thread(_there, self._folder, file.path) if file else None
        if file is None or path is None:
            return page_of(sheets.GONE_FILE)
        plain = file.media_type if file.media_type in _PLAIN else _as_text(file)
        return FileResponse(path, headers=_OF_FILES, media_type=plain, filename=file.name)

    async def quote(self, request: Request) -> Response:
        """What was captured, as a text file."""
        try:
            number = self._number(request.path_params["token"])
            found = await self._desk.evidence(number)
        except BadLink as bad:
            return page_of(sheets.BAD[bad.flaw])
        except StoreTrouble as trouble:
            return busy(trouble)
        asked = request.path_params["number"]
        known = next((capture for capture in found.captures if capture.id == asked), None)
        if known is None or not known.fetched.text:
            return page_of(sheets.GONE_FILE)
        name = file_name(known.name)
        headers = _OF_FILES | {"content-disposition": f'attachment; filename="{name}"'}
        return PlainTextResponse(known.fetched.text + "\n", headers=headers)

    def _number(self, token: str) -> int:
        return self._signer.incident_of(token, self._desk.clock.now(), to=SEE)


def _as_text(file: FileView) -> str:
    is_text = file.media_type.startswith("text/")
    return "text/plain; charset=utf-8" if is_text else "application/octet-stream"


def _file(found: OfIncident, number: int) -> FileView | None:
    """Of this incident; the number of another's is nothing."""
    files = (file for run in found.runs for file in run.files)
    return next((file for file in files if file.number == number), None)


def _there(folder: Path, name: str) -> Path | None:
    """Where it is, if that is inside the folder and a plain file."""
    try:
        path = (folder / name).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve(strict=True))
    except OSError:
        return None
    return path if inside and path.is_file() else None
