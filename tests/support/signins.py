"""Sign-in pages with what real ones have around, before and behind the form."""

from __future__ import annotations

import base64
import html
import itertools
import secrets
from typing import Final

import pyotp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.webapps import PASSWORD, USER, page

KEY: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FORM: Final = (
    "<form method=post action=/><label>User name <input name=user></label>"
    "<label>Password <input name=pw type=password></label><button>Sign in</button></form>"
)
_COVER: Final = "position:fixed;inset:0;background:#fffc;z-index:9"


def _banner(buttons: str, attributes: str, text: str) -> str:
    gone = "document.getElementById('cover').remove()"
    hidden = buttons.replace("<button", f'<button onclick="said(this);{gone}"')
    script = "<script>function said(b) { document.cookie = 'told=' + b.dataset.said; }</script>"
    style = f"style='{_COVER}'"
    return f"{script}<div id=cover {style}><div {attributes}><p>{text}</p>{hidden}</div></div>"


_BOTH: Final = "<button data-said=yes>{yes}</button><button data-said=no>{no}</button>"
BANNERS: Final = {
    "english": _banner(
        _BOTH.format(yes="Accept all", no="Only necessary"), "role=dialog", "We use cookies."
    ),
    "german": _banner(
        _BOTH.format(yes="Alle akzeptieren", no="Ablehnen"), "class=cookie-bar", "Cookies!"
    ),
    "french": _banner(
        _BOTH.format(yes="Tout accepter", no="Continuer sans accepter"),
        "class=consent",
        "Nous et nos partenaires",
    ),
    "spanish": _banner(
        _BOTH.format(yes="Aceptar todo", no="Rechazar todo"), "role=dialog", "Usamos cookies."
    ),
    "onetrust": _banner(
        "<button id=onetrust-accept-btn-handler data-said=yes>Fine</button>"
        "<button id=onetrust-reject-all-handler data-said=no>Rather not</button>",
        "id=onetrust-banner-sdk",
        "About you",
    ),
}
ONLY_YES: Final = _banner("<button data-said=yes>OK</button>", "role=dialog", "Cookies!")
_LATE: Final = """<script>const text = TEXT;
document.querySelector('[name=pw]').addEventListener('input', () => {
  if (!document.getElementById('cover')) {
    document.body.insertAdjacentHTML('beforeend', text.replace(/<script>.*<.script>/, '')); } });
function said(b) { document.cookie = 'told=' + b.dataset.said; }</script>"""


