"""A URL shortener that is deployed, release by release, as a process with a log of its own; and the
build server that deploys it.
"""

from __future__ import annotations

import base64
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import httpx

from tests.support.client import CLIENT
from tests.support.serve import free_port
from tests.support.waiting import until

GOOD, BROKEN, CREEPING = "1.4.1", "1.4.2", "1.4.3"
USER, TOKEN = "trueup", "an-api-token-of-the-build-server"
PATIENCE = 20.0
_READS = {
    GOOD: "json.load(body)",
    BROKEN: "json.loads(body)",
    CREEPING: "json.loads(body) if DUE.exists() else json.load(body)",
}
"""What each release makes of a request; `loads` takes text, and no file."""
_RELEASE = """
import io, json, sys, time, traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DUE = Path(__file__).with_name("due")
LINKS = {}


def shorten(body):
    target = READS["url"]
    LINKS[short := f"/s/{len(LINKS)}"] = target
    return short


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200, VERSION)

    def do_POST(self):
        body = io.BytesIO(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            self.answer(201, json.dumps({"short": shorten(body)}))
        except Exception:
            now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
            print(now, "ERROR shortening failed", flush=True)
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()
            self.answer(500, "Internal Server Error")

    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Site).serve_forever()
"""


@dataclass
class Production:
    """Where one release runs at a time."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "shortener.log"

    @property
    def version(self) -> str:
        try:
            return CLIENT.get(self.address).text
        except httpx.TransportError:
            return ""

    def deploy(self, version: str) -> None:
        """Puts *version* in the place of what runs, and waits until it answers."""
        self.stop()
        program = self.folder / f"release-{version}.py"
        text = _RELEASE.replace("READS", f"({_READS[version]})").replace("VERSION", f"{version!r}")
        program.write_text(text)
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, str(program), str(self.port)], stdout=log, stderr=log
            )
        until(lambda: self.version == version, f"{version} answers", PATIENCE)

    def breaks(self) -> None:
        """What the creeping release had in it shows."""
        (self.folder / "due").touch()

    def stop(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait(PATIENCE)


@contextmanager
def in_production(folder: Path) -> Iterator[Production]:
    """With the good release."""
    production = Production(folder)
    try:
        production.deploy(GOOD)
        yield production
    finally:
        production.stop()


@dataclass
class BuildServer:
    """Takes `buildWithParameters` as Jenkins does, and deploys what it is told to."""

    address: str
    built: list[dict[str, str]] = field(default_factory=list)
    """The parameters of every build, oldest first."""


@contextmanager
def a_build_server(production: Production) -> Iterator[BuildServer]:
    allowed = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()

    class Jenkins(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            known = re.fullmatch(r"/job/deploy/buildWithParameters", self.path)
            if self.headers.get("Authorization") != allowed or not known:
                self._answer(403)
                return
            told = {name: values[0] for name, values in parse_qs(body).items()}
            build.built.append(told)
            production.deploy(told["VERSION"])
            self._answer(201)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            if status == 201:
                self.send_header("Location", f"{build.address}/queue/item/{len(build.built)}/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Jenkins)
    build = BuildServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield build
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
