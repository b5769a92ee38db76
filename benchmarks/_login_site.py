"""A small site to sign in to: a form, and the page behind it. Its CPU time is nobody's.

By hand on a bare protocol, so that it takes as little as may be from the two cores that a browser
is measured on.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import parse_qs

from benchmarks._child import ROOT
from benchmarks._site import NoSite, end

USERNAME: Final = "canary@example.org"
PASSWORD: Final = "seven sleepy canaries"
BEHIND: Final = "Your library"
_COOKIE: Final = "session=1f3870be274f6c49b3e31a0c6728957f"
_STYLE: Final = (
    "<style>body{font:16px sans-serif;margin:2rem auto;max-width:40rem}"
    "label{display:block;margin:1rem 0}</style>"
)
_FORM: Final = f"""<!doctype html><html lang="en"><title>Sign in</title>{_STYLE}
<h1>Sign in</h1><form method="post" action="/login">
<label>E-mail <input name="email" type="email" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form>"""
_SHELF: Final = "".join(f"<li>Book {number}, read twice and lent once" for number in range(30))
_PAGE: Final = f"""<!doctype html><html lang="en"><title>Library</title>{_STYLE}
<h1>{BEHIND}</h1><ul>{_SHELF}</ul><a href="/">Sign out</a>"""
_REFUSED: Final = _FORM.replace("<form", '<p role="alert">Wrong e-mail or password.</p><form')


class _Serving(asyncio.Protocol):
    def __init__(self) -> None:
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while True:
            head, found, rest = self._heard.partition(b"\r\n\r\n")
            length = _length(head)
            if not found or len(rest) < length:
                return
            self._heard = rest[length:]
            self._transport.write(_answer(head, rest[:length]))


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n")[0]) if found else 0


def _answer(head: bytes, body: bytes) -> bytes:
    asked = head.split(b" ", 2)[:2]
    if asked == [b"POST", b"/login"]:
        told = parse_qs(body.decode(errors="replace"))
        if told.get("email") == [USERNAME] and told.get("password") == [PASSWORD]:
            return _page("303 See Other", "", f"Location: /library\r\nSet-Cookie: {_COOKIE}\r\n")
        return _page("200 OK", _REFUSED)
    if asked == [b"GET", b"/library"]:
        signed_in = _COOKIE.encode() in head
        return (
            _page("200 OK", _PAGE) if signed_in else _page("303 See Other", "", "Location: /\r\n")
        )
    return _page("200 OK", _FORM) if asked == [b"GET", b"/"] else _page("404 Not Found", "")


def _page(status: str, text: str, headers: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{headers}"
        f"Content-Length: {len(text.encode())}\r\n\r\n{text}"
    ).encode()


@contextmanager
def serving_login() -> Iterator[str]:
    """Its address, for as long as the block lasts; in a process of its own. Raises NoSite."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks._login_site"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip().decode()
        if not port:
            raise NoSite("the site did not start")
        yield f"http://127.0.0.1:{port}/"
    finally:
        end(process)
        process.stdin.close()
        process.stdout.close()


async def _serve() -> None:
    """Until whoever started it is gone."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Serving, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
