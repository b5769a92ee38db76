"""How the browser presents itself to the target, and what it leaves out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Annotated, Final, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from probes.browser.presets import presets
from probes.browser.proxy import Proxy
from probes.browser.wildcards import matches
from probes.settings import Secret, Strict

# The part of BCP 47 that browsers are asked in, extensions such as `-u-ca-buddhist` included.
_LOCALE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{1,8})*$"
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSENDABLE: Final = re.compile(r"[^\x20-\x7e]")
_BROWSERS_OWN: Final = (
    *("connection", "content-length", "cookie", "date", "expect", "host", "keep-alive", "origin"),
    *("referer", "te", "trailer", "transfer-encoding", "upgrade", "via"),
)
_LONGEST: Final = 64


class Viewport(Strict):
    """In CSS pixels."""

    width: int = Field(default=1280, ge=200, le=7680)
    height: int = Field(default=800, ge=200, le=4320)


class HttpCredentials(Strict):
    """For a user name and password that the server asks for before it shows any page."""

    username: str
    password: Secret


def _device(value: str) -> str:
    known = presets()
    if value in known or not known:
        return value
    raise ValueError(f"{value[:_LONGEST]!r} is no device of Playwright's; {_near(value, known)}")


def _locale(value: str) -> str:
    if re.fullmatch(_LOCALE, value):
        return value
    meant = value.partition(".")[0].replace("_", "-")
    example = meant if re.fullmatch(_LOCALE, meant) else "de-DE"
    raise ValueError(f'{value[:_LONGEST]!r} is not a language tag; write it as "{example}"')


def _timezone(value: str) -> str:
    known = available_timezones()
    if value in known:
        return value
    raise ValueError(f"{value[:_LONGEST]!r} is not a time zone; {_near(value, known)}")


def _near(value: str, known: Iterable[str]) -> str:
    folded = {name.lower(): name for name in sorted(known)}
    near = difflib.get_close_matches(value[:_LONGEST].lower(), folded, n=1)
    return f'did you mean "{folded[near[0]]}"?' if near else "see the documentation for their names"


def _sendable(value: str) -> str:
    if _UNSENDABLE.search(value):
        raise ValueError("a user agent holds printable ASCII only; remove the rest")
    return value


def _headers(value: dict[str, Secret]) -> dict[str, Secret]:
    for name, secret in value.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a header; use letters, digits and -")
        if name.lower() == "user-agent":
            raise ValueError("write user_agent instead; pages can ask for that, too")
        if name.lower() in _BROWSERS_OWN or name.lower().startswith(("sec-", "proxy-")):
            raise ValueError(f"{name} is written by the browser itself; leave it out")
        if _UNSENDABLE.search(secret.get_secret_value()):
            raise ValueError(f"the header {name} holds more than printable ASCII; remove the rest")
    return value


def _pattern(value: str) -> str:
    if "*" in value or value.startswith(("http://", "https://")):
        return value
    raise ValueError(f'{value[:_LONGEST]!r} is no whole address; write "*{value[:_LONGEST]}*"')


def _fixed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


_AS_LOCALE: Final = WithJsonSchema({"type": "string", "pattern": _LOCALE, "examples": ["de-DE"]})
_Pattern = Annotated[str, AfterValidator(_pattern), Field(max_length=500)]


class BrowserOptions(Strict):
    """What every journey may set."""

    viewport: Viewport | None = None
    """1280 by 800 when absent; that of the device where one is named."""
    device: Annotated[str, AfterValidator(_device)] = ""
    """A preset of Playwright's, such as `"iPhone 15"`: its size, touch and user agent."""
    locale: Annotated[str, AfterValidator(_locale), _AS_LOCALE] = ""
    """As `"de-DE"`; what pages learn of the language."""
    timezone: Annotated[str, AfterValidator(_timezone)] = ""
    """As `"Europe/Berlin"`."""
    user_agent: Annotated[str, AfterValidator(_sendable), Field(max_length=1000)] = ""
    """Instead of one that says who we are."""
    http_credentials: HttpCredentials | None = None
    """Told to the server of `url` only, when it asks."""
    headers: Annotated[dict[str, Secret], AfterValidator(_headers)] = Field(default_factory=dict)
    """Sent to the hosts of the probe, with every request."""
    proxy: Proxy | None = None
    """As `"http://proxy.example.org:3128"`; a password in it is a secret."""
    block: Annotated[tuple[_Pattern, ...], BeforeValidator(_fixed), Field(max_length=100)] = ()
    """Addresses that are not asked for, with `*` for anything: `["*analytics*"]`."""
    trace_context: bool = True
    """Whether requests to the hosts of the probe carry a `traceparent`."""
    expect_environment: Annotated[str, Field(max_length=60)] = ""
    """As `"production"`: what the first page of `url` that names its environment has to say."""

    @model_validator(mode="after")
    def _fits_the_address(self) -> Self:
        url = getattr(self, "url", None) or ""
        for key in ("http_credentials", "headers"):
            if not url and getattr(self, key):
                raise ValueError(f"{key} is told to the server of url only; write url, too")
        if not url and self.expect_environment:
            raise ValueError("expect_environment is read from pages of url only; write url, too")
        for pattern in self.block:
            if matches(pattern, url):
                raise ValueError(
                    f'block: "{pattern}" is the page itself, too; write a narrower one'
                )
        return self
