"""The http kind against a real nginx, in the clear and behind TLS."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from probes import Outcome, Reason
from tests.support.serve import free_port
from tests.support.tools import ask
from tests.support.waiting import until

STOP_PATIENCE = 10.0
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
    types {{ text/html html; application/json json; }}
    gzip on; gzip_min_length 0; gzip_types application/json;
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{secure} ssl;
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
        root {folder}/www;
        location /old {{ return 301 /; }}
        location /upgrade {{ return 302 https://127.0.0.1:{secure}/; }}
        location /gone {{ return 410; }}
        location /hang-up {{ return 444; }}
        location /private {{ auth_basic "private"; auth_basic_user_file {folder}/users; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    plain: str
    secure: str
    authority: Path


def binary() -> str:
    """Its path; without one the test is skipped, and fails where it must not be."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        say = pytest.fail if "CI" in os.environ else pytest.skip
        say("nginx is not installed; install the package nginx, or nginx-light")
    return str(found)


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program, folder = binary(), tmp_path_factory.mktemp("nginx")
    plain, secure = free_port(), free_port()
    authority = write_site(folder)
    owner = "root" if os.geteuid() == 0 else "nobody"
    text = CONFIG.format(folder=folder, plain=plain, secure=secure, user=owner)
    (folder / "nginx.conf").write_text(text)
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        until((folder / "nginx.pid").exists, "nginx has started")
        yield Nginx(f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", authority)
    finally:
        process.terminate()
        process.wait(STOP_PATIENCE)


def write_site(folder: Path) -> Path:
    """Pages, a user called canary with the password "sing", and a certificate."""
    for name in ("www/private", "temp"):
        (folder / name).mkdir(parents=True)
    (folder / "www/index.html").write_text("<h1>Welcome</h1>" + "<p>more</p>" * 1000)
    (folder / "www/items.json").write_text('{"items": [{"id": 1}, {"id": 2}]}')
    (folder / "www/large.bin").write_bytes(b"x" * 3_000_000)
    (folder / "www/private/index.html").write_text("Your library")
    (folder / "users").write_text("canary:{PLAIN}sing\n")
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(str(folder / "key.pem"))
    for pem in leaf.cert_chain_pems:
        pem.write_to_path(str(folder / "chain.pem"), append=True)
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    return folder / "authority.pem"


@pytest.mark.parametrize(
    ("path", "table"),
    [
        (
            "/",
            {
                "expect": {
                    "contains": ["Welcome", "more"],
                    "header": {"Server": {"pattern": "^nginx/"}},
                }
            },
        ),
        ("/", {"expect": {"header": {"Content-Encoding": "gzip"}}}),
        ("/", {"method": "HEAD"}),
        ("/old", {"expect": {"contains": "Welcome"}}),
        ("/old", {"expect": {"status": 301, "header": {"Location": {"pattern": "/$"}}}}),
        (
            "/items.json",
            {"expect": {"json": {"$.items[*].id": {"count_min": 2, "type": "integer"}}}},
        ),
        ("/private/", {"auth": {"username": "canary", "password": "sing"}}),
        ("/gone", {"expect": {"status": [410]}}),
    ],
)
async def test_what_works(nginx: Nginx, path: str, table: dict[str, Any]) -> None:
    trusted = table | {"tls": {"ca": str(nginx.authority)}}
    for result in (
        await ask(nginx.plain + path, **table),
        await ask(nginx.secure + path, **trusted),
    ):
        assert result.outcome is Outcome.PASS, result.summary


@pytest.mark.parametrize(
    ("path", "reason", "said"),
    [
        ("/missing", Reason.STATUS, "status 404, expected 2xx"),
        ("/private/", Reason.STATUS, "status 401, expected 2xx"),
        ("/hang-up", Reason.CLOSED_EARLY, "the connection was closed without an answer"),
        ("/large.bin", Reason.ANSWER_TOO_LARGE, "the body is longer than 1048576 bytes"),
        ("/upgrade", Reason.TLS_UNTRUSTED, "redirected to https://127.0.0.1:"),
    ],
)
async def test_what_does_not(nginx: Nginx, path: str, reason: Reason, said: str) -> None:
    result = await ask(nginx.plain + path)
    assert (result.outcome, result.reason) == (Outcome.FAIL, reason)
    assert result.summary.startswith(said)


async def test_behind_tls_every_phase_takes_its_time(nginx: Nginx) -> None:
    result = await ask(
        nginx.secure,
        tls={"ca": str(nginx.authority)},
        expect={"certificate_valid_for": "1d", "within": "4s"},
    )
    assert result.outcome is Outcome.PASS
    assert list(result.phases) == ["connect", "tls", "send", "wait", "receive"]


async def test_in_the_clear_the_secure_port_says_so_itself(nginx: Nginx) -> None:
    result = await ask(nginx.secure.replace("https", "http"))
    assert result.summary == "status 400, expected 2xx"
