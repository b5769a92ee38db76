"""A bucket of S3 or of storage that speaks as S3 does. Each object is whole or as before.

Several go at once, on the library's own loop, because each costs a journey there and back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from socket import gaierror
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field, model_validator

from monitor.places import addresses
from monitor.places.extras import needs
from monitor.places.filewise import Session, putting
from monitor.places.headers import cache_control, content_type
from monitor.places.place import Patience, PlaceKind, PlaceSettings, PlaceTrouble
from monitor.places.troubles import SLOW, cause, of_system
from probes import Secret

if TYPE_CHECKING:
    from aiobotocore.session import AioSession  # type: ignore[import-untyped]  # ships no types
    from s3fs import S3FileSystem  # type: ignore[import-untyped]  # ships no types

AT_ONCE: Final = 8
TRIES: Final = 2
"""Of each request. The whole is tried again, too."""
_ELSEWHERE: Final = {
    "s3": {"addressing_style": "path"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
"""What all storage understands that is not Amazon's."""
_WRONG_KEY: Final = "the key is not known or does not fit; look at key and secret"
_REFUSALS: Final = {
    "AccessDenied": "the key may not do that; allow it s3:PutObject, s3:DeleteObject and "
    "s3:ListBucket on this bucket",
    "403": "the key may not do that; allow it s3:PutObject, s3:DeleteObject and s3:ListBucket on"
    " this bucket",
    "InvalidAccessKeyId": _WRONG_KEY,
    "SignatureDoesNotMatch": _WRONG_KEY,
    "InvalidToken": "the token is not valid; get a new one",
    "ExpiredToken": "the token is no longer valid; get a new one",
    "NoSuchBucket": "there is no such bucket; make it, or correct its name",
    "404": "there is no such bucket; make it, or correct its name",
    "PermanentRedirect": "the bucket is in another region; write it as region",
    "301": "the bucket is in another region; write it as region",
    "AuthorizationHeaderMalformed": "the bucket is in another region; write it as region",
    "RequestTimeTooSkewed": "the clock of this machine is wrong; set it",
    "SlowDown": "it asks for fewer requests; give the place a longer every",
    "QuotaExceeded": "the quota is used up; make room or raise it",
}


class S3Settings(PlaceSettings):
    """Without key and secret: what the machine offers, such as AWS_ variables or its role."""

    to: Annotated[
        str,
        AfterValidator(addresses.web("s3", user=False)),
        AfterValidator(needs("s3", "s3fs")),
        Field(examples=["s3://status.example.org"]),
    ]
    """`s3://bucket` or `s3://bucket/folder`."""
    key: Annotated[str, Field(min_length=1)] | None = None
    """The access key's id."""
    secret: Secret | None = None
    """The secret access key."""
    token: Secret | None = None
    """Of a key that is valid for some time only."""
    endpoint_url: (
        Annotated[str, AfterValidator(addresses.web("https", "http", user=False))] | None
    ) = None
    """The server, where it is not Amazon's."""
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] | None = None
    """Where the bucket is."""
    timeout: Patience = timedelta(seconds=30)
    """For each answer of the server."""

    @model_validator(mode="after")
    def _both(self) -> S3Settings:
        if (self.key is None) != (self.secret is None):
            raise ValueError("key and secret belong together; write both, or neither")
        return self


