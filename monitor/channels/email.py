"""Tells people by mail. Every attempt is a connection of its own, its certificate verified."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from email.errors import HeaderParseError
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import aiosmtplib
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from monitor.channels.channel import (
    ChannelKind,
    ChannelSettings,
    Delivered,
    Delivery,
    Outside,
    Refused,
    Retry,
)
from monitor.channels.mail import letter, mailbox
from monitor.channels.pictures import photograph
from monitor.channels.trouble import host_name, way_trouble
from monitor.log import get_logger
from monitor.notices import Notice
from probes import Secret
from probes.settings import folder_of

Security = Literal["starttls", "tls", "none"]
_PORTS: Final[dict[Security, int]] = {"starttls": 587, "tls": 465, "none": 25}
_POLITE: Final = 0.5  # seconds to say goodbye in, once the message is taken
log = get_logger()


def _mailbox(written: str) -> str:
    try:
        return str(mailbox(written))
    except (HeaderParseError, ValueError, IndexError):
        raise ValueError(
            f"{written!r} is not a mail address; write name@example.org or Name <name@example.org>"
        ) from None


def _authority(path: object, info: ValidationInfo) -> object:
    if not isinstance(path, str | Path):
        raise ValueError("write the path of a PEM file")
    found = folder_of(info) / path
    try:
        ssl.create_default_context(cafile=found)
    except OSError as error:  # what ssl raises for a file that holds no certificate is one too
        raise ValueError(f"{found} cannot be used: {way_trouble(error)}") from None
    return found


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class EmailSettings(ChannelSettings):
    """The mail server, and who writes to whom."""

    host: Annotated[str, AfterValidator(host_name)]
    """Name or address of the mail server."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """587 for starttls, 465 for tls, 25 for none, unless given."""
    security: Security = "starttls"
    """`starttls` and `tls` never fall back to plain text."""
    username: str = ""
    password: Secret | None = None
    sender: Mailbox = Field(alias="from")
    """The address the mail comes from."""
    recipients: Annotated[tuple[Mailbox, ...], Field(alias="to", min_length=1, strict=False)]
    """The addresses it goes to."""
    ca: Annotated[Path, BeforeValidator(_authority)] | None = None
    """PEM file of the authority to trust instead of the system's, relative to this file."""

    @model_validator(mode="after")
    def _signs_in_safely(self) -> Self:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password go together; give both or neither")
        if self.password is not None and self.security == "none":
            raise ValueError(
                'security = "none" would send the password readable; use "starttls" or "tls"'
            )
        return self


async def send(settings: EmailSettings, notice: Notice, _body: str, outside: Outside) -> Delivery:
    people = [mailbox(each) for each in settings.recipients]
    photo = await asyncio.to_thread(photograph, notice, outside.artefacts)
    message = letter(mailbox(settings.sender), people, notice, outside.words, photo)
    to = [each.addr_spec for each in people]
    try:
        refused = await hand_in(settings, message, to)
    except aiosmtplib.SMTPException as error:
        return _judge(error)
    except OSError as error:
        return Retry(way_trouble(error))
    if refused:
        log.warning("mail taken for some recipients only", refused=refused, of=len(to))
    return Delivered()


async def hand_in(settings: EmailSettings, message: EmailMessage, to: Sequence[str]) -> int:
    """Gives the mail server one message for *to*, from `settings.sender`, inside the timeout; how
    many of several it refused. Raises SMTPException and OSError.
    """
    client = await _client(settings)
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            await client.connect()
            sender = mailbox(settings.sender).addr_spec
            refused, _reply = await client.sendmail(sender, list(to), message.as_bytes())
        with suppress(aiosmtplib.SMTPException, OSError):  # it is taken, whatever comes now
            await client.quit(timeout=_POLITE)
    finally:
        client.close()
    return len(refused)


async def _client(settings: EmailSettings) -> aiosmtplib.SMTP:
    encrypted = settings.security != "none"
    context = await asyncio.to_thread(_trusted, settings.ca) if encrypted else None
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port or _PORTS[settings.security],
        username=settings.username or None,
        password=settings.password.get_secret_value() if settings.password else None,
        local_hostname=mailbox(settings.sender).domain,
        timeout=settings.timeout.total_seconds(),
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=context,
    )


def _trusted(ca: Path | None) -> ssl.SSLContext:
    """Whom to believe, read anew every hour and whenever the file changes: it takes a while, and a
    letter to many is many attempts.
    """
    changed_ns = ca.stat().st_mtime_ns if ca else 0
    return _read_trusted(ca, changed_ns, int(time.monotonic() / 3600))


@lru_cache(maxsize=4)
def _read_trusted(ca: Path | None, _changed_ns: int, _hour: int) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def _judge(error: aiosmtplib.SMTPException) -> Delivery:
    """The server's own words stay out: they may repeat what was said to it, the password too."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _weigh("every recipient", [each.code for each in error.recipients])
        case aiosmtplib.SMTPAuthenticationError():
            return _weigh("the sign-in", [error.code])
        case aiosmtplib.SMTPSenderRefused():
            return _weigh("the sender", [error.code])
        case aiosmtplib.SMTPDataError():
            return _weigh("the message", [error.code])
        case aiosmtplib.SMTPResponseException():
            return _weigh("the conversation", [error.code])
        case OSError():
            return Retry(way_trouble(error))
        case _:
            return Refused("the mail server offers no encryption or no sign-in as configured")


def _weigh(what: str, codes: list[int]) -> Delivery:
    """5xx is for ever, unless one of several answers leaves hope."""
    verdict = Refused if all(500 <= code < 600 for code in codes) else Retry
    said = ", ".join(str(code) for code in sorted(set(codes)))
    return verdict(f"the mail server refused {what} ({said})")


CHANNEL: Final = ChannelKind("email", EmailSettings, send)
