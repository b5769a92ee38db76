"""Where people leave files, messages and addresses, in the shapes that are awkward for a robot."""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.webapps import page

LATE_MS = 250  # before a page draws itself
PER_PAGE = 3
OTHERS = ("alpha.txt", "beta.txt", "gamma.txt", "delta.txt")
TOKEN = "forged-nowhere"

_SCRIPT = """
const shape = SHAPE, app = document.getElementById("app");
const at = Number(new URLSearchParams(location.search).get("page") || 1);
const element = (markup) => { const holder = document.createElement("div");
  holder.innerHTML = markup; return holder.firstElementChild; };
const send = async file => { const told = new FormData();
  told.append("file", file); told.append("token", document.querySelector("[name=token]").value);
  await fetch("/files", {method: "POST", body: told});
  if (shape.lists !== "reload") await draw(); };
const gone = async id => { await fetch(`/files/${id}/remove`, {method: "POST"}); await draw(); };
const ask = id => { const box = element(`<div role=dialog><p>Delete it for good?</p>
    <button>Cancel</button><button>Delete</button></div>`);
  const [no, yes] = box.querySelectorAll("button");
  no.onclick = () => box.remove(); yes.onclick = () => { box.remove(); gone(id); };
  document.body.append(box); };
const menu = (id, row) => { const list = element("<div role=menu><div role=menuitem tabindex=0>"
    + "Delete</div></div>");
  list.firstElementChild.onclick = () => { list.remove(); gone(id); }; row.append(list); };
const inline = (id, button) => { button.textContent = "Sure?"; button.onclick = () => gone(id); };
const toolbar = () => { const on = [...document.querySelectorAll("li input:checked")];
  tools.innerHTML = on.length ? "<button>Move to bin</button>" : "";
  if (on.length) tools.firstElementChild.onclick = () => on.map(one => gone(one.value)); };
const controls = {
  native: () => "<button>Delete</button>", dialog: () => "<button aria-label=Remove>×</button>",
  menu: () => "<button aria-haspopup=menu aria-label=More>⋯</button>",
  inline: () => "<button>Delete</button>", tick: id => `<input type=checkbox value=${id}>`,
  other: () => "", none: () => "",
};
const wire = (row, id) => { const button = row.querySelector("button");
  if (shape.removes === "native") button.onclick = () => confirm("Really?") && gone(id);
  if (shape.removes === "dialog") button.onclick = () => ask(id);
  if (shape.removes === "menu") button.onclick = () => menu(id, row);
  if (shape.removes === "inline") button.onclick = () => inline(id, button);
  if (shape.removes === "tick") row.querySelector("input").onchange = toolbar;
  if (shape.removes === "other") row.oncontextmenu = e => { e.preventDefault(); menu(id, row); }; };
const draw = async () => { const told = await (await fetch(`/rows?page=${at}`)).json();
  rows.innerHTML = ""; tools.innerHTML = "";
  for (const {id, name} of told.rows) {
    const shown = shape.opens === "button" ? `<span>${name}</span> <b class=get>Download</b>`
      : `<a href=/files/${id}>${name}</a>`;
    const row = element(`<li>${shown} ${controls[shape.removes](id)}</li>`);
    const get = row.querySelector(".get");
    if (get) { get.setAttribute("role", "button"); get.onclick = async () => {
      const link = element(`<a download=${name}>`);
      link.href = URL.createObjectURL(await (await fetch(`/files/${id}`)).blob());
      link.click(); }; }
    wire(row, id); rows.append(row); }
  pages.innerHTML = [...Array(told.pages).keys()]
    .map(one => `<a href="?page=${one + 1}">${one + 1}</a>`).join(" "); };
const takes = {
  drop: `<div class=box id=box>Drag files here</div>`,
  button: `<button id=choose>Upload a file</button>`,
  menu: `<button id=choose>Upload</button>`,
  many: `<input type=file accept="image/*" name=avatar><input type=file name=off disabled>
    <form id=form><input type=file id=right name=file hidden><label for=right>A document</label>
    <select name=kind required><option value="">-</option><option>plan</option></select>
    <input type=email name=from required><button>Add it</button></form>`,
};
const start = async () => {
  app.innerHTML = `<input type=hidden name=token value=TOKEN>${takes[shape.takes]}
    <div id=tools></div><ul id=rows></ul><nav class=pagination id=pages></nav>`;
  const choose = document.getElementById("choose");
  const pick = () => { const made = document.createElement("input"); made.type = "file";
    made.onchange = () => send(made.files[0]); made.click(); };
  if (shape.takes === "button") choose.onclick = pick;
  if (shape.takes === "menu") choose.onclick = () => { const item = element(
    "<div role=menu><div role=menuitem tabindex=0>Upload a file</div></div>");
    item.firstElementChild.onclick = pick; choose.after(item); };
  if (shape.takes === "drop") { box.ondragover = event => event.preventDefault();
    box.ondrop = event => { event.preventDefault(); send(event.dataTransfer.files[0]); }; }
  if (shape.takes === "many") form.onsubmit = event => { event.preventDefault();
    if (form.kind.value && form.from.value) send(right.files[0]); };
  await draw();
  if (shape.lists === "slow") setInterval(draw, 300);
};
setTimeout(start, LATE_MS);
"""


