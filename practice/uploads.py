"""Contributing a file, seeing it, getting it back, removing it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from practice.records import File
from practice.visit import Visit, see

LARGEST_BYTES: Final = 5 * 2**20
NAME_LENGTH: Final = 120
BAD_GATEWAY: Final = (
    "<html><head><title>502 Bad Gateway</title></head>"
    "<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


@dataclass(frozen=True, slots=True)
class UploadsPage:
    files: Sequence[File]
    """Of this browser, and of the account when signed in."""
    largest_bytes: int = LARGEST_BYTES


def uploads(visit: Visit) -> Response:
    if visit.request.method != "POST":
        return _page(visit)
    if "upload-down" in visit.site.switches:
        return HTMLResponse(BAD_GATEWAY, 502)
    file = visit.form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(visit, "Please choose a file first.", 422)
    size_bytes = file.size or 0
    if size_bytes > LARGEST_BYTES:
        return _page(visit, "That file is too large for us.", 413)
    visit.site.data.add_file(visit.owner, plain_name(file.filename), file.file, size_bytes)
    return see("/uploads")


def remove(visit: Visit) -> Response:
    if "upload-down" in visit.site.switches:
        return HTMLResponse(BAD_GATEWAY, 502)
    if not visit.site.data.remove_file(visit.owner, visit.number("file")):
        raise HTTPException(404)
    return see("/uploads")


def download(visit: Visit) -> Response:
    """Only ever saved, never shown: what people contribute may be a page with a script."""
    found = visit.site.data.content(
        visit.owner, visit.number("file"), horizon_us=visit.site.horizon_us()
    )
    if found is None:
        raise HTTPException(404)
    name, content = found
    disposition = f"attachment; filename*=utf-8''{quote(name, safe='')}"
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
    )


def plain_name(name: str) -> str:
    """The last part of *name* without anything that cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    return seen[:NAME_LENGTH] or "file"


def _page(visit: Visit, notice: str = "", status: int = 200) -> Response:
    files = visit.site.data.contributions(visit.owner, horizon_us=visit.site.horizon_us())
    page = UploadsPage(files)
    return visit.page("uploads.html", "Contribute a file", page, notice=notice, status=status)
