"""Addresses as people type them into the form, refused kindly or made ready to be kept; and as logs
may name them.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from enum import StrEnum, unique
from ipaddress import ip_address
from typing import Final

import httpx

from monitor.channels.mail import mailbox
from monitor.store.subscribers import Kind

MAIL_MAX: Final = 254
LINK_MAX: Final = 1_000
PORT_MAX: Final = 65_535
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@unique
class Bad(StrEnum):
    """What is wrong with what was typed."""

    NO_MAIL = "no_mail"
    NO_LINK = "no_link"
    NOT_ENCRYPTED = "not_encrypted"
    NOT_PUBLIC = "not_public"


class BadAddress(Exception):
    """It cannot be written to; `bad` says why."""

    def __init__(self, bad: Bad) -> None:
        super().__init__(bad.value)
        self.bad = bad


def mail_address(typed: str) -> str:
    """Its domain in lower case and as name servers know it. Raises BadAddress."""
    local, at, domain = typed.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii").lower()
        read = mailbox(f"{local}@{domain}")
    except (UnicodeError, ValueError, HeaderParseError, IndexError):
        raise BadAddress(Bad.NO_MAIL) from None
    plain = f"{read.username}@{read.domain}"
    proper = at and plain == f"{local}@{domain}" and len(plain) <= MAIL_MAX
    if not proper or re.search(r'[\s"(),:;<>\[\]\\]', local) or not _DOMAIN.fullmatch(domain):
        raise BadAddress(Bad.NO_MAIL)
    return plain


def hook_address(typed: str, *, nearby: bool) -> str:
    """An `https` address without a password. Whether its host is public is decided when it is
    connected to, but what is plainly not is refused here. Raises BadAddress.
    """
    try:
        read = httpx.URL(typed.strip())
    except (httpx.InvalidURL, ValueError):
        raise BadAddress(Bad.NO_LINK) from None
    wild = read.userinfo or len(str(read)) > LINK_MAX or (read.port or 1) > PORT_MAX
    if not read.host or wild or read.scheme not in ("http", "https"):
        raise BadAddress(Bad.NO_LINK)
    near = _is_near(read.host)
    if read.scheme != "https" and not (nearby and near):
        raise BadAddress(Bad.NOT_ENCRYPTED)
    if near and not nearby:
        raise BadAddress(Bad.NOT_PUBLIC)
    return str(read.copy_with(fragment=None))


def _is_near(host: str) -> bool:
    try:
        return not ip_address(host.strip("[]")).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def masked(kind: Kind, address: str) -> str:
    """Enough for the operator of the daemon to tell two of them apart."""
    if kind is Kind.EMAIL:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}***@{domain}"
    read = httpx.URL(address)
    return f"{read.scheme}://{read.host}/***"
