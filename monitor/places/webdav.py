"""A folder over WebDAV: each file is sent beside and moved over the one of before."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import httpx
from pydantic import AfterValidator, Field

from monitor.places import addresses
from monitor.places.extras import needs
from monitor.places.filewise import Session, putting
from monitor.places.headers import content_type
from monitor.places.place import Patience, PlaceKind, PlaceSettings, PlaceTrouble
from monitor.places.troubles import SLOW, cause, of_system
from probes import Secret

if TYPE_CHECKING:
    from webdav4.client import Client  # type: ignore[import-untyped]  # ships no types

_NO_FOLDER: Final = (403, 404, 409)
_MOVED: Final = "it sends us elsewhere, where we do not go; write the address that it sends us to"
_REFUSALS: Final = {
    301: _MOVED,
    302: _MOVED,
    307: _MOVED,
    308: _MOVED,
    401: "it does not let us in; look at username and password",
    403: "this user may not write there; allow it to",
    404: "its folder is not there and cannot be made; make it",
    405: "nothing there speaks WebDAV; is the address that of the WebDAV folder?",
    409: "its folder is not there and cannot be made; make it",
    413: "a file is too large for it; raise the limit of the server",
    423: "a file is locked; who has it open?",
    429: "it asks for fewer requests; give the place a longer every",
    501: "nothing there speaks WebDAV; is the address that of the WebDAV folder?",
    507: "the disk is full; make room on it",
}


class WebdavSettings(PlaceSettings):
    """Without username: nobody in particular."""

    to: Annotated[
        str,
        AfterValidator(addresses.web("webdavs", "webdav", user=False)),
        AfterValidator(needs("webdav", "webdav4")),
        Field(examples=["webdavs://dav.example.org/status"]),
    ]
    """`webdavs://host/folder`; `webdav://` without encryption."""
    username: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Who trueup is there."""
    password: Secret | None = None
    """The user's."""
    timeout: Patience = timedelta(seconds=30)
    """For each answer of the server."""


class _Far:
    def __init__(self, client: Client) -> None:
        self._client = client

    def write(self, files: Mapping[str, bytes], wrote: Callable[[str], None]) -> None:
        from webdav4.client import HTTPError, ResourceNotFound  # noqa: PLC0415 - an extra

        for path, content in files.items():
            folder, _, name = path.rpartition("/")
            beside = f"{folder}/.{name}.new" if folder else f".{name}.new"
            try:
                self._send(beside, content, path)
            except (HTTPError, ResourceNotFound) as trouble:
                if getattr(trouble, "status_code", 404) not in _NO_FOLDER:
                    raise
                self._make(folder)
                self._send(beside, content, path)
            self._client.move(beside, path, overwrite=True)
            wrote(path)

    def _send(self, beside: str, content: bytes, path: str) -> None:
        self._client.upload_fileobj(
            io.BytesIO(content),
            beside,
            overwrite=True,
            size=len(content),
            headers={"Content-Type": content_type(path)},
        )

    def _make(self, folder: str) -> None:
        from webdav4.client import ClientError  # noqa: PLC0415 - an extra

        steps = folder.split("/") if folder else []
        for count in range(len(steps) + 1):
            with suppress(ClientError):  # it is there, or what comes next tells
                self._client.mkdir("/".join(steps[:count]))

    def remove(self, paths: tuple[str, ...]) -> None:
        from webdav4.client import ResourceNotFound  # noqa: PLC0415 - an extra

        for path in paths:
            with suppress(ResourceNotFound):
                self._client.remove(path)

    def sizes(self, folder: str) -> Mapping[str, int]:
        found = self._in(folder, "file")
        return {name: int(each["content_length"] or 0) for name, each in found}

    def folders(self, folder: str) -> Iterable[str]:
        return [name for name, _ in self._in(folder, "directory")]

    def _in(self, folder: str, kind: str) -> list[tuple[str, dict[str, Any]]]:
        from webdav4.client import ResourceNotFound  # noqa: PLC0415 - an extra

        try:
            found = self._client.ls(folder, detail=True)
        except ResourceNotFound:
            return []
        return [
            (str(each["name"]).rstrip("/").rpartition("/")[2], each)
            for each in found
            if isinstance(each, dict) and each["type"] == kind
        ]


@contextmanager
def _opened(settings: WebdavSettings) -> Iterator[Session]:
    from webdav4.client import Client, ClientError  # noqa: PLC0415 - an extra

    url = settings.to.replace("webdav", "http", 1)
    auth = None
    if settings.username is not None:
        password = settings.password.get_secret_value() if settings.password else ""
        auth = (settings.username, password)
    client = Client(url, auth=auth, retry=False, timeout=settings.timeout.total_seconds())
    try:
        with client.http:
            yield _Far(client)
    except (ClientError, httpx.HTTPError, httpx.InvalidURL) as trouble:
        raise PlaceTrouble(f"{settings.to}: {_sentence(trouble)}") from None


def _sentence(trouble: Exception) -> str:
    from webdav4.client import HTTPError, InsufficientStorage, ResourceLocked  # noqa: PLC0415 - an extra

    if refusal := cause(trouble, HTTPError):
        status = getattr(refusal, "status_code", 0)
        known = _REFUSALS.get(status)
        return known or f"it answers with {status}; look at the log of the server"
    if isinstance(trouble, InsufficientStorage | ResourceLocked):
        return _REFUSALS[507 if isinstance(trouble, InsufficientStorage) else 423]
    if isinstance(trouble, httpx.TimeoutException):
        return SLOW
    if isinstance(trouble, httpx.TransportError):
        inner = cause(trouble, OSError)
        return of_system(inner) if isinstance(inner, OSError) else "it broke off the conversation"
    return "it did not take a file; look at the log of the server"


PLACE = PlaceKind("webdav", ("webdavs", "webdav"), WebdavSettings, putting(_opened))
