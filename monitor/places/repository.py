"""The far end of a git repository, and what it complains of, as sentences of ours."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from monitor.places import addresses, ssh
from monitor.places.place import PlaceTrouble
from monitor.places.troubles import SLOW, cause, of_system

if TYPE_CHECKING:
    from dulwich.client import GitClient, SSHVendor

    from monitor.places.git import GitSettings

LONGEST: Final = timedelta(minutes=10)
_NO_REPOSITORY: Final = (
    "there is no repository that this user may write to; look at the address, and at what username"
    " and password, or the key, may do"
)


def client(settings: GitSettings, halt: threading.Event) -> tuple[GitClient, str]:
    """And the path there. What it starts ends when *halt* is set."""
    from dulwich.client import (  # noqa: PLC0415 - an extra
        HttpGitClient,
        LocalGitClient,
        SSHGitClient,
    )

    parts = addresses.split(settings.to)
    host = parts.hostname or ""
    match parts.scheme:
        case "git+file":
            return LocalGitClient(), parts.path
        case "git+ssh":
            far = SSHGitClient(
                host,
                port=parts.port,
                username=parts.username,
                vendor=_vendor(halt),
                ssh_command=ssh.command(settings.key, settings.known_hosts),
            )
            return far, parts.path
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # each of its own tries is no news
    base = f"{parts.scheme.removeprefix('git+')}://{parts.netloc}/"
    password = settings.password.get_secret_value() if settings.password else None
    web = HttpGitClient(
        base,
        username=settings.username if password else None,
        password=password,
        timeout=settings.timeout.total_seconds(),
    )
    return web, parts.path


def _vendor(halt: threading.Event) -> SSHVendor:
    from dulwich.client import SubprocessSSHVendor, SubprocessWrapper  # noqa: PLC0415 - an extra

    class Vendor(SubprocessSSHVendor):
        """Ends the program when nobody waits any more: it may hang for as long as the far end."""

        def run_command(self, *about: Any, **more: Any) -> SubprocessWrapper:
            started = super().run_command(*about, **more)
            threading.Thread(target=_end, args=(started.proc, halt), daemon=True).start()
            return started

    return Vendor()


def _end(process: subprocess.Popen[bytes], halt: threading.Event) -> None:
    halt.wait(LONGEST.total_seconds())
    if process.poll() is None:
        process.kill()


@contextmanager
def sentences(to: str) -> Iterator[None]:
    """Raises PlaceTrouble for whatever the library raises."""
    try:
        yield
    except PlaceTrouble:
        raise
    except Exception as trouble:  # noqa: BLE001 - the library raises many kinds, and all of them here
        raise PlaceTrouble(f"{to}: {_sentence(trouble)}") from None


def _sentence(trouble: Exception) -> str:
    from dulwich.client import HTTPUnauthorized  # noqa: PLC0415 - an extra
    from dulwich.errors import HangupException, NotGitRepository  # noqa: PLC0415 - as above
    from urllib3.exceptions import TimeoutError as Slow  # noqa: PLC0415 - comes with it

    if isinstance(trouble, HTTPUnauthorized):
        return "it does not let us in; look at username and password"
    if isinstance(trouble, HangupException):
        complaint = b"\n".join(trouble.stderr_lines or ()).decode(errors="replace")
        known = (says for words, says in ssh.COMPLAINTS.items() if words in complaint)
        return next(known, _NO_REPOSITORY)
    if isinstance(trouble, NotGitRepository):
        return _NO_REPOSITORY
    if "http resp 403" in str(trouble):
        return _NO_REPOSITORY
    if isinstance(inner := cause(trouble, OSError), OSError):
        return of_system(inner)
    return SLOW if cause(trouble, Slow) else "it did not take the page"


def refused(branch: str, why: str) -> str:
    """What to do when the repository does not take *branch*, by what it says."""
    if "non-fast-forward" in why or "protected" in why or "hook" in why:
        return f"the branch {branch} may not be written over; allow forced pushes to it"
    return f"the branch {branch} was not taken; look at what the repository allows"
