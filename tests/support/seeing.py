"""Pages with something to see: what they show, say, ask for and do to a browser."""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

_PAGES = {
    "plain": "<title>Plain</title><h1>Nothing to see</h1>",
    "moves": "<div id=late></div><h1>A heading that is pushed down by what comes late</h1>"
    "<script>setTimeout(() => { late.style.height = '300px'; }, 60)</script>",
    "noisy": "<script>console.error('the first of many');"
    "for (let i = 0; i < 10000; i++) console.log('line', i); document.title = 'said'</script>",
    "broken": "<title>Broken</title><p>We are sorry</p><img src='/gone.png?token=hidden'>"
    "<script>console.info('a note'); console.warn('mind the gap'); nothing.at.all</script>",
    "storm": "<script>for (let i = 0; i < 300; i++) alert(i); document.title = 'calm'</script>",
    "opens": "<script>for (let i = 0; i < 14; i++) open('/plain?' + i);"
    "document.title = 'opened'</script>",
    "busy": "<p>Busy</p><script>setTimeout(() => { while (true); }, 50)</script>",
    "again": "<p>Busy</p><script>setInterval(() => { while (true); }, 20)</script>",
    "forged": "<title>Forged</title><script>for (const said of ['{', '[]', 'null', '[1,2,3]',"
    '\'["http://x/",1,-5,1e99,"now",true]\', \'["http://y/",2,1,2,3,NaN]\','
    "'['.repeat(4000)]) console.debug('trueup:vitals ' + said);"
    "performance.getEntriesByType = () => 7;</script>",
}


def seen_site() -> Starlette:
    """Those of `_PAGES` by name; `/never` has no end, `/answer/N` answers with that status."""
    return Starlette(
        routes=[
            Route("/never", _never),
            Route("/answer/{status:int}", _answer),
            Route("/{name}", _page),
        ]
    )


async def _page(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _PAGES:
        return PlainTextResponse("There is none", 404)
    return HTMLResponse(f"<!doctype html>{_PAGES[name]}")


async def _answer(request: Request) -> Response:
    return HTMLResponse("<!doctype html><h1>So it is</h1>", request.path_params["status"])


async def _never(request: Request) -> Response:
    while not await request.is_disconnected():
        await asyncio.sleep(0.05)
    return PlainTextResponse("")