@dataclass
class Depot:
    """Files of somebody else lie there, too; one that sends no token is refused.

    `takes` a file by drop, button, menu or many fields; `removes` it native, dialog, menu,
    inline, tick, other (button of the mouse) or none; `lists` it live, slow, reload or paged;
    `opens` it by link or button.
    """

    takes: str = "drop"
    removes: str = "native"
    lists: str = "live"
    opens: str = "link"
    spoils: bool = False
    credentials: str = ""
    """The value that `Authorization` must have."""
    wants: dict[str, str] = field(default_factory=dict)
    """Headers without which a file is not given."""
    files: dict[int, tuple[str, bytes, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        for name in OTHERS:
            self.put(name)
        self.app = Starlette(
            routes=[
                Route("/", self._home),
                Route("/rows", self._rows),
                Route("/files", self._take, methods=["POST"]),
                Route("/files/{file:int}", self._file),
                Route("/files/{file:int}/remove", self._remove, methods=["POST"]),
            ]
        )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _, _ in self.files.values())

    def put(self, name: str, content: bytes = b"not yours", taken: float = 0.0) -> None:
        self.files[next(self._ids)] = (name, content, taken)

    async def _home(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        shape = {key: getattr(self, key) for key in ("takes", "removes", "lists", "opens")}
        script = _SCRIPT.replace("SHAPE", json.dumps(shape)).replace("TOKEN", TOKEN)
        script = script.replace("LATE_MS", str(LATE_MS))
        return page(f"<div id=app>Loading…</div><script>{script}</script>")

    async def _rows(self, request: Request) -> Response:
        slow = 0.6 if self.lists == "slow" else 0.0
        known = [(key, name) for key, (name, _, at) in self.files.items() if self._age(at) >= slow]
        pages = -(-len(known) // PER_PAGE) if self.lists == "paged" else 1
        first = PER_PAGE * (int(request.query_params["page"]) - 1)
        shown = known[first : first + PER_PAGE] if self.lists == "paged" else known
        rows = [{"id": key, "name": name} for key, name in shown]
        return JSONResponse({"rows": rows, "pages": pages if pages > 1 else 0})

    async def _take(self, request: Request) -> Response:
        async with request.form() as told:
            file = told["file"]
            assert isinstance(file, UploadFile)
            if told.get("token") != TOKEN:
                return JSONResponse({}, 403)
            self.put(file.filename or "", await file.read(), time.monotonic())
        return JSONResponse({})

    async def _file(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        if any(request.headers.get(name) != value for name, value in self.wants.items()):
            return Response("Not for you", 403)
        _, content, taken = self.files[request.path_params["file"]]
        if self.lists == "slow" and self._age(taken) < 1.2:
            return Response("still being looked through", 409)
        spoilt = content[::-1] if self.spoils else content
        return Response(spoilt, media_type="application/octet-stream")

    async def _remove(self, request: Request) -> Response:
        del self.files[request.path_params["file"]]
        return JSONResponse({})

    def _refused(self, request: Request) -> Response | None:
        if not self.credentials or request.headers.get("Authorization") == self.credentials:
            return None
        return Response("Who are you?", 401, {"WWW-Authenticate": 'Basic realm="depot"'})

    def _age(self, taken: float) -> float:
        return time.monotonic() - taken


_SHORTENER = """<div id=app></div><script>
const app = document.getElementById("app"), shows = {
  toast: short => { const toast = document.createElement("div"); toast.className = "toast";
    toast.innerHTML = `Done: ${short}.`; app.append(toast);
    setTimeout(() => toast.remove(), 900); },
  copy: short => button(() => navigator.clipboard.writeText(short)),
  older: short => button(() => { const field = document.createElement("textarea");
    field.value = short; app.append(field); field.select(); document.execCommand("copy");
    field.remove(); }),
  data: short => { button(() => {}).dataset.short = short; },
  named: short => { app.insertAdjacentHTML("beforeend",
    `<div class=result><a href="${short}">Open it</a></div>`); },
};
const button = act => { const made = document.createElement("button"); made.textContent = "Copy";
  made.type = "button"; made.onclick = act; app.append(made); return made; };
setTimeout(() => { app.innerHTML = "<form id=form><input name=long placeholder='Paste a link'>"
  + "<button>Shorten</button></form>";
  form.onsubmit = async event => { event.preventDefault();
    const told = JSON.stringify({long: form.long.value, token: "TOKEN"});
    const made = await (await fetch("/", {method: "POST", body: told})).json();
    shows[SHOWS](made.short); }; }, LATE_MS);
</script>"""


def scripted_shortener(shows: str) -> Starlette:
    """Draws itself late, and shows the short address in a toast, by a button, or as a link."""
    made: list[str] = []

    async def home(request: Request) -> Response:
        if request.method == "GET":
            script = _SHORTENER.replace("SHOWS", json.dumps(shows)).replace("TOKEN", TOKEN)
            return page(script.replace("LATE_MS", str(LATE_MS)))
        told: dict[str, Any] = await request.json()
        if told["token"] != TOKEN:
            return JSONResponse({}, 403)
        made.append(told["long"])
        return JSONResponse({"short": f"{request.base_url}s{len(made)}"})

    async def follow(request: Request) -> Response:
        return RedirectResponse(made[int(request.path_params["code"]) - 1], 302)

    return Starlette(
        routes=[Route("/", home, methods=["GET", "POST"]), Route("/s{code:int}", follow)]
    )


_WRITING = """<button id=write type=button>Write a message</button><form method=post hidden>
<textarea name=text></textarea><input name=from type=email required><input name=name required>
<label><input type=checkbox name=terms required> I agree</label><button>Send</button></form>
<script>write.onclick = () => {
document.querySelector("form:has(textarea)").hidden = false; }</script>"""
_CHATTING = """<div id=field contenteditable></div><script>
field.onkeydown = async event => { if (event.key !== "Enter") return; event.preventDefault();
  const told = new FormData(); told.append("text", field.innerText); field.innerText = "";
  await fetch("/", {method: "POST", body: told}); location.reload(); }</script>"""


def odd_board(shape: str, *, forgets: bool = False) -> Starlette:
    """`asks` for much and shows its form late, is a `chat`, or has the newest on a last `page`."""
    messages = {at: f"Somebody else wrote this, {at}" for at in range(PER_PAGE)}
    ids = itertools.count(PER_PAGE)

    async def home(request: Request) -> Response:
        if request.method == "POST":
            told = await request.form()
            if "remove" in told:
                messages.pop(int(str(told["remove"])), None)
            elif shape != "asks" or "@" in str(told["from"]):
                messages[next(ids)] = str(told["text"])
            return RedirectResponse("/", 303)
        return HTMLResponse(_board(request, shape, messages, forgets=forgets))

    app = Starlette(routes=[Route("/", home, methods=["GET", "POST"])])
    app.state.messages, app.state.shown = messages, 0
    return app


def _board(request: Request, shape: str, messages: dict[int, str], *, forgets: bool) -> str:
    asked = int(request.query_params.get("page", 1))
    first = PER_PAGE * (asked - 1) if shape == "page" else 0
    shown = list(messages.items())[first:][: PER_PAGE if shape == "page" else None]
    again = forgets and any(at >= PER_PAGE for at in messages) and request.app.state.shown == 1
    request.app.state.shown += any(at >= PER_PAGE for at in messages)
    rows = "".join(
        f"<li>{text}<form method=post><input type=hidden name=remove value={key}>"
        "<button aria-label=Remove>×</button></form></li>"
        for key, text in shown
        if not (again and key >= PER_PAGE)
    )
    plain = "<form method=post><textarea name=text></textarea><button>Send</button></form>"
    form = {"asks": _WRITING, "chat": _CHATTING}.get(shape, plain)
    more = "<a rel=next href='?page=2'>Next</a>" if len(messages) > PER_PAGE else ""
    nav = f"<nav>{more}</nav>" if shape == "page" else ""
    return f"<!doctype html><title>A board</title><ul class=messages>{rows}</ul>{nav}{form}"
