"""HTTP/2 against a real nginx, which speaks it on some of its ports only."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from probes import Reason
from probes.wire import Terms, Wire, WireError, report_of
from probes.wire.inflate import inflate
from tests.real.conftest import Nginx


async def ask(
    url: str, nginx: Nginx, method: str = "GET", body: bytes | None = None
) -> httpx.Response:
    terms = Terms(within=timedelta(seconds=10), http2=True, ca=nginx.authority)
    headers = {"Accept-Encoding": "gzip", "Connection": "keep-alive"}
    request = httpx.Request(method, url, headers=headers, content=body, extensions={"wire": terms})
    return await Wire().handle_async_request(request)


async def test_what_works(nginx: Nginx) -> None:
    for at in (nginx.newer_secure, nginx.newer):
        response = await ask(at, nginx)
        assert report_of(response).http_version == "2"
        assert response.headers["server"].startswith("nginx/")
        packed = b"".join([piece async for piece in response.aiter_raw()])
        assert inflate(packed, response.headers["content-encoding"], 1 << 20).startswith(b"<h1>")
        assert (await ask(f"{at}/gone", nginx)).status_code == 410
        assert (await ask(at, nginx, "HEAD")).read() == b""
        # Nobody takes this there, and says so before all of it has come.
        assert (await ask(at, nginx, "POST", b"x" * 300_000)).status_code == 405


async def test_what_does_not(nginx: Nginx) -> None:
    for at, reason, said in (
        (
            f"{nginx.newer_secure}/hang-up",
            Reason.CONNECTION_RESET,
            "the server gave up without an answer",
        ),
        (
            f"{nginx.newer_secure}/large.bin",
            Reason.ANSWER_TOO_LARGE,
            "the body is longer than 1048576",
        ),
        (nginx.secure, Reason.TLS_PROTOCOL, "the server speaks HTTP/1.1 only, not HTTP/2"),
    ):
        with pytest.raises(WireError) as raised:
            await ask(at, nginx)
        assert raised.value.reason is reason
        assert str(raised.value).startswith(said)
