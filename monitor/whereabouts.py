"""Where something stands that has an address."""

from __future__ import annotations

import socket
from enum import Enum
from ipaddress import ip_address

import httpx


class Where(Enum):
    """Where a target stands, seen from here."""

    HERE = "here"
    """On this machine; only anchors on this machine say anything about the way there."""
    NEAR = "near"
    FAR = "far"


def where(host: str) -> Where:
    """By its looks, without asking anybody. A name is taken to be far."""
    if host == "localhost" or host.endswith(".localhost"):
        return Where.HERE
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return Where.FAR
    if address.is_loopback or _is_our_own(str(address), address.version):
        return Where.HERE
    return Where.NEAR if address.is_private else Where.FAR


def host_of(settings: object) -> str:
    """Of the address that a probe of whatever kind asks; empty where it has none."""
    try:
        return httpx.URL(str(getattr(settings, "url", ""))).host
    except httpx.InvalidURL:
        return ""


def _is_our_own(address: str, version: int) -> bool:
    """Only an address of this machine can be bound to."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as ours:
            ours.bind((address, 0))
    except OSError:
        return False
    return True
