"""A web application that says back whatever it is told in confidence, in every way it can."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, unquote_plus

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

SESSION = "sess-8f2a41c09d7e"
"""A cookie that nobody configured, and nobody may see."""
TOKEN = "tok-51ab77e0c3"
"""A credential that the page's own script sends."""
_FORM = """<form method=post {how}><label>Email <input name=user type=email></label>
<label>Password <input name=password type=password></label>
<label>Hint <input name=hint value="{hint}"></label><button>Sign in</button></form>"""
_SCRIPT = """const word = {word};
document.title = word;
console.error('wrong password', word, {{word}});
console.log(JSON.stringify({{word}}));
localStorage.setItem('word', word);
history.replaceState(null, '', '?again=' + encodeURIComponent(word));
fetch('/missing/' + encodeURIComponent(word));
fetch('/api?' + new URLSearchParams({{word}}), {{method: 'POST',
  headers: {{'content-type': 'application/json', authorization: 'Bearer ' + {token}}},
  body: JSON.stringify({{password: word, nested: JSON.stringify({{word}})}})}});
"""


def careless_site() -> Starlette:
    """`/login` is a form whose password is always wrong, sent in parts by `/login?parts`; `/echo`
    repeats the question.
    """
    return Starlette(
        routes=[
            Route("/login", _login, methods=["GET", "POST"]),
            Route("/api", _api, methods=["POST"]),
            Route("/echo", _echo),
            Route("/{path:path}", _missing, methods=["GET", "POST"]),
        ]
    )


async def _login(request: Request) -> Response:
    how = "enctype=multipart/form-data" if "parts" in request.query_params else ""
    if request.method == "GET":
        return HTMLResponse(_FORM.format(how=how, hint=""))
    raw = await request.body()
    sent = await request.form()
    word = str(sent["password"])
    said = html.escape(word)
    script = _SCRIPT.format(word=json.dumps(word).replace("<", "\\u003c"), token=json.dumps(TOKEN))
    answer = HTMLResponse(
        f'<p role=alert title="{said}">Wrong password: {said}</p>'
        f"<a href='/reset/{quote(word, safe='')}'>Forgot?</a>"
        f"<!-- {base64.b64encode(b'user:' + word.encode()).decode()} -->"
        f"<pre>{html.escape(str(raw))}</pre>"
        f"{_FORM.format(how=how, hint=said)}"
        f'<iframe srcdoc="{html.escape(f"<b>{said}</b>")}"></iframe><script>{script}</script>',
        headers={"x-echo": quote(word)},
    )
    answer.set_cookie("session", SESSION)
    answer.set_cookie("word", quote(word))
    return answer


async def _echo(request: Request) -> Response:
    said = html.escape(f"{request.url} {dict(request.headers)}")
    return HTMLResponse(f"<p>{said}</p>", headers={"x-echo": request.headers["authorization"]})


async def _api(request: Request) -> Response:
    told = unquote_plus(request.url.query)
    return JSONResponse(
        {"told": told, "session": request.cookies.get("session"), "body": str(await request.body())}
    )


async def _missing(request: Request) -> Response:
    return PlainTextResponse(f"nothing at {request.url}", status_code=404)
