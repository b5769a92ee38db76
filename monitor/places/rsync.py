"""A folder that rsync reaches, through a server of its own or over SSH.

rsync is a program and no library: it is started with no shell and with nothing of our environment
but what it needs, so that it learns no secret of anybody else's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from monitor.places import addresses, ssh
from monitor.places.filewise import Session, putting
from monitor.places.place import Patience, PlaceKind, PlaceSettings, PlaceTrouble
from monitor.places.troubles import SLOW, of_system
from probes import Secret

LONGEST: Final = timedelta(minutes=10)
AT_ONCE: Final = 100
"""Files a run of it, so that it can be seen to go on."""
COMPLAINT_MOST: Final = 64 * 1024
_PASSED_ON: Final = ("PATH", "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK", "LD_LIBRARY_PATH")
_COMPLAINTS: Final = {
    **ssh.COMPLAINTS,
    "auth failed": "it does not let us in; look at the user in the address and password",
    "Unknown module": "it has no module of that name; look at the address",
    "No space left": "the disk there is full; make room on it",
    "Permission denied": "the user in the address may not write there; give it the folder",
    "read only": "its module is read-only; set read only = no in its rsyncd.conf",
    "not found": "no rsync is there; install it on that host",
    "No such file or directory": "its folder is not there; make it",
    "not known": "the name of the host is not known; is it spelt right?",
}
_STATUS: Final = {30: SLOW, 35: SLOW}


def _address(to: str) -> str:
    user, at, rest = to.partition("@")
    if "://" not in to and at and ":" in rest:
        host, _, folder = rest.partition(":")
        to_judge = f"rsync+ssh://{user}@{host}/{folder}"
    else:
        to_judge = to
    addresses.web("rsync", "rsync+ssh")(to_judge)
    if not addresses.folder(addresses.split(to_judge)):
        raise ValueError("names no folder; write it as rsync+ssh://user@host/folder")
    return to


def _installed(to: str) -> str:
    if shutil.which("rsync") is None:
        raise ValueError("needs the program rsync, which is not installed here; install it")
    return to


class RsyncSettings(PlaceSettings):
    """Over SSH with what the agent and the home folder of this user offer, or with a key."""

    to: Annotated[
        str,
        AfterValidator(_address),
        AfterValidator(_installed),
        Field(examples=["rsync+ssh://status@www.example.org/srv/www/status"]),
    ]
    """`rsync://user@host/module/folder`, `rsync+ssh://user@host/folder` or `user@host:folder`."""
    password: Secret | None = None
    """For the module of an rsync server."""
    key: ssh.File | None = None
    """A file with a private key, relative to the configuration, for SSH."""
    known_hosts: ssh.File | None = None
    """A file of known hosts instead of this user's own, for SSH."""
    timeout: Patience = timedelta(seconds=30)
    """For each answer of the other side."""


class _Far:
    def __init__(self, settings: RsyncSettings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def write(self, files: Mapping[str, bytes], wrote: Callable[[str], None]) -> None:
        paths = tuple(files)
        for start in range(0, len(paths), AT_ONCE):
            some = paths[start : start + AT_ONCE]
            for path in some:
                (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self._folder / path).write_bytes(files[path])
            self._run(some)
            for path in some:
                wrote(path)

    def remove(self, paths: tuple[str, ...]) -> None:
        for path in paths:  # that are missing here, in folders that are not
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / path).unlink(missing_ok=True)
        self._run(paths)

    def sizes(self, folder: str) -> Mapping[str, int] | None:  # noqa: ARG002 - it cannot tell
        return None

    def folders(self, folder: str) -> Iterable[str]:  # noqa: ARG002 - as above
        return ()

    def _run(self, paths: tuple[str, ...]) -> None:
        names = "".join(f"{path}\0" for path in paths).encode()
        status, complaint = _ran(self._command(), names, self._environment())
        if status:
            known = (says for words, says in _COMPLAINTS.items() if words in complaint)
            says = next(known, _STATUS.get(status) or f"rsync ended with {status}")
            raise PlaceTrouble(f"{self._settings.to}: {says}")

    def _command(self) -> list[str]:
        seconds = max(1, round(self._settings.timeout.total_seconds()))
        command = [
            "rsync",
            "--recursive",
            "--times",
            "--ignore-times",
            "--chmod=D755,F644",
            "--delay-updates",
            "--from0",
            "--files-from=-",
            "--delete-missing-args",
            f"--timeout={seconds}",
        ]
        target = self._settings.to
        if not target.startswith("rsync://"):
            parts = addresses.split(target) if "://" in target else None
            port = parts.port if parts else None
            said = ssh.command(self._settings.key, self._settings.known_hosts, port)
            command.append(f"--rsh={said}")
            if parts:
                user = f"{parts.username}@" if parts.username else ""
                target = f"{user}{parts.hostname}:{parts.path}"
        else:
            command.append(f"--contimeout={seconds}")
        return [*command, "--", f"{self._folder}/", f"{target.rstrip('/')}/"]

    def _environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        if self._settings.password:
            passed["RSYNC_PASSWORD"] = self._settings.password.get_secret_value()
        return {**passed, "LC_ALL": "C"}


def _ran(command: list[str], names: bytes, environment: Mapping[str, str]) -> tuple[int, str]:
    """Its status and what it complained of. Raises PlaceTrouble and OSError."""
    with tempfile.TemporaryFile() as complaint:
        process = subprocess.Popen(  # noqa: S603 - no shell, and an address that was looked at
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaint,
            env=environment,
            start_new_session=True,
        )
        try:
            process.communicate(names, LONGEST.total_seconds())
        except subprocess.TimeoutExpired:
            raise PlaceTrouble(f"rsync was not done after {LONGEST}; {SLOW}") from None
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        complaint.seek(0)
        return process.returncode, complaint.read(COMPLAINT_MOST).decode(errors="replace")


@contextmanager
def _opened(settings: RsyncSettings) -> Iterator[Session]:
    try:
        with tempfile.TemporaryDirectory(prefix="trueup-") as folder:
            yield _Far(settings, Path(folder))
    except OSError as trouble:
        raise PlaceTrouble(f"{settings.to}: {of_system(trouble)}") from trouble


PLACE = PlaceKind("rsync", ("rsync", "rsync+ssh"), RsyncSettings, putting(_opened))
