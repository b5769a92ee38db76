"""The page behind a signed link: a GET shows what it is about and a button, a POST acts.

Programs that look through mail follow every link in it, so looking never acts. There is no other
protection against a forged form and none is needed: whoever has the token may act, and nobody can
make a browser send one that they do not have.
"""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.acts.desk import Desk
from monitor.acts.orders import NAME_MAX, Acknowledge, CannotAct
from monitor.links import PATH, BadLink, Signer
from monitor.log import get_logger
from monitor.server import sheets
from monitor.server.sheets import Sheet
from monitor.store import StoreTrouble
from monitor.store.acts import Standing
from status_page.frame_parts import tint

STYLE: Final = f"{PATH}.css"
HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src data:;"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
}
_FIELDS_MAX: Final = 4

log = get_logger()


def _text(folder: str, name: str) -> str:
    return resources.files(__package__).joinpath(folder, name).read_text("utf-8")


_CSS: Final = _text("assets", "acknowledge.css")
_PAGES: Final = Environment(
    loader=DictLoader({"page": _text("templates", "acknowledge.html")}),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals["tint"] = tint
_TEMPLATE: Final = _PAGES.get_template("page")


def routes(desk: Desk, signer: Signer) -> tuple[Route, ...]:
    """For `server.application`."""
    pages = _Pages(desk, signer)
    return (
        Route(STYLE, _style),
        Route(f"{PATH}/{{token}}", pages.show, methods=["GET"]),
        Route(f"{PATH}/{{token}}", pages.act, methods=["POST"]),
    )


async def _style(_: Request) -> Response:
    return Response(_CSS, media_type="text/css")


def page_of(sheet: Sheet) -> Response:
    html = _TEMPLATE.render(page=sheet, name_max=NAME_MAX)
    return HTMLResponse(html, sheet.status, HEADERS)


class _Pages:
    def __init__(self, desk: Desk, signer: Signer) -> None:
        self._desk = desk
        self._signer = signer

    async def show(self, request: Request) -> Response:
        at = self._desk.clock.now()
        try:
            found = await self._found(request, at)
        except BadLink as bad:
            return page_of(sheets.BAD[bad.flaw])
        except StoreTrouble as trouble:
            return busy(trouble)
        return page_of(sheets.about(found, at) if found else sheets.GONE)

    async def act(self, request: Request) -> Response:
        at = self._desk.clock.now()
        try:
            found = await self._found(request, at)
            if found is None:
                return page_of(sheets.GONE)
            order = Acknowledge(incident=found.number, by=await _name(request))
            await self._desk.take(order)
        except BadLink as bad:
            return page_of(sheets.BAD[bad.flaw])
        except CannotAct:  # it ended a moment ago
            return await self._too_late(found.number) if found else page_of(sheets.GONE)
        except StoreTrouble as trouble:
            return busy(trouble)
        # Relative, for a proxy may have put it somewhere else.
        return RedirectResponse(request.path_params["token"], 303, HEADERS)

    async def _too_late(self, incident: int) -> Response:
        try:
            found = await self._desk.look(incident)
        except StoreTrouble as trouble:
            return busy(trouble)
        if found is None:
            return page_of(sheets.GONE)
        return page_of(sheets.about(found, self._desk.clock.now(), status=409))

    async def _found(self, request: Request, at: datetime) -> Standing | None:
        incident = self._signer.incident_of(request.path_params["token"], at)
        return await self._desk.look(incident)


async def _name(request: Request) -> str:
    """What was typed, cut to what a name may have; empty when there was nothing of the kind."""
    async with request.form(max_files=0, max_fields=_FIELDS_MAX) as form:
        typed = form.get("by")
    return typed[:NAME_MAX] if isinstance(typed, str) else ""


def busy(trouble: StoreTrouble) -> Response:
    log.error("a page behind a link could not be served", why=str(trouble))
    return page_of(sheets.BUSY)
