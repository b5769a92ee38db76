"""A small shop that has one of everything a step can be about."""

from __future__ import annotations

import html

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.webapps import page

_HOME = """<h1>Shop</h1>
<nav><a href=/basket>Basket</a> <a href=/help target=_blank>Help</a> <a href=/nowhere>Old</a></nav>
<label>Country <select id=c><option value=de>Germany<option value=at>Austria</select></label>
<label><input type=checkbox id=gift> As a gift</label>
<label>Voucher <input name=voucher></label> <input placeholder="Search the shop" id=q>
<ul><li>Wool socks <button onclick="put('socks')">Add</button></li>
<li>Straw hat <button onclick="put('hat')">Add</button></li></ul>
<button disabled>Pay</button> <button onclick="ask()">Empty the basket</button>
<a href=/report.csv download>Export</a> <a href="/shown">Terms</a>
<button id=choose onclick="card.click()">Choose a card</button><input type=file id=card hidden>
<p id=said role=status></p><iframe src=/frame height=60></iframe>
<script>
const say = text => { said.textContent = text; };
const put = what => setTimeout(() => say(what + " added"), 150);
const ask = () => say(confirm("Really?") ? "emptied" : "kept");
c.onchange = () => say("to " + c.value);
gift.onchange = () => say(gift.checked ? "a gift" : "no gift");
card.onchange = async () => say(card.files[0].name + ": " + await card.files[0].text());
q.onkeydown = e => {
  if (e.key === "Enter") location = "/search?q=" + encodeURIComponent(q.value); };
</script>"""
_COVERED = """<h1>Covered</h1><button onclick="document.title = 'pressed'">Go</button>
<div style="position:fixed;inset:0" class=veil></div>"""
_PAGES = {
    "/": _HOME,
    "/basket": "<h1>Basket</h1><table><tr><td>Hat</td></tr><tr><td>Socks</td></tr></table>"
    "<form method=post><button>Check out</button></form>",
    "/help": "<h1>Help</h1><p>We help.</p>",
    "/shown": "<h1>Terms</h1>",
    "/frame": "<button onclick=\"this.textContent = 'Pressed'\">Inside</button>",
    "/covered": _COVERED,
    "/pay": "<h1>Pay</h1><label>Country <select><option>DE<option>FR</select></label>"
    "<iframe id=pay src=/card></iframe><a href=/twice.csv>Receipt</a>",
    "/card": "<label>Card <input></label>",
    "/maintenance": "<title>Maintenance</title><h1>Back soon</h1><button>Back</button>",
}


def shop(*, broken: str = "") -> Starlette:
    """Checking out answers 502 where *broken* is `checkout`."""

    async def show(request: Request) -> Response:
        if request.method == "POST":
            return page("Bad gateway", 502) if broken else RedirectResponse("/maintenance", 303)
        said = _PAGES[request.url.path]
        return HTMLResponse(said) if said.startswith("<title>") else page(said)

    async def report(_: Request) -> Response:
        sent = {"Content-Disposition": 'attachment; filename="report-7.csv"'}
        return Response("name,count\nsocks,3\n", headers=sent, media_type="text/csv")

    async def twice(_: Request) -> Response:
        """With two names, which browsers refuse."""
        answer = Response("x", headers={"Content-Disposition": "attachment; filename=a.csv"})
        answer.headers.append("Content-Disposition", "attachment; filename=b.csv")
        return answer

    async def search(request: Request) -> Response:
        return page(f"<h1>Results</h1><p>For {html.escape(request.query_params['q'])}</p>")

    routes = [Route(path, show, methods=["GET", "POST"]) for path in _PAGES]
    more = {"/report.csv": report, "/twice.csv": twice, "/search": search}
    return Starlette(routes=[*routes, *(Route(path, shows) for path, shows in more.items())])
