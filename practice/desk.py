"""The desk where faults are switched: a page for people, three verbs for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from practice.data import now_us
from practice.faults import BY_NAME, Fault, UnknownFault
from practice.visit import Site, Visit, see


@dataclass(frozen=True, slots=True)
class Switch:
    fault: Fault
    on: bool


@dataclass(frozen=True, slots=True)
class DeskPage:
    switches: Sequence[Switch]


def desk(visit: Visit) -> Response:
    if visit.request.method == "POST":
        same_site(visit.request)
        visit.site.switches.mend_all()
        return see("/faults")
    on = visit.site.switches
    page = DeskPage([Switch(fault, fault.name in on) for fault in BY_NAME.values()])
    return visit.page("faults.html", "Faults", page)


def switch(visit: Visit) -> Response:
    """204 for a program; the page again for a form, which says on or off in `switch`."""
    same_site(visit.request)
    wanted = visit.text("switch")
    off = visit.request.method == "DELETE" or wanted == "off"
    name = visit.request.path_params["name"]
    try:
        if off:
            visit.site.switches.mend(name)
        else:
            visit.site.switches.switch_on(name, at_us=now_us())
    except UnknownFault as unknown:
        return JSONResponse({"error": str(unknown)}, 404)
    return see("/faults") if wanted else Response(status_code=204)


async def listing(request: Request) -> Response:
    site: Site = request.app.state.site
    return JSONResponse(
        [
            {
                "name": fault.name,
                "title": fault.title,
                "breaks": fault.breaks,
                "stays_up": fault.stays_up,
                "on": fault.name in site.switches,
            }
            for fault in BY_NAME.values()
        ]
    )


def same_site(request: Request) -> None:
    """Refuses what another site makes a browser send here. Programs say nothing and may."""
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        raise HTTPException(403)
