"""A local web server to ask: nginx with two workers, over plain HTTP and over TLS."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trustme

PATIENCE_S: Final = 10.0
MARK: Final = "Everything is where it should be."
"""Text that every answer holds, near its end."""
_TRIES: Final = 3
"""A port that was free a moment ago may be taken by now."""
_LINES: Final = 30
_CONFIG: Final = """\
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    default_type text/html;
    ssl_certificate {folder}/chain.pem;
    ssl_certificate_key {folder}/key.pem;
    ssl_protocols TLSv1.3;
    server {{
        listen 127.0.0.1:{plain} backlog=4096;
        listen 127.0.0.1:{tls} ssl backlog=4096;
        return 200 "{body}";
    }}
}}
"""


class NoSite(Exception):
    """There is nothing to measure against; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses by scheme, `plain` and `tls`; `authority` has to be trusted for the second."""

    urls: Mapping[str, str]
    authority: Path


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """Serves for as long as the block lasts; everything it needs is in *folder*. Raises NoSite."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise NoSite("nginx is not installed; install it, as with: apt-get install nginx-light")
    _write_certificates(folder)
    process, ports = _start(program, folder)
    try:
        urls = {
            "plain": f"http://127.0.0.1:{ports[0]}/",
            "tls": f"https://127.0.0.1:{ports[1]}/",
        }
        yield Site(urls, folder / "authority.pem")
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks first, and does not take no for an answer."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(PATIENCE_S)


def free_ports(number: int) -> list[int]:
    """On loopback, and free at this moment."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return ports


def answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether *process* took a connection in time; False at once when it has ended."""
    ends = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < ends:
        with socket.socket() as attempt:
            attempt.settimeout(1)
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


def _write_certificates(folder: Path) -> None:
    """ECDSA on P-256, as most public sites have them."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    leaf = authority.issue_cert("127.0.0.1", "localhost", key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    for number, part in enumerate(leaf.cert_chain_pems):
        part.write_to_path(folder / "chain.pem", append=number > 0)


def _start(program: str, folder: Path) -> tuple[subprocess.Popen[bytes], list[int]]:
    body = f"<p>A line of a page of ordinary size, {_LINES} times.</p>\\n" * _LINES + MARK
    for _ in range(_TRIES):
        ports = free_ports(2)
        text = _CONFIG.format(folder=folder, plain=ports[0], tls=ports[1], body=body)
        (folder / "nginx.conf").write_text(text)
        with (folder / "nginx.out").open("wb") as out:
            command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        if answers(ports[1], process):
            return process, ports
        end(process)
    said = (folder / "nginx.out").read_text(errors="replace").strip().splitlines()
    raise NoSite(f"nginx did not start: {said[-1] if said else 'it said nothing'}")
