"""Small web applications in the shapes that real ones have, and with the faults that they have."""

from __future__ import annotations

import asyncio
import html
import itertools
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

USER, PASSWORD = "canary@example.org", "correct horse/battery & staple"
REFUSAL = "Wrong user name or password."

_SEARCH = "<form role=search><input name=q placeholder='Search the site'><button>Go</button></form>"
_NEWS = (
    "<form><input type=email name=news placeholder='Your e-mail'><button>Subscribe</button></form>"
)
FORMS = {
    "purpose": "<label>Kennung <input name=user autocomplete=username></label>"
    "<label>Kennwort <input name=pw type=password autocomplete=current-password></label>"
    "<button>Weiter</button>",
    "labels": "<label for=a>User name</label><input id=a name=user>"
    "<label for=b>Password</label><input id=b name=pw type=password>"
    "<button type=button>Show password</button><button>Sign in</button>",
    "hints": "<input name=user placeholder='Email or phone'>"
    "<input name=pw type=password placeholder=Secret><input type=submit value='Log in'>",
    "bare": "<input name=user><input name=pw type=password><button>→</button>",
}
_LATE = """<div id=app>Loading…</div><script>
const app = document.getElementById("app");
setTimeout(() => { app.innerHTML = `<input aria-label="E-mail" id=u>
  <input aria-label="Password" id=p type=password><div role=button id=go tabindex=0>Sign in</div>
  <p role=alert id=no></p>`;
  document.getElementById("go").onclick = async () => {
    const told = {user: u.value, pw: p.value};
    const answer = await fetch("/late", {method: "POST", body: JSON.stringify(told)});
    if (!answer.ok) { no.textContent = "REFUSAL"; return; }
    app.innerHTML = "<p>One moment</p>";
    setTimeout(() => { app.innerHTML = "<h1>Your library</h1>"; }, 150); };
}, 250);</script>""".replace("REFUSAL", REFUSAL)


