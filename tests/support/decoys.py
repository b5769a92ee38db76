"""Sign-in pages with fields that only a machine would fill in, and doors that lead nowhere."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.support.signins import FORM
from tests.support.webapps import PASSWORD, USER, page

_NAME: Final = "<label>Name <input name=user></label>"
_REST: Final = "<label>Password <input name=pw type=password></label><button>Sign in</button>"
_TRAP: Final = "<input name=trap type=email placeholder=Username autocomplete=off>"
_REACHED: Final = "<input name=trap autocomplete=username placeholder=Username tabindex=-1>"


def _form(trap: str) -> str:
    return f"<form method=post action=/>{trap}{_NAME}{_REST}</form>"


def _styled(style: str, trap: str = _TRAP) -> str:
    return _form(f"<div style='{style}'>{trap}</div>")


DECOYS: Final = {
    "beside the page": _styled("position:absolute;left:-9999px"),
    "above the page": _styled("position:absolute;top:-500px"),
    "moved away": _styled("transform:translateX(-9999px)"),
    "fixed below": _styled("position:fixed;top:200vh"),
    "without height": _styled("height:0;overflow:hidden"),
    "without width": _styled("width:1px;height:1px;overflow:clip"),
    "beside its box": _styled("position:relative;overflow:hidden;height:40px").replace(
        "<input name=trap", "<input style='position:absolute;left:-999px' name=trap"
    ),
    "clipped": _styled("position:absolute;clip:rect(0 0 0 0)"),
    "clipped by a path": _styled("clip-path:inset(50%)"),
    "no key leads to it": _form(_REACHED),
    "password": _styled("position:absolute;left:-9999px", "<input name=trap type=password>"),
    "in no form": f"<input name=trap autocomplete=username placeholder=Username>{_form('')}",
}
# Nothing of this hides a field.
REACHED: Final = {
    "far down": f"<div style='height:3000px'></div>{FORM}",
    "in a box that scrolls": f"<div style='height:90px;overflow:auto'><p>{'Hello<br>' * 40}</p>"
    f"{FORM}</div>",
    "scrolled by the body": "<style>html{height:100%;overflow:hidden}body{height:100%;"
    f"overflow:auto}}</style><div style='height:3000px'></div>{FORM}",
    "out of a flat box": "<div style='height:0;overflow:hidden'><div style='position:absolute;"
    f"top:90px'>{FORM}</div></div>",
    "from right to left": f"<div dir=rtl style='overflow:auto;width:300px'>{FORM}</div>",
    "modal": f"<div style='height:0;overflow:hidden'><dialog id=d>{FORM}</dialog></div>"
    "<script>d.showModal()</script>",
}


def decoy_site() -> Starlette:
    """The pages of `DECOYS` and `REACHED`; lets in who leaves the traps empty."""

    async def home(request: Request) -> Response:
        told = await request.form()
        if told.get("trap") or (told.get("user"), told.get("pw")) != (USER, PASSWORD):
            return page("<p role=alert>Wrong user or password</p>")
        return page("<h1>Your library</h1>")

    async def shown(request: Request) -> Response:
        return page({**DECOYS, **REACHED}[request.path_params["name"]])

    return Starlette(routes=[Route("/", home, methods=["POST"]), Route("/{name}", shown)])


_PROGRAM: Final = """<div id=app></div><script>
setTimeout(() => { app.innerHTML = `FORM`; }, 1200);</script>""".replace("FORM", FORM)


def door_site() -> Starlette:
    """`/404/gone` and so on: an error without a form. `/404/idle` has a script that does nothing,
    `/404/program` shows the form all the same, `/401/link` leads to it slowly. `/403/shut` has the
    form, and answers it with 403.
    """

    async def door(request: Request) -> Response:
        status, name = request.path_params["status"], request.path_params["name"]
        if request.method == "POST":
            return page("<h1>No admittance</h1>", status)
        shown = {
            "gone": "<h1>Not here</h1>",
            "idle": "<h1>Not here</h1><script>let counted = 1</script>",
            "program": _PROGRAM,
            "link": "<h1>Members</h1><a href=/form>Sign in</a>",
            "shut": FORM.replace(" action=/", ""),
        }
        return page(shown[name], 200 if name == "shut" else status)

    async def form(_: Request) -> Response:
        await asyncio.sleep(1)
        return page(FORM)

    async def home(_: Request) -> Response:
        return page("<h1>Your library</h1>")

    return Starlette(
        routes=[
            Route("/", home, methods=["POST"]),
            Route("/form", form),
            Route("/{status:int}/{name}", door, methods=["GET", "POST"]),
        ]
    )


class OrderSite:
    """A shop behind a sign-in whose orders fail every second time, the first one too.

    `orders` tells the status of each. `loses` ends the session with the order that fails,
    and leads to the form for signing in.
    """

    def __init__(self, *, loses: bool = False) -> None:
        self.orders: list[int] = []
        self.signed_in = 0
        self._loses = loses
        self._valid: set[str] = set()
        both = ["GET", "POST"]
        self.app = Starlette(
            routes=[
                Route("/login", self._login, methods=both),
                Route("/order", self._order, methods=both),
            ]
        )

    def end_sessions(self) -> None:
        self._valid.clear()

    async def _login(self, request: Request) -> Response:
        if request.method == "GET":
            return page(FORM.replace(" action=/", ""))
        self.signed_in += 1
        session = f"s{self.signed_in}"
        self._valid.add(session)
        answer = RedirectResponse("/order", 303)
        answer.set_cookie("session", session)
        return answer

    async def _order(self, request: Request) -> Response:
        if request.cookies.get("session") not in self._valid:
            return RedirectResponse("/login", 303)
        if request.method == "GET":
            return page("<h1>Your library</h1><form method=post><button>Order now</button></form>")
        self.orders.append(200 if len(self.orders) % 2 else 500)
        if self.orders[-1] == 200:
            return page("<h1>Thank you</h1>")
        if self._loses:
            self._valid.clear()
            return RedirectResponse("/login", 303)
        return page("<h1>Something went wrong</h1>", 500)
