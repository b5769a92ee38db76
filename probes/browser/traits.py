"""What a page gave away of what stands behind it, as far as its headers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from probes.fingerprint import Reader
from probes.scrub import Scrubber
from probes.traits import UNTOLD, Trait

_FIELDS: Final = 60
_LONGEST: Final = 1000


def traits_of(told: Any, scrub: Scrubber) -> Mapping[Trait, str]:
    """*told* is said to be headers, by a process in which a journey may have done anything."""
    if not isinstance(told, list | tuple):
        return UNTOLD
    pairs = [pair for pair in told[:_FIELDS] if isinstance(pair, list | tuple) and len(pair) == 2]
    fields = tuple((_field(name), _field(scrub.line(str(value)))) for name, value in pairs)
    return Reader().read(fields, b"", b"", "", tuple)


def _field(text: object) -> bytes:
    return str(text)[:_LONGEST].encode("utf-8", "replace")
