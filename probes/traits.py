"""What a target gives away of itself beside its verdict: the parts of its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final


@unique
class Trait(StrEnum):
    """What seldom changes unless somebody changes something. Closed, so that it can be counted."""

    SERVER = "server"
    """The server and what stands before it, as their headers name them."""
    RUNTIME = "runtime"
    """What the application runs on, with its version."""
    VERSION = "version"
    """Of the application."""
    ENVIRONMENT = "environment"
    TLS_KEY = "tls_key"
    """The first 16 hexadecimal digits of the SHA-256 of the public key."""
    TLS_ISSUER = "tls_issuer"
    ADDRESS = "address"
    """The one connected to, without a port."""
    JSON_KEYS = "json_keys"
    """The shape of a JSON answer, in short."""
    TITLE = "title"
    """Of the page."""


OF_THE_PROBE = frozenset((Trait.JSON_KEYS, Trait.TITLE))
"""What belongs to one answer; the others belong to the server, whichever probe has asked it."""

UNTOLD: Final[Mapping[Trait, str]] = MappingProxyType({})
"""Of an answer that says nothing."""
