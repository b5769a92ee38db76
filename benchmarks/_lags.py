"""How late runs began after their slots, and how evenly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

SHARES: Final = {"p50": 0.5, "p99": 0.99, "max": 1.0}


def lag_ms(lags_us: Iterable[int]) -> dict[str, float]:
    """Percentiles by the nearest rank, in milliseconds; of nothing, as late as can be."""
    ordered: Sequence[float] = sorted(lags_us) or [math.inf]
    last = len(ordered)
    return {
        name: round(ordered[math.ceil(share * last) - 1] / 1e3, 2) for name, share in SHARES.items()
    }


def evenness(instants_us: Sequence[int], since_us: int, span_us: int, bins: int) -> float:
    """The fullest of the equal *bins* of the span, as a multiple of the mean; 1 is perfectly even.
    0 of nothing.
    """
    width = span_us / bins
    counts = Counter(int((us - since_us) // width) for us in instants_us)
    mean = len(instants_us) / bins
    return round(max(counts.values(), default=0) / mean, 2) if mean else 0.0
