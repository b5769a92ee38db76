"""What a ready-made journey is: a name, the settings it reads, and the way it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, SecretStr

from probes.browser import BrowserOptions, Errand, Visit
from probes.settings import Duration, Settings


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f'{value!r} is not an address; write it as "https://example.org/page"')
    return value


Address = Annotated[str, AfterValidator(_address)]


class JourneySettings(BrowserOptions, Settings):
    """What every ready-made journey has."""

    timeout: Duration = timedelta(seconds=60)
    """The deadline of one try, from the empty page to the last thing seen."""
    url: Address
    """The page it starts on."""


S = TypeVar("S", bound=JourneySettings)


@dataclass(frozen=True, slots=True)
class ReadyMade(Generic[S]):
    """`travel` makes one visit; it raises Failure for what the target does wrong."""

    name: str
    settings: type[S]
    travel: Callable[[Visit, S], Awaitable[None]]

    def errand(self, settings: S) -> Errand:
        login = getattr(settings, "login", None)
        addresses = (settings.url, getattr(login, "url", ""), getattr(settings, "list_url", None))
        return Errand(
            journey=partial(self.travel, settings=settings),  # type: ignore[call-arg] # by position
            url=settings.url,
            secrets=secrets_of(settings),
            timeout=settings.timeout,
            options=settings,
            hosts=hosts_of(*addresses),
            session=getattr(login or settings, "session", ""),
            entrance=getattr(login, "url", ""),
            fresh=login is None,  # how to sign in is what a login watches
        )


def hosts_of(*addresses: str | None) -> frozenset[str]:
    """The hosts of those that are web addresses, with the port where it is written."""
    parts = (urlsplit(address) for address in addresses if address)
    return frozenset(part.netloc.rpartition("@")[2].lower() for part in parts if part.netloc)


def secrets_of(settings: BaseModel) -> Mapping[str, str]:
    """Every Secret in *settings* and below, by the path of its key."""
    return dict(_secrets(settings, ""))


def _secrets(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, SecretStr):
        yield path, value.get_secret_value()
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _secrets(each, f"{path}.{key}".lstrip("."))
    elif isinstance(value, BaseModel):
        for key in type(value).model_fields:
            yield from _secrets(getattr(value, key), f"{path}.{key}".lstrip("."))
