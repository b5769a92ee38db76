"""What programs read: files, messages, identity, health."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from practice.identity import SERVICE, identity
from practice.records import Account, File
from practice.visit import TICKET, Endpoint, Site

Document = dict[str, Any]


def files_of(site: Site, account: Account) -> list[File]:
    """The library of an account, as far as it is there today."""
    if "wrong-environment" in site.switches:
        return []
    return site.data.library(account.id, horizon_us=site.horizon_us())


def files_document(site: Site, account: Account) -> Document:
    return {
        "items": [
            {
                "id": file.id,
                "name": file.name,
                "bytes": file.size_bytes,
                "added_at": iso(file.added_at),
            }
            for file in files_of(site, account)
        ]
    }


def messages_document(site: Site, account: Account) -> Document:
    who = "profile" if "field-renamed" in site.switches else "account"
    messages = site.data.messages(horizon_us=site.horizon_us())
    return {
        who: {"name": account.name},
        "items": [
            {
                "id": message.id,
                "from": message.author,
                "text": message.text,
                "sent_at": iso(message.sent_at),
            }
            for message in messages
        ],
    }


def private(document: Callable[[Site, Account], Document]) -> Endpoint:
    """An endpoint for those who show a token or are signed in."""

    async def answer(request: Request) -> Response:
        site: Site = request.app.state.site
        account = await run_in_threadpool(_account, site, request)
        if account is None:
            return JSONResponse(
                {"error": "Show a token: Authorization: Bearer …"},
                401,
                headers={"WWW-Authenticate": "Bearer"},
            )
        return JSONResponse(await run_in_threadpool(document, site, account))

    return answer


async def who_am_i(request: Request) -> Response:
    site: Site = request.app.state.site
    it = identity(site.switches)
    return JSONResponse(
        {
            "service": SERVICE,
            "environment": it.environment,
            "version": it.version,
            "runtime": it.runtime,
        }
    )


async def health(_: Request) -> Response:
    """Of the web server alone, as such pages often are."""
    return JSONResponse({"status": "ok"})


async def upload_health(request: Request) -> Response:
    site: Site = request.app.state.site
    down = "upload-down" in site.switches
    return JSONResponse({"status": "down" if down else "ok"}, 503 if down else 200)


def iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _account(site: Site, request: Request) -> Account | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return site.data.account_by_token(token.strip())
    return site.data.account_by_ticket(request.cookies.get(TICKET, ""))
