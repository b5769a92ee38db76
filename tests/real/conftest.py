"""An nginx of one's own, for as long as the tests of a file last."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from tests.support.serve import free_port
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
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    root {folder}/www;
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{secure} ssl;
        location /old {{ return 301 /; }}
        location /upgrade {{ return 302 https://127.0.0.1:{secure}/; }}
        location /gone {{ return 410; }}
        location /hang-up {{ return 444; }}
        location /private {{ auth_basic "private"; auth_basic_user_file {folder}/users; }}
    }}
    server {{
        listen 127.0.0.1:{newer} http2;
        listen 127.0.0.1:{newer_secure} ssl http2;
        location /gone {{ return 410; }}
        location /hang-up {{ return 444; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Addresses; the `newer` ones speak HTTP/2. The certificate is by `authority`."""

    plain: str
    secure: str
    newer: str
    newer_secure: str
    authority: Path


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    program, folder = binary(), tmp_path_factory.mktemp("nginx")
    ports = {name: free_port() for name in ("plain", "secure", "newer", "newer_secure")}
    authority = write_site(folder)
    owner = "root" if os.geteuid() == 0 else "nobody"
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
        yield Nginx(
            **{name: address(name, port) for name, port in ports.items()}, authority=authority
        )
    finally:
        process.terminate()
        process.wait(STOP_PATIENCE)


def address(name: str, port: int) -> str:
    return f"{'https' if 'secure' in name else 'http'}://127.0.0.1:{port}"


def binary() -> str:
    """Its path; without one the test is skipped, and fails where it must not be."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        say = pytest.fail if "CI" in os.environ else pytest.skip
        say("nginx is not installed; install the package nginx, or nginx-light")
    return str(found)


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
