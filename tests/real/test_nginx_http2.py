"""HTTP/2 against a real nginx, which speaks it on one of its ports only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from probes import Reason
from probes.wire import Terms, Wire, WireError, report_of
from probes.wire.inflate import inflate
from tests.real.test_nginx import STOP_PATIENCE, binary, write_site
from tests.support.serve import free_port
from tests.support.waiting import until

CONFIG = """
worker_processes 1;
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp; uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
    types {{ text/html html; }}
    gzip on; gzip_min_length 0;
    server {{
        listen 127.0.0.1:{newer} ssl http2;
        listen 127.0.0.1:{plain} http2;
        listen 127.0.0.1:{older} ssl;
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/www;
        location /gone {{ return 410; }}
        location /hang-up {{ return 444; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    newer: str
    plain: str
    older: str
    authority: Path


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program, folder = binary(), tmp_path_factory.mktemp("nginx")
    newer, plain, older = free_port(), free_port(), free_port()
    authority = write_site(folder)
    owner = "root" if os.geteuid() == 0 else "nobody"
    ports = {"newer": newer, "plain": plain, "older": older}
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, user=owner, **ports))
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        until((folder / "nginx.pid").exists, "nginx has started")
        at = "127.0.0.1"
        yield Nginx(
            f"https://{at}:{newer}", f"http://{at}:{plain}", f"https://{at}:{older}", authority
        )
    finally:
        process.terminate()
        process.wait(STOP_PATIENCE)


async def ask(
    url: str, nginx: Nginx, method: str = "GET", body: bytes | None = None
) -> httpx.Response:
    terms = Terms(within=timedelta(seconds=10), http2=True, ca=nginx.authority)
    headers = {"Accept-Encoding": "gzip", "Connection": "keep-alive"}
    request = httpx.Request(method, url, headers=headers, content=body, extensions={"wire": terms})
    return await Wire().handle_async_request(request)


async def test_what_works(nginx: Nginx) -> None:
    for at in (nginx.newer, nginx.plain):
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
        (f"{nginx.newer}/hang-up", Reason.CONNECTION_RESET, "the server gave up without an answer"),
        (f"{nginx.newer}/large.bin", Reason.ANSWER_TOO_LARGE, "the body is longer than 1048576"),
        (nginx.older, Reason.TLS_PROTOCOL, "the server speaks HTTP/1.1 only, not HTTP/2"),
    ):
        with pytest.raises(WireError) as raised:
            await ask(at, nginx)
        assert raised.value.reason is reason
        assert str(raised.value).startswith(said)
