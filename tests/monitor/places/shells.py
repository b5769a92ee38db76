"""Real SSH servers, in threads of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

from tests.monitor.places.far import PASSWORD, Far

T = TypeVar("T")


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
def git_by_ssh(folder: Path) -> Iterator[dict[str, Any]]:
    """The options for whoever pushes to the repositories below *folder*, and under `to` the
    address of the folder.
    """
    host, user = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    key, hosts = folder / "key", folder / "known_hosts"
    user.write_private_key(str(key))
    key.chmod(0o600)

    class Door(asyncssh.SSHServer):
        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == "git" and key.public_data == user.public_data

    async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
        command = (process.command or "").replace("git-", "git ", 1)
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_shell(command, stdin=pipe, stdout=pipe, stderr=pipe)
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        process.exit(await child.wait())
        await process.wait_closed()

    async def listening() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[host],
            server_factory=Door,
            process_factory=run,
            encoding=None,
        )

    with _loop() as loop:
        server = _in(loop, listening())
        port = server.get_port()
        hosts.write_text(f"[127.0.0.1]:{port} {host.export_public_key().decode()}")
        to = f"git+ssh://git@127.0.0.1:{port}{folder}"
        yield {"to": to, "key": str(key), "known_hosts": str(hosts)}
        loop.call_soon_threadsafe(server.close)
        _in(loop, server.wait_closed())
