"""What the request of a visitor says: what was typed, in which language to answer, where from."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

from monitor.config.model import PageSettings

FIELDS_MAX: Final = 2_000


async def form_of(request: Request) -> FormData:
    async with request.form(max_files=0, max_fields=FIELDS_MAX) as form:
        return form


def one(form: FormData, name: str) -> str:
    typed = form.get(name)
    return typed if isinstance(typed, str) else ""


def language_of(request: Request, page: PageSettings, asked: str | None) -> str:
    """The one that was *asked* for, the first one that the browser prefers, or the page's own."""
    made = (page.language, *page.languages)
    if asked in made:
        return asked
    said = request.headers.get("accept-language", "")[:200].split(",")
    preferred = (each.partition(";")[0].strip().partition("-")[0].lower() for each in said)
    return next((code for code in preferred if code in made), page.language)


def source_of(request: Request) -> str:
    """Where a visitor comes from. A proxy on this machine or in this network says it for them; what
    others say of it may be made up. One household has many addresses of the newer kind.
    """
    peer = request.client.host if request.client else ""
    try:
        if not ip_address(peer).is_global:
            peer = request.headers.get("x-forwarded-for", peer).rpartition(",")[2].strip() or peer
        address = ip_address(peer)
    except ValueError:
        return peer[:64]
    return str(ip_network((peer, 64), strict=False)) if address.version == 6 else peer
