"""Real servers for each kind of place, in threads of this process. Each lets a test look at what is
there, and at what was written in which order.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

T = TypeVar("T")
PASSWORD = "a-password-nobody-may-see"


@dataclass
class Far:
    """A server whose places are folders below `root`."""

    to: str
    """The address of a place, without its last step."""
    root: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    wrote: list[str] = field(default_factory=list)
    """The names of files that became readable, in that order."""
    breaks_at: str = ""
    """The end of a name at which the server fails."""

    def place(self, name: str) -> str:
        return f"{self.to}/{name}"

    def read(self, name: str) -> dict[str, bytes]:
        return tree(self.root / name)

    def write(self, name: str, path: str, content: bytes) -> None:
        target = self.root / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def remove(self, name: str, path: str) -> None:
        (self.root / name / path).unlink()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def sftp(root: Path) -> Iterator[Far]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    public = key.export_public_key().decode().strip()
    far = Far("", root, {"password": PASSWORD, "host_key": public})

    connections: list[asyncssh.SSHServerConnection] = []

    class Files(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(root).encode())

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            name = newpath.decode().lstrip("/")
            if far.breaks_at and name.endswith(far.breaks_at):
                raise asyncssh.SFTPFailure("no space")
            super().posix_rename(oldpath, newpath)
            far.wrote.append(name)

    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("status", PASSWORD)

    with _loop() as loop:
        server = _in(loop, _listening(key, Door, Files))
        far.to = f"sftp://status@127.0.0.1:{server.get_port()}"
        yield far
        for connection in connections:
            loop.call_soon_threadsafe(connection.abort)
        loop.call_soon_threadsafe(server.close)
        _in(loop, server.wait_closed())


async def _listening(key: asyncssh.SSHKey, door: Any, files: Any) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], server_factory=door, sftp_factory=files
    )


def _in(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, loop).result(10)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        _in(loop, _end())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # transports are closed in the next round


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
                start("403 Forbidden", [("Content-Length", "0")])
                return [b""]
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
