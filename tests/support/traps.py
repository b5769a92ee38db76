"""Pages that are hard on a browser, and journeys that are hard on whoever travels them."""

from __future__ import annotations

import asyncio
import base64
import ctypes
import hashlib
import os
import socketserver
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from probes.browser import Visit

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
PAGES: Final = {
    "alerts": "<script>for (let i = 0; i < 100; i++) alert(i); document.title = 'over'</script>",
    "storm": "<script>while (true) alert(1)</script>",
    "chatter": "<script>for (let i = 0; i < 10000; i++) console.error('line', i);"
    " document.title = 'over'</script>",
    "popups": "<button onclick='for (let i = 0; i < 50; i++) window.open(`/still?${i}`);"
    ' document.title = "over"\'>Open</button>',
    "loop": "<p>Here</p><script>setTimeout(() => { while (true); }, 50)</script>",
    "bomb": "<p>Here</p><script>const kept = []; setInterval(() => {"
    " for (let i = 0; i < 4; i++) kept.push(new Uint8Array(32 << 20).fill(kept.length)) }, 20)"
    "</script>",
    "socket": "<script>new WebSocket(`ws://127.0.0.1:PORT/`).onopen ="
    " () => { document.title = 'over' }</script>",
    "worker": "<script>navigator.serviceWorker.register('/worker.js').then(() =>"
    " navigator.serviceWorker.ready).then(() => { document.title = 'over' })</script>",
    "leaving": "<script>onbeforeunload = e => { e.preventDefault(); e.returnValue = 'no' };"
    " document.title = 'over'</script><button onclick='1'>Touch</button>",
    "still": "<p>Here</p>",
}


def trap_site(sockets: int = 0) -> Starlette:
    """Every page of `PAGES`, `/large` (1 GB to be downloaded), and what they need. *sockets* is
    the port where WebSockets are held.
    """

    async def shown(request: Request) -> Response:
        page = PAGES[request.path_params["name"]].replace("PORT", str(sockets))
        return HTMLResponse(f"<!doctype html><body>{page}")

    return Starlette(
        routes=[
            Route("/large", _large),
            Route("/worker.js", _worker),
            Route("/{name}", shown),
        ]
    )


class _Holding(socketserver.StreamRequestHandler):
    """Accepts a WebSocket and never says anything more."""

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.rfile.readline(1024)
        key = head.partition(b"Sec-WebSocket-Key:")[2].split()[0]
        digest = hashlib.sha1(key + _MAGIC).digest()
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(digest) + b"\r\n\r\n"
        )
        while self.connection.recv(1024):
            pass


@contextmanager
def holding_sockets() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Holding) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


async def _large(_: Request) -> Response:
    async def zeros() -> AsyncIterator[bytes]:
        for _ in range(1024):
            yield bytes(1024 * 1024)
            await asyncio.sleep(0)

    return StreamingResponse(zeros(), headers={"Content-Disposition": "attachment"})


async def _worker(_: Request) -> Response:
    script = (
        "onfetch = e => e.respondWith(fetch(e.request)); setInterval(() => fetch('/still'), 50)"
    )
    return Response(script, media_type="text/javascript")


async def sees_it_over(visit: Visit) -> None:
    """A page that does its worst while it loads, and is there afterwards all the same."""
    async with visit.step("open"):
        await visit.page.goto(visit.url)
        await visit.page.wait_for_function("document.title === 'over'")


async def opens_many(visit: Visit) -> None:
    async with visit.step("open"):
        await visit.page.goto(visit.url)
    async with visit.step("press"):
        await visit.page.get_by_role("button").click()
        await visit.page.wait_for_function("document.title === 'over'", polling=100)


async def touches(visit: Visit) -> None:
    async with visit.step("open"):
        await visit.page.goto(visit.url)
        await visit.page.get_by_role("button").click()


async def waits_in_vain(visit: Visit) -> None:
    async with visit.step("open"):
        await visit.page.goto(visit.url)
    async with visit.step("wait"):
        await visit.page.get_by_text("There").click(timeout=600_000)


async def downloads_all(visit: Visit) -> None:
    async with visit.step("download"):
        async with visit.page.expect_download(timeout=600_000) as caught:
            await visit.page.evaluate("url => { location.href = url }", visit.url)
        await (await caught.value).path()


async def quick(visit: Visit) -> None:
    async with visit.step("look"):
        await visit.page.set_content("<p>Here</p>")


async def sleeps(visit: Visit) -> None:
    async with visit.step("sleep"):
        time.sleep(60)  # noqa: ASYNC251 - that it holds everything up is the point


async def spins(visit: Visit) -> None:
    async with visit.step("spin"):
        while True:
            pass


async def holds_the_interpreter(visit: Visit) -> None:
    """Not even another thread of its process can run meanwhile."""
    async with visit.step("hold"):
        ctypes.PyDLL(None).sleep(60)


async def swallows(visit: Visit) -> None:
    async with visit.step("stay"):
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                continue


async def exits(visit: Visit) -> None:
    async with visit.step("leave"):
        sys.exit(3)


async def ends_its_process(visit: Visit) -> None:
    async with visit.step("leave"):
        os._exit(3)


async def forks(visit: Visit) -> None:
    async with visit.step("fork"):
        os.fork()
    async with visit.step("look"):
        await visit.page.set_content("<p>Here</p>")


async def forks_one_that_stays(visit: Visit) -> None:
    async with visit.step("fork"):
        if os.fork() == 0:
            time.sleep(60)  # noqa: ASYNC251 - that it stays is the point
    async with visit.step("look"):
        await visit.page.set_content("<p>Here</p>")


async def takes_all_memory(visit: Visit) -> None:
    async with visit.step("take"):
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1024)) * (32 * 1024))
            await asyncio.sleep(0.01)


async def raises_by_a_task(visit: Visit) -> None:
    async with visit.step("raise"), asyncio.TaskGroup() as group:
        group.create_task(visit.page.get_by_text("There").click(timeout=100))


async def talks_without_end(visit: Visit) -> None:
    """Steps that never wait for anything: nothing else has its turn."""
    while True:
        async with visit.step("again"):
            pass


async def cannot_wait_its_turn(visit: Visit) -> None:
    """Its own code is in the way again and again, and at the deadline."""
    async with visit.step("work"):
        while True:
            await asyncio.sleep(0)
            time.sleep(1.6)  # noqa: ASYNC251 - that it holds everything up is the point
