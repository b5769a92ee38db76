"""A folder over SFTP: each file is written beside and renamed, where the server can.

On the SSH library itself, because the file system that is made of it trusts every host's key.
"""

from __future__ import annotations

import binascii
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from monitor.places import addresses
from monitor.places.extras import needs
from monitor.places.filewise import Session, putting
from monitor.places.place import Patience, PlaceKind, PlaceSettings, PlaceTrouble
from monitor.places.ssh import File
from monitor.places.troubles import cause, of_system
from probes import Secret

if TYPE_CHECKING:
    from paramiko import HostKeys, MissingHostKeyPolicy, SFTPClient, SSHClient

PORT: Final = 22
_FROM_HOME: Final = "/~/"
_CANNOT: Final = re.compile(r"unsupported|not supported|not implemented", re.IGNORECASE)


def _host_key(value: str) -> str:
    words = value.split()
    try:
        binascii.a2b_base64(words[1], strict_mode=True)
    except (IndexError, ValueError):
        raise ValueError(
            'is no key of a host; write what ssh-keyscan says of it, as "ssh-ed25519 AAAA…"'
        ) from None
    return " ".join(words[:2])


class SftpSettings(PlaceSettings):
    """Without password and key: what the agent and the home folder of this user offer."""

    to: Annotated[
        str,
        AfterValidator(addresses.web("sftp")),
        AfterValidator(needs("sftp", "paramiko")),
        Field(examples=["sftp://status@www.example.org/srv/www/status"]),
    ]
    """`sftp://user@host/folder`; from the user's home on: `sftp://user@host/~/folder`."""
    password: Secret | None = None
    """The user's, or that of the key."""
    key: File | None = None
    """A file with a private key, relative to the configuration."""
    host_key: Annotated[str, AfterValidator(_host_key)] | None = None
    """The host's public key; when absent it has to be among the known hosts."""
    known_hosts: File | None = None
    """A file of known hosts instead of this user's own."""
    timeout: Patience = timedelta(seconds=20)
    """For each answer of the server."""


class _Far:
    def __init__(self, sftp: SFTPClient, folder: str) -> None:
        self._sftp = sftp
        self._folder = folder

    def _at(self, path: str) -> str:
        return f"{self._folder}/{path}" if path else self._folder

    def write(self, files: Mapping[str, bytes], wrote: Callable[[str], None]) -> None:
        for path, content in files.items():
            folder, _, name = path.rpartition("/")
            beside = self._at(f"{folder}/.{name}.new" if folder else f".{name}.new")
            try:
                self._write(beside, content)
            except FileNotFoundError:
                self._make(self._at(folder))
                self._write(beside, content)
            self._rename(beside, self._at(path))
            wrote(path)

    def _write(self, path: str, content: bytes) -> None:
        with self._sftp.open(path, "wb") as stream:
            stream.set_pipelined(True)
            stream.write(content)
        # What the server says when it writes late, it says to whoever asks next.
        if self._sftp.stat(path).st_size != len(content):
            raise PlaceTrouble("a file did not arrive whole; is the disk there full?")

    def _rename(self, beside: str, path: str) -> None:
        try:
            self._sftp.posix_rename(beside, path)
        except OSError as trouble:
            if trouble.errno is not None or not _CANNOT.search(str(trouble)):
                raise
            with suppress(FileNotFoundError):  # a server that cannot: there is a gap, then
                self._sftp.remove(path)
            self._sftp.rename(beside, path)

    def _make(self, folder: str) -> None:
        whole = ""
        for step in folder.split("/"):
            whole = f"{whole}/{step}" if whole or (folder.startswith("/") and step) else step
            if whole:
                with suppress(OSError):  # it is there, or the next step tells
                    self._sftp.mkdir(whole)

    def remove(self, paths: tuple[str, ...]) -> None:
        for path in paths:
            with suppress(FileNotFoundError):
                self._sftp.remove(self._at(path))
            with suppress(OSError):  # somebody else's files are in it
                if "/" in path:
                    self._sftp.rmdir(self._at(path.rpartition("/")[0]))

    def sizes(self, folder: str) -> Mapping[str, int]:
        try:
            found = self._sftp.listdir_attr(self._at(folder))
        except FileNotFoundError:
            return {}
        return {f.filename: f.st_size or 0 for f in found if S_ISREG(f.st_mode or 0)}

    def folders(self, folder: str) -> Iterable[str]:
        try:
            found = self._sftp.listdir_attr(self._at(folder))
        except FileNotFoundError:
            return []
        return [f.filename for f in found if S_ISDIR(f.st_mode or 0)]