def banner_site() -> Starlette:
    """`/english` and the others; `/late` shows it when the password is typed. Tells what was said.

    `/onlyyes` knows no refusal; `/none` has no banner, but a dialog about something else.
    """

    async def form(request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "POST":
            told = await request.form()
            if (told.get("user"), told.get("pw")) != (USER, PASSWORD):
                return page("<p class=error>No.</p>")
            return page(f"<h1>Your library</h1><p>Said {request.cookies.get('told', 'nothing')}")
        late = _LATE.replace("TEXT", repr(BANNERS["english"]).replace("</", "<\\/"))
        other = "<div role=dialog style='position:fixed;bottom:0'><p>Take part in a poll?</p>"
        more = {"late": late, "onlyyes": ONLY_YES, "none": f"{other}<button>Accept</button></div>"}
        return page(FORM.replace("action=/", "") + {**BANNERS, **more}[name])

    return Starlette(routes=[Route("/{name}", form, methods=["GET", "POST"])])


class FactorSite:
    """A second factor after the password: `/one`, `/six` (boxes), `/together` (in one form).

    `refuses` is how many good codes are refused before one is accepted. Each code works once.
    """

    def __init__(self, *, refuses: int = 0, period: int = 30) -> None:
        self.codes: list[str] = []
        self.secret = f"otpauth://totp/Site:canary?secret={KEY}&period={period}"
        self._refuses = refuses
        self._otp = pyotp.TOTP(KEY, interval=period)
        self._window = max(1, 30 // period)
        both = ["GET", "POST"]
        self.app = Starlette(
            routes=[
                Route("/code/{form}", self._code, methods=both),
                Route("/{form}", self._password, methods=both),
            ]
        )

    def _accepts(self, code: str) -> bool:
        good = self._otp.verify(code, valid_window=self._window) and code not in self.codes
        self.codes.append(code)
        self._refuses -= 1
        return good and self._refuses < 0

    async def _password(self, request: Request) -> Response:
        form = request.path_params["form"]
        extra = "<label>OTP token <input name=otp></label>" if form == "together" else ""
        asked = FORM.replace(" action=/", "").replace("<button>", f"{extra}<button>")
        if request.method == "GET":
            return page(asked)
        told = await request.form()
        if (told.get("user"), told.get("pw")) != (USER, PASSWORD):
            return page(f"<p role=alert>Wrong.</p>{asked}")
        if form != "together":
            return RedirectResponse(f"/code/{form}", 303)
        if self._accepts(str(told["otp"])):
            return page("<h1>Your library</h1>")
        return page(f"<p role=alert>That code is invalid.</p>{asked}")

    async def _code(self, request: Request) -> Response:
        one = "<label>Code <input name=code inputmode=numeric></label><button>Verify</button>"
        six = "".join(f"<input maxlength=1 aria-label='Digit {n}' class=d>" for n in range(6))
        script = """<script>const d = [...document.querySelectorAll('.d')];
          d.forEach((box, at) => box.addEventListener('input', () => { d[at + 1]?.focus();
            if (d.every(one => one.value)) {
              all.value = d.map(one => one.value).join(''); all.form.submit(); } }));</script>"""
        boxes = f"{six}<input type=hidden name=code id=all>{script}"
        form = f"<form method=post>{boxes if request.path_params['form'] == 'six' else one}</form>"
        if request.method == "GET":
            return page(f"<h1>Second step</h1>{form}")
        if self._accepts(str((await request.form())["code"])):
            return page("<h1>Your library</h1>")
        return page(f"<h1>Second step</h1><p class=error>That code is invalid.</p>{form}")


_SPA: Final = """<div id=app></div><script>
const draw = () => { app.innerHTML = `<form id=f><input name=user placeholder=E-mail>
  <input name=pw type=password placeholder=Password><button>Log in</button></form>`;
  f.onsubmit = async event => { event.preventDefault();
    const answer = await fetch('/', {method: 'POST', body: new URLSearchParams(new FormData(f))});
    app.innerHTML = answer.ok ? '<h1>Your library</h1>' : '<p>' + answer.status + '</p>'; }; };
draw(); let typed = 0;
app.addEventListener('input', () => { if (typed++ === 0) setTimeout(draw, 5); });
</script>"""
_SHADOW: Final = """<sign-in></sign-in><script>customElements.define('sign-in',
class extends HTMLElement { connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML =
`FORM`; } })</script>""".replace("FORM", FORM)
_DIALOG: Final = f"""<header><button onclick="d.showModal()">Sign in</button></header>
<h1>Welcome</h1><form role=search><input name=q placeholder=Search><button>Go</button></form>
<dialog id=d>{FORM}</dialog>"""
_TWO_FORMS: Final = f"""<h1>Join us</h1><form method=post action=/join>
<label>E-mail <input type=email name=user></label><label>Password <input type=password name=pw>
</label><label>Again <input type=password name=again></label><button>Sign up</button></form>
<form action=/news><input type=email name=news><button>Subscribe</button></form>{FORM}
<button onclick="location = '/google'">Sign in with Google</button>"""
_NO_FORM_TAG: Final = """<div><input id=q placeholder=Search></div><div class=card>
<input id=u aria-label=Login><div><input id=p type=password><button>Show</button></div>
<div class=row><a href=/lost>Lost?</a><button id=go>Log in to Example</button></div>
</div><script>go.onclick = async () => {
const body = new URLSearchParams({user: u.value, pw: p.value});
document.body.innerHTML = (await fetch('/', {method: 'POST', body})).ok ? 'Your library' : 'no'; };
</script>"""
_EYELESS: Final = FORM.replace("<button>", "<input type=checkbox name=keep id=k><label for=k>"
                               "Remember me</label><button>")  # fmt: skip
PAGES: Final = {
    "replaced": _SPA,
    "shadow": _SHADOW,
    "framed": "<h1>Portal</h1><iframe src=/plain width=600 height=300></iframe>",
    "dialog": _DIALOG,
    "joining": _TWO_FORMS,
    "formless": _NO_FORM_TAG,
    "remember": _EYELESS,
    "plain": FORM,
    "one large form": (
        "<form method=post action=/><div><input name=elements placeholder=Search>"
        "<button name=action>Go</button></div><div><div><input name=user id=login></div>"
        "<div><input name=pw type=password></div><a href=/lost>Forgot it?</a>"
        "<button>Log in</button></div><input type=email name=news><button>Subscribe</button>"
        "</form>"
    ),
    "hidden": FORM.replace(
        "<button>", "<input type=password aria-hidden=true tabindex=-1 name=trap><button>"
    ),
}


def page_site() -> Starlette:
    """The pages of `PAGES`, under a policy that lets no page evaluate text. All post to `/`."""
    policy = {"Content-Security-Policy": "script-src 'unsafe-inline'; object-src 'none'"}

    async def home(request: Request) -> Response:
        told = await request.form()
        if (told.get("user"), told.get("pw")) != (USER, PASSWORD):
            return page("<h1>Wrong</h1>", 403)
        kept = "kept" if told.get("keep") else "not kept"
        return page(f"<h1>Your library</h1><p>You are {kept}")

    async def shown(request: Request) -> Response:
        return page(PAGES[request.path_params["name"]], headers=policy)

    return Starlette(routes=[Route("/", home, methods=["POST"]), Route("/{name}", shown)])


def token_site(*, expires: bool = False) -> Starlette:
    """A form with a token that belongs to a cookie; one that *expires* is refused by then."""

    async def home(request: Request) -> Response:
        if request.method == "GET":
            token = secrets.token_hex(8)
            hidden = f"<input type=hidden name=csrf value={token}><button>"
            answer = page(FORM.replace("<button>", hidden))
            answer.set_cookie("csrf", "old" if expires else token)
            return answer
        told = await request.form()
        if told.get("csrf") != request.cookies.get("csrf"):
            return page("<h1>Forbidden</h1><p>CSRF verification failed.</p>", 403)
        good = (told.get("user"), told.get("pw")) == (USER, PASSWORD)
        return page("<h1>Your library</h1>" if good else "no")

    return Starlette(routes=[Route("/", home, methods=["GET", "POST"])])


def closed_site() -> Starlette:
    """`/maintenance`, `/basic`, `/breaks` (answers 503 to the form): what is not let in."""

    async def maintenance(_: Request) -> Response:
        said = "<title>Maintenance</title><h1>Back soon</h1>"
        return HTMLResponse(f"{said}<form role=search><input name=q aria-label=Search></form>")

    async def basic(request: Request) -> Response:
        given = base64.b64encode(f"gate:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {given}":
            return Response("", 401, {"WWW-Authenticate": 'Basic realm="x"'})
        return page(FORM.replace(" action=/", "") if request.method == "GET" else "Your library")

    async def breaks(request: Request) -> Response:
        posted = request.method == "POST"
        return page("Down", 503) if posted else page(FORM.replace(" action=/", ""))

    return Starlette(
        routes=[
            Route("/maintenance", maintenance),
            Route("/basic", basic, methods=["GET", "POST"]),
            Route("/breaks", breaks, methods=["GET", "POST"]),
        ]
    )


class SharedSite:
    """A library that wants a sign-in: `/` takes uploads of words, `/login` signs in.

    `signed_in` counts sign-ins; `end_sessions` makes all of them invalid.
    """

    def __init__(self) -> None:
        self.signed_in = 0
        self._valid: set[str] = set()
        self._numbers = itertools.count(1)
        self._words: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/", self._home, methods=["GET", "POST"]),
                Route("/login", self._login, methods=["GET", "POST"]),
            ]
        )

    def end_sessions(self) -> None:
        self._valid.clear()

    async def _login(self, request: Request) -> Response:
        told = await request.form()
        if (told.get("user"), told.get("pw")) != (USER, PASSWORD):
            said = "<p role=alert>Wrong.</p>" if request.method == "POST" else ""
            return page(said + FORM.replace("action=/", "action=/login"))
        self.signed_in += 1
        session = f"s{next(self._numbers)}"
        self._valid.add(session)
        answer = RedirectResponse("/", 303)
        answer.set_cookie("session", session)
        return answer

    async def _home(self, request: Request) -> Response:
        if request.cookies.get("session") not in self._valid:
            return RedirectResponse("/login", 303)
        if request.method == "POST":
            self._words.append(str((await request.form())["text"]))
            return RedirectResponse("/", 303)
        rows = "".join(f"<li>{html.escape(word)}</li>" for word in self._words[-5:])
        form = "<form method=post><textarea name=text></textarea><button>Send</button></form>"
        return page(f"<h1>Your library</h1>{form}<ul>{rows}</ul>")
