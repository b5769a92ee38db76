"""What belongs to one and the same server: scheme, name and port of what a probe asks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from monitor.config.model import Config, Probe

_ADDRESSES_MOST: Final = 10_000
_USUAL: Final = {"http": 80, "https": 443}


def origin_of(probe: Probe) -> str:
    """`https://web.example.org`, with the port where it is not the usual one; the probe's own id
    where it asks no address of the web. Never a name or password.
    """
    return _origin(str(getattr(probe.settings, "url", ""))) or probe.id


@lru_cache(maxsize=_ADDRESSES_MOST)
def _origin(address: str) -> str:
    """Empty for what is no address of the web."""
    with suppress(ValueError):
        parts = urlsplit(address)
        name, port = parts.hostname, parts.port
        if parts.scheme in _USUAL and name:
            usual = port in (None, _USUAL[parts.scheme])
            named = f"[{name}]" if ":" in name else name
            return f"{parts.scheme}://{named}" + ("" if usual else f":{port}")
    return ""


_LATELY: Final[list[tuple[Mapping[str, Probe], Mapping[str, tuple[str, ...]]]]] = []
"""The probes that were grouped last: those of ten thousand are asked for again and again."""


def probes_of(config: Config, origin: str) -> tuple[str, ...]:
    """The ids of those that ask it, in the order of the configuration."""
    for probes, grouped in _LATELY[-1:]:
        if probes is config.probes:
            return grouped.get(origin, ())
    found: dict[str, list[str]] = {}
    for probe in config.probes.values():
        found.setdefault(origin_of(probe), []).append(probe.id)
    _LATELY[:] = [(config.probes, {each: tuple(ids) for each, ids in found.items()})]
    return probes_of(config, origin)


def in_words(origin: str) -> str:
    """For people: the name alone, where it says enough."""
    return origin.removeprefix("https://").removeprefix("http://")