class _Bucket:
    def __init__(self, files: S3FileSystem, root: str) -> None:
        self._files = files
        self._root = root

    def write(self, files: Mapping[str, bytes], wrote: Callable[[str], None]) -> None:
        self._each(files, lambda path: self._put(path, files[path]), wrote)

    def remove(self, paths: tuple[str, ...]) -> None:
        self._each(paths, self._delete, lambda _: None)

    def sizes(self, folder: str) -> Mapping[str, int]:
        return {name: each["size"] for name, each in self._in(folder, "file")}

    def folders(self, folder: str) -> Iterable[str]:
        return [name for name, _ in self._in(folder, "directory")]

    def _in(self, folder: str, kind: str) -> list[tuple[str, dict[str, Any]]]:
        root = f"{self._root}/{folder}".rstrip("/")
        try:
            found = self._files.ls(root, detail=True, refresh=True)
        except FileNotFoundError:
            return []
        return [
            (each["name"].rstrip("/").rpartition("/")[2], each)
            for each in found
            if each["type"] == kind
        ]

    def _each(self, paths: Any, work: Callable[[str], Any], wrote: Callable[[str], None]) -> None:
        from fsspec.asyn import sync  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra needs it; it ships no types

        async def all_of_them() -> None:
            left = iter(paths)

            async def some() -> None:
                for path in left:
                    await work(path)
                    wrote(path)

            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(some())

        try:
            sync(self._files.loop, all_of_them)
        except BaseExceptionGroup as several:
            first = several.exceptions[0]
        else:
            return
        raise first  # here, so that it keeps what led to it

    async def _put(self, path: str, content: bytes) -> None:
        said = {"ContentType": content_type(path), "CacheControl": cache_control(path)}
        await self._files._pipe_file(f"{self._root}/{path}", content, **said)  # noqa: SLF001 - the library's way for its own loop

    async def _delete(self, path: str) -> None:
        bucket, key, _ = self._files.split_path(f"{self._root}/{path}")
        await self._files._call_s3("delete_object", Bucket=bucket, Key=key)  # noqa: SLF001 - as above


@contextmanager
def _opened(settings: S3Settings) -> Iterator[Session]:
    parts = addresses.split(settings.to)
    root = "/".join(filter(None, (parts.netloc, addresses.folder(parts))))
    try:
        files = _filesystem(settings)
        try:
            yield _Bucket(files, root)
        finally:
            _close(files)
    except PlaceTrouble:
        raise
    except Exception as trouble:  # noqa: BLE001 - the library raises many kinds, and all of them here
        raise PlaceTrouble(f"{settings.to}: {_sentence(trouble)}") from None


def _filesystem(settings: S3Settings) -> S3FileSystem:
    from s3fs import S3FileSystem  # noqa: PLC0415 - an extra

    seconds = settings.timeout.total_seconds()
    made = S3FileSystem(
        key=settings.key,
        secret=settings.secret.get_secret_value() if settings.secret else None,
        token=settings.token.get_secret_value() if settings.token else None,
        endpoint_url=settings.endpoint_url,
        client_kwargs={"region_name": settings.region} if settings.region else None,
        config_kwargs={
            "connect_timeout": seconds,
            "read_timeout": seconds,
            "retries": {"total_max_attempts": 2},
            **(_ELSEWHERE if settings.endpoint_url else {}),
        },
        use_listings_cache=False,
        skip_instance_cache=True,
        # Without keys of ours it looks for some each time, for they change.
        session=_descriptions() if settings.key else None,
    )
    made.retries = TRIES
    return made


@cache
def _descriptions() -> AioSession:
    """What the library knows of the service, which takes it 150 ms to read."""
    from aiobotocore.session import AioSession  # noqa: PLC0415 - comes with an extra

    return AioSession()


def _close(files: S3FileSystem) -> None:
    client = getattr(files, "_s3", None)
    if client is not None:
        files.close_session(files.loop, client)
        files._s3 = None  # noqa: SLF001 - else it is closed again when it is collected


def _sentence(trouble: Exception) -> str:
    from aiohttp import ClientConnectorDNSError  # noqa: PLC0415 - comes with an extra
    from botocore import exceptions  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra; it ships no types

    if refusal := cause(trouble, exceptions.ClientError):
        code = str(getattr(refusal, "response", {}).get("Error", {}).get("Code", ""))
        return _REFUSALS.get(code) or "it was refused; look at the log of the storage"
    if cause(trouble, exceptions.NoCredentialsError):
        return "there is no key; write key and secret, or give this machine a role"
    if cause(trouble, exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError):
        return SLOW
    if cause(trouble, ClientConnectorDNSError):
        return of_system(gaierror())
    inner = cause(trouble, OSError)
    return of_system(inner) if isinstance(inner, OSError) else "it cannot be reached"


PLACE = PlaceKind("s3", ("s3",), S3Settings, putting(_opened))
