"""One request of one browser: who it is, what it sent, and how it is answered."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from practice.data import Data
from practice.faults import Switches
from practice.identity import Identity, identity
from practice.records import Account, Owner

TICKET: Final = "session"
VISITOR: Final = "visitor"
MONTH_SECONDS: Final = 30 * 24 * 3600
FIELD_BYTES: Final = 64 * 1024
LARGEST_ID: Final = 2**62
NOTHING_POSTED: Final[Mapping[str, str | UploadFile]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Site:
    """What all visits share."""

    data: Data
    switches: Switches
    templates: Environment

    def horizon_us(self) -> int:
        """What was there at that instant is gone; 0 when nothing is."""
        return self.switches.since_us("database-deleted")


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its content."""

    title: str
    here: str
    """The path of the page, to mark it in the navigation."""
    account: Account | None
    csrf: str
    """Goes back with every form."""
    notice: str
    refused: bool
    """Whether the notice says why something was refused."""
    identity: Identity
    faults: int
    """How many are switched on."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`form` is empty unless something was posted."""

    site: Site
    request: Request
    form: Mapping[str, str | UploadFile]
    visitor: str
    account: Account | None

    @property
    def owner(self) -> Owner:
        return Owner(self.visitor, self.account.id if self.account else None)

    @property
    def csrf(self) -> str:
        return hmac.digest(self.site.data.secret.encode(), self.visitor.encode(), "sha256").hex()

    def exact_text(self, field: str) -> str:
        """What was written into a field, such that it can be kept and shown; empty without one."""
        value = self.form.get(field, "")
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""

    def text(self, field: str) -> str:
        """The same, trimmed."""
        return self.exact_text(field).strip()

    def number(self, part: str) -> int:
        """A number from the path, small enough for the database."""
        return min(int(self.request.path_params[part]), LARGEST_ID)

    def page(
        self, template: str, title: str, page: object = None, *, notice: str = "", status: int = 200
    ) -> HTMLResponse:
        """Renders with `frame` (Frame) and `page`, the template's own dataclass."""
        frame = Frame(
            title=title,
            here=self.request.url.path,
            account=self.account,
            csrf=self.csrf,
            notice=notice,
            refused=status >= 400,
            identity=identity(self.site.switches),
            faults=len(tuple(self.site.switches)),
        )
        text = self.site.templates.get_template(template).render(frame=frame, page=page)
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


View = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def view(function: View, *, guarded: bool = True) -> Endpoint:
    """An endpoint that reads the form on the loop and answers in a thread.

    *guarded*: whatever is posted needs the token that came with the form.
    """

    async def respond(request: Request) -> Response:
        if request.method != "POST":
            return await run_in_threadpool(answer, function, request)
        async with request.form(max_files=1, max_fields=20, max_part_size=FIELD_BYTES) as form:
            return await run_in_threadpool(answer, function, request, form, guarded=guarded)

    return respond


def signed_in(function: Callable[[Visit, Account], Response]) -> View:
    """Leads to the sign-in page who is not."""

    def only_signed_in(visit: Visit) -> Response:
        return function(visit, visit.account) if visit.account else see("/sign-in")

    return only_signed_in


def see(path: str) -> RedirectResponse:
    """Leads on after a form, so that a reload posts nothing again."""
    return RedirectResponse(path, 303)


def keep(response: Response, name: str, value: str) -> None:
    """Sets a cookie that scripts and other sites do not get."""
    response.set_cookie(name, value, max_age=MONTH_SECONDS, httponly=True, samesite="lax")


def answer(
    function: View,
    request: Request,
    form: Mapping[str, str | UploadFile] = NOTHING_POSTED,
    *,
    guarded: bool = False,
) -> Response:
    """What the view says to this browser. Blocks; for a thread."""
    site: Site = request.app.state.site
    visitor = request.cookies.get(VISITOR, "")
    new = not 32 <= len(visitor) <= 64
    visitor = secrets.token_urlsafe(32) if new else visitor
    account = site.data.account_by_ticket(request.cookies.get(TICKET, ""))
    visit = Visit(site, request, form, visitor, account)
    genuine = not guarded or hmac.compare_digest(visit.text("csrf").encode(), visit.csrf.encode())
    response = function(visit) if genuine else _stale(visit)
    if new:
        keep(response, VISITOR, visitor)
    return response


def _stale(visit: Visit) -> Response:
    return visit.page("stale.html", "Please try again", status=403)
