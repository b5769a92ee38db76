"""Short links: made by anybody, and leading to exactly the address that was given."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response

from practice.accounts import broken
from practice.visit import Visit, see

ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH: Final = 7
LONGEST: Final = 2000
BROKEN_SHORTEN: Final = "the JSON object must be str, bytes or bytearray, not Response"


@dataclass(frozen=True, slots=True)
class ShortenPage:
    short: str = ""
    """The link that was made, absolute; empty before."""
    target: str = ""
    written: str = ""
    """What was given and refused, to be corrected."""


def shorten(visit: Visit) -> Response:
    if visit.request.method != "POST":
        return _page(visit, _made(visit))
    if "shortener-500" in visit.site.switches:
        return broken(visit, BROKEN_SHORTEN)
    target = exact(visit.text("url"))
    if not target:
        notice = f"Please give an http or https address of at most {LONGEST} characters."
        return _page(visit, ShortenPage(written=visit.text("url")), notice, 422)
    return see(f"/shorten?made={_add(visit, target)}")


def follow(visit: Visit) -> Response:
    target = visit.site.data.target(visit.request.path_params["code"])
    if target is None:
        raise HTTPException(404)
    return Response(status_code=302, headers={"Location": target})


def exact(written: str) -> str:
    """The address as given, with only what may not stand in one encoded; empty if it is none."""
    target = quote(written, safe=string.punctuation)
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    good = parts.scheme in {"http", "https"} and parts.hostname and len(target) <= LONGEST
    return target if good else ""


def _add(visit: Visit, target: str) -> str:
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return code if visit.site.data.add_link(code, target) else _add(visit, target)


def _made(visit: Visit) -> ShortenPage:
    code = visit.request.query_params.get("made", "")
    target = visit.site.data.target(code)
    if target is None:
        return ShortenPage()
    return ShortenPage(short=f"{visit.request.base_url}s/{code}", target=target)


def _page(visit: Visit, page: ShortenPage, notice: str = "", status: int = 200) -> Response:
    return visit.page("shorten.html", "Shorten an address", page, notice=notice, status=status)
