"""Real servers that speak HTTP, in threads of this process, and rsync itself."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.monitor.places.far import PASSWORD, Far


@contextmanager
def webdav(root: Path) -> Iterator[Far]:
    from cheroot import wsgi
    from wsgidav.wsgidav_app import WsgiDAVApp  # type: ignore[import-untyped]  # ships no types

    far = Far("", root, {"username": "status", "password": PASSWORD})
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(root)},
            "simple_dc": {"user_mapping": {"*": {"status": {"password": PASSWORD}}}},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )

    def listening(environ: Any, start: Any) -> Any:
        if environ["REQUEST_METHOD"] == "MOVE":
            name = environ["HTTP_DESTINATION"].split("/", 3)[3]
            if far.breaks_at and name.endswith(far.breaks_at):
                start("507 Insufficient Storage", [("Content-Length", "0")])
                return [b""]
            far.wrote.append(name)
        return app(environ, start)

    server = wsgi.Server(("127.0.0.1", 0), listening, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        far.to = f"webdav://127.0.0.1:{server.bind_addr[1]}"
        yield far
    finally:
        server.stop()
        thread.join(10)


class Bucket(Far):
    """Storage that speaks as S3 does; the first step of a name is the bucket."""

    bucket = "status.example.org"

    def place(self, name: str) -> str:
        return f"s3://{self.bucket}/{name}"

    @property
    def _objects(self) -> Any:
        from moto.s3.models import s3_backends

        return s3_backends["123456789012"]["aws"].buckets[self.bucket].keys

    def read(self, name: str) -> dict[str, bytes]:
        found = {key: self._objects[key] for key in self._objects}
        start = f"{name}/"
        return {key[len(start) :]: o.value for key, o in found.items() if key.startswith(start)}

    def headers(self, name: str, path: str) -> Mapping[str, str]:
        return dict(self._objects[f"{name}/{path}"].metadata)

    def write(self, name: str, path: str, content: bytes) -> None:
        from moto.s3.models import s3_backends

        s3_backends["123456789012"]["aws"].put_object(self.bucket, f"{name}/{path}", content)

    def remove(self, name: str, path: str) -> None:
        from moto.s3.models import s3_backends

        s3_backends["123456789012"]["aws"].delete_object(self.bucket, f"{name}/{path}")


@contextmanager
def s3() -> Iterator[Bucket]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from moto.s3.models import s3_backends
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - as werkzeug
            pass

    app = DomainDispatcherApplication(create_backend_app)
    far = Bucket("", Path())

    def listening(environ: Any, start: Any) -> Any:
        name = environ["PATH_INFO"].removeprefix(f"/{Bucket.bucket}/")
        if environ["REQUEST_METHOD"] == "PUT":
            if far.breaks_at and name.endswith(far.breaks_at):
                refusal = b"<Error><Code>%s</Code></Error>" % far.breaks_with.encode()
                refusal = refusal if far.breaks_with else b""
                start("403 Forbidden", [("Content-Length", str(len(refusal)))])
                return [refusal]
            far.wrote.append(name)
        return app(environ, start)

    server = make_server("127.0.0.1", 0, listening, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    far.options = {
        "endpoint_url": f"http://127.0.0.1:{server.server_port}",
        "key": "AKIDEXAMPLE",
        "secret": PASSWORD,
        "region": "us-east-1",
    }
    s3_backends["123456789012"]["aws"].create_bucket(Bucket.bucket, "us-east-1")
    try:
        yield far
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        s3_backends.reset()


@contextmanager
def rsync(root: Path) -> Iterator[Far]:
    """The program itself as a server, where it is installed."""
    import socket
    import subprocess

    from tests.support.waiting import until

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    secrets = root / "secrets"
    secrets.write_text(f"status:{PASSWORD}\n")
    secrets.chmod(0o600)
    (root / "files").mkdir()
    settings = root / "rsyncd.conf"
    settings.write_text(
        f"use chroot = no\npid file = {root}/pid\n[pages]\npath = {root}/files\nread only = no\n"
        f"auth users = status\nsecrets file = {secrets}\n"
        "uid = 0\ngid = 0\n"
    )
    command = [shutil.which("rsync") or "", "--daemon", "--no-detach", f"--config={settings}"]
    process = subprocess.Popen([*command, f"--port={port}", "--address=127.0.0.1"])
    try:
        until((root / "pid").exists, "rsync listens")
        to = f"rsync://status@127.0.0.1:{port}/pages"
        yield Far(to, root / "files", {"password": PASSWORD})
    finally:
        process.terminate()
        process.wait(10)