def page(body: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A whole page with *body* as its main part."""
    said = f"<!doctype html><title>A site</title><main>{body}</main>"
    return HTMLResponse(said, status, headers)


def sign_in_site() -> Starlette:
    """One way of signing in under each path: those of `FORMS`, `/two`, `/late`, `/silent`."""
    both = ["GET", "POST"]
    return Starlette(
        routes=[
            Route("/library", _library),
            Route("/two", _two, methods=both),
            Route("/late", _late, methods=both),
            Route("/{form}", _form, methods=both),
        ]
    )


async def _form(request: Request) -> Response:
    inner = FORMS.get(request.path_params["form"], FORMS["labels"])
    told = await request.form()
    if _good(dict(told)):
        answer = RedirectResponse("/library", 303)
        answer.set_cookie("who", "canary")
        return answer
    refused = request.method == "POST" and request.path_params["form"] != "silent"
    said = f"<p role=alert>{REFUSAL}</p>" if refused else ""
    return page(f"{_SEARCH}{said}<form method=post>{inner}</form>{_NEWS}")


async def _two(request: Request) -> Response:
    told = await request.form()
    if _good(dict(told)):
        return RedirectResponse("/library", 303)
    if told.get("user") == USER:
        inner = f"<input type=hidden name=user value='{USER}'><p>{USER}</p>"
        inner += "<label>Password <input type=password name=pw></label><button>Sign in</button>"
        return page(f"<form method=post>{inner}</form>")
    said = "<p class=error>No such account.</p>" if told else ""
    inner = "<label>E-mail <input name=user></label><button>Next</button>"
    return page(f"{said}<form method=post>{inner}</form>")


async def _late(request: Request) -> Response:
    if request.method == "POST":
        return JSONResponse({}, 200 if _good(await request.json()) else 401)
    return page(_LATE)


async def _library(_: Request) -> Response:
    return page("<h1>Your library</h1><p>Five records</p>")


def _good(told: dict[str, Any]) -> bool:
    return told.get("user") == USER and told.get("pw") == PASSWORD


class UploadSite:
    """`/` by a form, `/auto` as soon as a file is chosen. *fault* names what goes wrong.

    Faults: differs, cut, unlisted, gone, broken, stuck. Somebody else's file lies there, too.
    """

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.files: dict[int, tuple[str, bytes]] = {0: ("somebody-elses.txt", b"not yours")}
        self._ids = itertools.count(1)
        self.app = Starlette(
            routes=[
                Route("/", self._home, methods=["GET", "POST"]),
                Route("/auto", self._auto),
                Route("/list", self._list),
                Route("/files/{file:int}", self._file),
                Route("/files/{file:int}/remove", self._remove, methods=["POST"]),
            ]
        )

    async def _home(self, request: Request) -> Response:
        if request.method == "GET":
            return page(f"{self._form()}<ul>{self._rows()}</ul>")
        if self.fault == "broken":
            return page("Bad gateway", 502)
        async with request.form() as told:
            file = told["file"]
            assert isinstance(file, UploadFile)
            if self.fault != "unlisted":
                self.files[next(self._ids)] = (file.filename or "", await file.read())
        return RedirectResponse("/", 303)

    async def _auto(self, _: Request) -> Response:
        script = """<script>chosen.onchange = async () => { const told = new FormData();
          told.append("file", chosen.files[0]); await fetch("/", {method: "POST", body: told});
          const list = await (await fetch("/list")).text();
          rows.innerHTML = list; };</script>"""
        field = "<label>Choose <input type=file id=chosen hidden></label>"
        return page(f"{field}<div role=status id=said></div><ul id=rows></ul>{script}")

    async def _list(self, _: Request) -> Response:
        return HTMLResponse(self._rows())

    async def _file(self, request: Request) -> Response:
        _, content = self.files.get(request.path_params["file"], ("", b""))
        spoilt = {"differs": content[::-1], "cut": content[:-3]}.get(self.fault, content)
        status = 404 if self.fault == "gone" else 200
        return Response(spoilt, status, media_type="application/octet-stream")

    async def _remove(self, request: Request) -> Response:
        if self.fault != "stuck":
            del self.files[request.path_params["file"]]
        return RedirectResponse("/", 303)

    def _form(self) -> str:
        return (
            "<form method=post enctype=multipart/form-data><label>File <input type=file name=file>"
            "</label><label>Title <input name=title required></label><button>Upload</button></form>"
        )

    def _rows(self) -> str:
        return "".join(
            f"<li><a href=/files/{key}>{html.escape(name)}</a>"
            f"<form method=post action=/files/{key}/remove onsubmit=\"return confirm('Sure?')\">"
            "<button>Delete</button></form></li>"
            for key, (name, _) in self.files.items()
        )


def shortener(shows: str = "link", leads_to: str = "", *, status: int = 200) -> Starlette:
    """Shows the short address as a link, field or text; `leads_to` overrides the true target."""
    made: dict[str, str] = {}

    async def home(request: Request) -> Response:
        field = "<input name=long placeholder='Paste a link'>"
        form = f"<form method=post>{field}<button>Go</button></form>"
        if request.method == "GET":
            return page(f"{form}<a href=/about>About</a>")
        if status != 200:
            return page("<p class=error>Something went wrong.</p>", status)
        code = f"x{len(made) + 1:03}"
        made[code] = leads_to or str((await request.form())["long"])
        short = f"{request.base_url}{code}"
        shown = {
            "link": f"<a href={short}>{short}</a>",
            "field": f"<input readonly value={short}>",
            "text": f"<p>Done: {short}</p>",
            "bare": f"<p>Done: {short.removeprefix('http://')}</p>",
        }
        return page(f"{form}<p>For {html.escape(made[code])}</p>{shown[shows]}<a href=/x>New</a>")

    async def follow(request: Request) -> Response:
        target = made.get(request.path_params["code"])
        return RedirectResponse(target, 302) if target else page("Not found", 404)

    return Starlette(
        routes=[Route("/", home, methods=["GET", "POST"]), Route("/{code}", follow)],
    )


def board(*, forgets: bool = False, keeps: bool = True) -> Starlette:
    """Messages; one that forgets shows each only once, one that does not keep never shows any."""
    messages = {0: "Somebody else wrote this"}

    async def home(request: Request) -> Response:
        if request.method == "POST":
            told = await request.form()
            if "remove" in told:
                del messages[int(str(told["remove"]))]
            elif keeps:
                messages[len(messages)] = str(told["text"])
            return RedirectResponse("/", 303)
        rows = "".join(
            f"<li>{html.escape(text)}<form method=post><input type=hidden name=remove value={key}>"
            "<button aria-label=Remove>×</button></form></li>"
            for key, text in messages.items()
        )
        if forgets and len(messages) > 1:
            messages.popitem()
        form = "<form method=post><textarea name=text></textarea><button>Send</button></form>"
        return page(f"{form}<ul>{rows}</ul>")

    app = Starlette(routes=[Route("/", home, methods=["GET", "POST"])])
    app.state.messages = messages
    return app


def odd_site() -> Starlette:
    """`/hang` `/broken` `/ask` `/busy` `/endless` `/cookie` `/tells`: what pages do to browsers."""
    paths = (_hang, _broken, _ask, _busy, _endless, _cookie, _tells)
    return Starlette(routes=[Route(path.__name__.replace("_", "/"), path) for path in paths])


async def _hang(request: Request) -> Response:
    while not await request.is_disconnected():
        await asyncio.sleep(0.05)
    return page("")


async def _broken(_: Request) -> Response:
    return page("Broken", 500)


async def _ask(_: Request) -> Response:
    return page("<script>alert('Really?'); document.title = 'asked'</script>")


async def _busy(_: Request) -> Response:
    return page("<p>Here</p><script>setTimeout(() => { while (true); }, 50)</script>")


async def _endless(_: Request) -> Response:
    async def zeros() -> AsyncIterator[bytes]:
        while True:
            yield bytes(65536)
            await asyncio.sleep(0)

    return StreamingResponse(zeros(), headers={"Content-Disposition": "attachment"})


async def _cookie(request: Request) -> Response:
    known = "known" if "seen" in request.cookies else "new"
    return page(f"<p id=who>{known}</p>", headers={"Set-Cookie": "seen=1"})


async def _tells(request: Request) -> Response:
    return PlainTextResponse(f"You said {request.query_params['q']}")
