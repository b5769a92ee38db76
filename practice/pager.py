"""A toy pager: keeps what a webhook sends and reads like the thing on a belt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from practice.desk import same_site
from practice.visit import Site, Visit, see

CENTURY_SECONDS: Final = 100 * 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Entry:
    """One message on the pager; fields that were not sent are empty."""

    event: str
    headline: str
    """What people cannot do, or the nearest thing that was sent."""
    since: str
    lasted: str
    """How long it took, once it is over."""
    reason: str
    detail: str
    probe: str
    environment: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class PagerPage:
    entries: Sequence[Entry]
    """Newest first."""

    @staticmethod
    def line(entry: Entry) -> str:
        """Since when, for how long, why, and who says so."""
        since = entry.since and f"since {entry.since}"
        lasted = entry.lasted and f"over after {entry.lasted}"
        return " · ".join(filter(None, (since, lasted, entry.reason, entry.probe)))


def pager(visit: Visit) -> Response:
    pages = reversed(visit.site.data.pages())
    page = PagerPage([entry(json.loads(body), received_at) for received_at, body in pages])
    return visit.page("pager.html", "Pager", page)


async def receive(request: Request) -> Response:
    """204 for JSON, 400 for anything else."""
    same_site(request)
    site: Site = request.app.state.site
    try:
        body = json.loads(await request.body(), parse_constant=_no_constant)
        text = json.dumps(body, allow_nan=False)
    except (ValueError, RecursionError):
        return JSONResponse({"error": "The pager takes JSON."}, 400)
    await run_in_threadpool(site.data.add_page, text)
    return Response(status_code=204)


def empty(visit: Visit) -> Response:
    same_site(visit.request)
    visit.site.data.clear_pages()
    return Response(status_code=204) if visit.request.method == "DELETE" else see("/pager")


def listing(visit: Visit) -> Response:
    """The bodies as they came, newest last."""
    bodies = [body for _, body in visit.site.data.pages()]
    return Response(f"[{','.join(bodies)}]", media_type="application/json")


def entry(body: Any, received_at: datetime) -> Entry:
    """Whatever was sent, as far as it can be read."""
    sent = body if isinstance(body, dict) else {"summary": body}
    says = " ".join(_texts(sent.get("says"))) or ", ".join(_texts(sent.get("components")))
    probe = _text(sent.get("probe_name")) or _text(sent.get("probe"))
    return Entry(
        event=_text(sent.get("event")) or "page",
        headline=says or probe or "A message",
        since=_when(_text(sent.get("began_at"))),
        lasted=_span(sent.get("lasted_s")),
        reason=_text(sent.get("reason")).replace("_", " "),
        detail=_text(sent.get("summary")),
        probe=probe,
        environment=_text(sent.get("environment")),
        received_at=received_at,
    )


def _when(text: str) -> str:
    """An instant as people write it; anything else as it came."""
    try:
        read = datetime.fromisoformat(text)
        at = read.astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    if read.tzinfo is None:
        return text
    return f"{at.day} {at:%b %Y, %H:%M:%S} UTC"


def _span(seconds: Any) -> str:
    """Seconds, in the unit that suits them; nothing for anything else."""
    if not isinstance(seconds, int | float) or not 0 <= seconds < CENTURY_SECONDS:
        return ""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for item in values[:8] if (text := _text(item))]


def _text(value: Any) -> str:
    """A line that can be shown; lone surrogates, which JSON allows, cannot be."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    return text[:300].encode("utf-8", "replace").decode()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
