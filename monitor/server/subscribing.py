"""The pages on which visitors subscribe, confirm, choose and leave. No script, no cookie.

A look changes nothing, so programs that follow the links of a letter neither confirm nor leave. A
form that another site has a browser send can at most have one letter sent that asks back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from monitor.config.model import PageSettings
from monitor.links import BadLink, Flaw
from monitor.log import get_logger
from monitor.server.brand import brand
from monitor.server.visitors import form_of, language_of, one, source_of
from monitor.store import StoreTrouble
from monitor.store.subscribers import Kind, Subscriber, Wish
from monitor.subscribing import Subscribing
from monitor.subscribing.addresses import Bad, BadAddress, hook_address, mail_address
from monitor.subscribing.register import Asked
from monitor.subscribing.tickets import To
from status_page import Look
from status_page.frame_parts import tint
from status_page.subscribing.sheet import Sheet
from status_page.subscribing.sheets import COMPONENT, HOOK, LANGUAGE, MAIL, SCOPE, SOME, Sheets
from status_page.tongue import tongue

CHOSEN_MAX: Final = 1_000
DELETE_PATH: Final = "/subscribers/delete"

Gate = Callable[[Request, PageSettings], Response | None]
"""What a visitor gets who may not see the page; None for one who may."""

log = get_logger()


_HEADERS: Final = {
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
    "vary": "Accept-Language",
}
_POLICY: Final = (
    "default-src 'none'; style-src {hash}; img-src data:; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
_PAGES: Final = Environment(
    loader=DictLoader(
        {
            "page": resources.files(__package__)
            .joinpath("templates", "subscribing.html")
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


def closed(_: Request, page: PageSettings) -> Response | None:
    """The gate where nobody else keeps one: what is not for everybody is for nobody."""
    return PlainTextResponse("Not Found", 404) if page.internal or page.password else None


def routes(subscribing: Subscribing, gate: Gate = closed) -> tuple[Route, ...]:
    """For `server.application`. Whoever has a link from a letter passes no *gate*."""
    desk = _Desk(subscribing, gate)
    found = []
    for base in ("", "/pages/{page}"):
        found += [
            Route(f"{base}/subscribe", _with_slash, methods=["GET"]),
            Route(f"{base}/subscribe/", desk.show, methods=["GET"]),
            Route(f"{base}/subscribe/", desk.ask, methods=["POST"]),
        ]
        for to, look, act in (
            (To.CONFIRM, desk.look_at_confirming, desk.confirm),
            (To.MANAGE, desk.manage, desk.choose),
            (To.LEAVE, desk.look_at_leaving, desk.leave),
        ):
            path = f"{base}/subscribe/{to}/{{token}}"
            found.append(Route(path, desk.linked(to, look), methods=["GET"]))
            found.append(Route(path, desk.linked(to, act), methods=["POST"]))
    return tuple(found)


def inside(subscribing: Subscribing) -> tuple[Route, ...]:
    """For the socket of the command line."""

    async def delete(request: Request) -> Response:
        try:
            address = (await request.body()).decode("utf-8", "replace")
            count = await subscribing.register.forget_address(address)
        except StoreTrouble as trouble:
            return PlainTextResponse(str(trouble), 503)
        return PlainTextResponse(str(count))

    return (Route(DELETE_PATH, delete, methods=["POST"]),)


async def _with_slash(_: Request) -> Response:
    return RedirectResponse("subscribe/", 308)


_Step = Callable[[Request, Subscriber, Sheets], Awaitable[Sheet]]


class _Desk:
    def __init__(self, subscribing: Subscribing, gate: Gate) -> None:
        self._all = subscribing
        self._register = subscribing.register
        self._gate = gate

    async def show(self, request: Request) -> Response:
        page = self._page(request)
        if page is None:
            return PlainTextResponse("Not Found", 404)
        if refused := self._gate(request, page):
            return refused
        language = language_of(request, page, request.query_params.get("lang"))
        chosen = self._known(request.query_params.getlist(COMPONENT), page.id)
        return shown(self._form(page, language, chosen), page.look)

    async def ask(self, request: Request) -> Response:
        page = self._page(request)
        if page is None:
            return PlainTextResponse("Not Found", 404)
        if refused := self._gate(request, page):
            return refused
        form = await form_of(request)
        language = language_of(request, page, one(form, LANGUAGE))
        sheets = self._sheets(page, language)
        if request.headers.get("sec-fetch-site", "none") == "cross-site":
            return shown(sheets.elsewhere(), page.look)
        try:
            return shown(await self._asked(request, page, form, language), page.look)
        except StoreTrouble as trouble:
            return shown(_busy(sheets, trouble), page.look)

    async def _asked(
        self, request: Request, page: PageSettings, form: FormData, language: str
    ) -> Sheet:
        sheets = self._sheets(page, language)
        by_mail = HOOK not in form and self._all.mails
        typed = one(form, MAIL if by_mail else HOOK)
        try:
            address = (
                mail_address(typed) if by_mail else hook_address(typed, nearby=self._all.nearby)
            )
        except BadAddress as bad:
            problem = (MAIL if by_mail else HOOK, _complaint(sheets, bad.bad))
            chosen = self._chosen(form, page.id)
            return self._form(page, language, chosen, typed[:1000], problem)
        kind = Kind.EMAIL if by_mail else Kind.WEBHOOK
        wish = Wish(page.id, kind, address, language, self._chosen(form, page.id))
        if await self._register.ask(wish, source_of(request)) is Asked.TOO_OFTEN:
            return sheets.too_often()
        return sheets.asked(by_mail=by_mail)

    def linked(self, to: To, step: _Step) -> Callable[[Request], Awaitable[Response]]:
        """The page behind a link that lets do *to*."""

        async def answer(request: Request) -> Response:
            page = self._page(request)
            if page is None:
                return PlainTextResponse("Not Found", 404)
            sheets = self._sheets(page, language_of(request, page, None))
            return shown(await self._behind(request, page, sheets, to, step), page.look)

        return answer

    async def _behind(
        self, request: Request, page: PageSettings, sheets: Sheets, to: To, step: _Step
    ) -> Sheet:
        try:
            found = await self._register.of(self._all.tickets, request.path_params["token"], to)
            if found is None or found.page != page.id:
                # Leaving twice is no trouble, and machines that ask to leave want a yes.
                return sheets.left() if to is To.LEAVE else sheets.gone()
            return await step(request, found, self._sheets(page, found.language))
        except BadLink as bad:
            return sheets.expired() if bad.flaw is Flaw.EXPIRED else sheets.forged()
        except StoreTrouble as trouble:
            return _busy(sheets, trouble)

    async def look_at_confirming(self, _: Request, found: Subscriber, sheets: Sheets) -> Sheet:
        return self._managing(found, sheets, "") if found.confirmed_at else sheets.confirm()

    async def confirm(self, _: Request, found: Subscriber, sheets: Sheets) -> Sheet:
        confirmed = await self._register.confirm(found)
        return self._managing(confirmed, sheets, sheets.confirmed())

    async def manage(self, _: Request, found: Subscriber, sheets: Sheets) -> Sheet:
        return self._managing(found, sheets, "")

    async def choose(self, request: Request, found: Subscriber, _: Sheets) -> Sheet:
        page = self._all.settings[found.page]
        form = await form_of(request)
        language = language_of(request, page, one(form, LANGUAGE) or found.language)
        changed = await self._register.choose(found, self._chosen(form, page.id), language)
        sheets = self._sheets(page, language)
        return self._managing(changed, sheets, sheets.saved())

    async def look_at_leaving(self, _: Request, _found: Subscriber, sheets: Sheets) -> Sheet:
        return sheets.leave()

    async def leave(self, _: Request, found: Subscriber, sheets: Sheets) -> Sheet:
        """Also for the mail programs that have a button of their own."""
        await self._register.leave(found)
        return sheets.left()

    def _managing(self, found: Subscriber, sheets: Sheets, news: str) -> Sheet:
        is_hook = found.kind is Kind.WEBHOOK
        return sheets.manage(
            self._all.components(found.page),
            found.components,
            news=news,
            secret=self._all.tickets.secret(found) if is_hook else "",
            save=f"../{To.MANAGE}/{self._all.tickets.token(found, To.MANAGE)}",
            leave=f"../{To.LEAVE}/{self._all.tickets.token(found, To.LEAVE)}",
        )

    def _form(
        self,
        page: PageSettings,
        language: str,
        chosen: Sequence[str],
        typed: str = "",
        problem: tuple[str, str] = ("", ""),
    ) -> Sheet:
        return self._sheets(page, language).form(
            self._all.components(page.id),
            mails=self._all.mails,
            chosen=chosen,
            typed=typed,
            problem=problem,
        )

    def _page(self, request: Request) -> PageSettings | None:
        return self._all.offered(request.path_params.get("page", ""))

    def _sheets(self, page: PageSettings, language: str) -> Sheets:
        return Sheets(self._all.about(page), tongue(language))

    def _chosen(self, form: FormData, page: str) -> tuple[str, ...]:
        """Nothing for everything; also when nothing was chosen."""
        return self._known(form.getlist(COMPONENT), page) if one(form, SCOPE) == SOME else ()

    def _known(self, typed: Sequence[object], page: str) -> tuple[str, ...]:
        """Those of *typed* that are components of the page."""
        known = {component.id for component in self._all.components(page)}
        found = (each for each in typed if isinstance(each, str) and each in known)
        return tuple(dict.fromkeys(found))[:CHOSEN_MAX]


def shown(sheet: Sheet, look: Look) -> Response:
    """The page, in the look of the status page it belongs to."""
    own = brand(look)
    headers = _HEADERS | {
        "content-security-policy": _POLICY.format(hash=own.hash),
        "content-language": sheet.language,
    }
    return HTMLResponse(_TEMPLATE.render(page=sheet, brand=own), sheet.status, headers)


def _busy(sheets: Sheets, trouble: StoreTrouble) -> Sheet:
    log.error("a page for subscribers could not be served", why=str(trouble))
    return sheets.busy()


def _complaint(sheets: Sheets, bad: Bad) -> str:
    match bad:
        case Bad.NO_MAIL:
            return sheets.bad_mail()
        case Bad.NO_LINK:
            return sheets.bad_hook()
        case Bad.NOT_ENCRYPTED:
            return sheets.not_encrypted()
        case Bad.NOT_PUBLIC:
            return sheets.not_public()