@contextmanager
def _opened(settings: SftpSettings) -> Iterator[Session]:
    from paramiko import SSHClient, SSHException  # noqa: PLC0415 - an extra

    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # it tells tracebacks
    try:
        with SSHClient() as client:
            yield _Far(_connected(client, settings), _folder(settings.to))
    except (SSHException, OSError, EOFError) as trouble:
        raise PlaceTrouble(f"{settings.to}: {_sentence(trouble)}") from None


def _folder(to: str) -> str:
    path = addresses.split(to).path
    if path.startswith(_FROM_HOME):
        return addresses.folder(addresses.split(to))[2:] or "."
    return f"/{addresses.folder(addresses.split(to))}"


def _connected(client: SSHClient, settings: SftpSettings) -> SFTPClient:
    parts = addresses.split(settings.to)
    host, port = parts.hostname or "", parts.port or PORT
    _trust(client, settings, host if port == PORT else f"[{host}]:{port}")
    seconds = settings.timeout.total_seconds()
    password = settings.password.get_secret_value() if settings.password else None
    given = bool(settings.password or settings.key)
    client.connect(
        host,
        port,
        parts.username,
        password=None if settings.key else password,
        passphrase=password if settings.key else None,
        key_filename=settings.key,
        allow_agent=not given,
        look_for_keys=not given,
        timeout=seconds,
        banner_timeout=seconds,
        auth_timeout=seconds,
        channel_timeout=seconds,
    )
    sftp = client.open_sftp()
    if channel := sftp.get_channel():
        channel.settimeout(seconds)
    return sftp


def _trust(client: SSHClient, settings: SftpSettings, host: str) -> None:
    from paramiko.hostkeys import HostKeyEntry  # noqa: PLC0415 - an extra

    client.set_missing_host_key_policy(_stranger(settings.to))
    keys: HostKeys = client.get_host_keys()
    if settings.host_key is not None:
        entry = HostKeyEntry.from_line(f"{host} {settings.host_key}")
        if entry is None or entry.key is None:
            raise PlaceTrouble(f"{settings.to}: host_key is of a sort that is not understood")
        keys.add(host, entry.key.get_name(), entry.key)
    elif settings.known_hosts is not None:
        client.load_host_keys(settings.known_hosts)
    else:
        client.load_system_host_keys()


def _stranger(to: str) -> MissingHostKeyPolicy:
    from paramiko import MissingHostKeyPolicy, PKey  # noqa: PLC0415 - an extra

    class Stranger(MissingHostKeyPolicy):
        def missing_host_key(self, _client: SSHClient, _name: str, key: PKey) -> None:
            raise PlaceTrouble(
                f"{to}: its key is not known ({key.get_name()} {key.fingerprint}); when whoever"
                f' runs it confirms that, write host_key = "{key.get_name()} {key.get_base64()}"'
            )

    return Stranger()


def _sentence(trouble: BaseException) -> str:
    from paramiko import AuthenticationException, BadHostKeyException  # noqa: PLC0415 - an extra
    from paramiko.ssh_exception import NoValidConnectionsError  # noqa: PLC0415 - as above

    if isinstance(trouble, BadHostKeyException):
        return (
            "its key is another than the one known; if it was changed on purpose, correct host_key"
            " or the known hosts"
        )
    if isinstance(trouble, AuthenticationException):
        return "it does not let us in; look at the user in the address, password and key"
    if isinstance(trouble, NoValidConnectionsError):
        first = next(iter(trouble.errors.values()), trouble)
        return of_system(first) if isinstance(first, OSError) else "it cannot be reached"
    if isinstance(trouble, FileNotFoundError):
        return "its folder cannot be made; make it, and give it to the user in the address"
    if isinstance(trouble, OSError) and trouble.errno is None and not cause(trouble, TimeoutError):
        return "it took no more of a file; is the disk there full?"
    return of_system(trouble) if isinstance(trouble, OSError) else "it broke off the conversation"


PLACE = PlaceKind("sftp", ("sftp",), SftpSettings, putting(_opened))
