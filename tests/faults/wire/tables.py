"""Every hostile server there is."""

from __future__ import annotations

from typing import Final

from tests.faults.wire import encrypted, framing, heads, leading, leaving, named, packing
from tests.faults.wire.case import HELLO, Case, says

WELL: Final = Case("well", says(HELLO), None)
CASES: Final = (
    WELL,
    *heads.CASES,
    *framing.CASES,
    *packing.CASES,
    *leaving.CASES,
    *leading.CASES,
    *encrypted.CASES,
    *named.CASES,
)
