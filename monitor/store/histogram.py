"""How long runs took, as counts in fixed logarithmic buckets: `{"412098": 3}` is three runs of
about 412 ms.

A bucket is named by its geometric middle in microseconds. Twenty-four of them make a decade, from
1 ms to 1 h, so that the middle is never further than 5 % from what was measured; what is shorter
or longer counts into the outermost ones. Adding two histograms loses nothing.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

PER_DECADE: Final = 24
LEAST: Final = timedelta(milliseconds=1)
MOST: Final = timedelta(hours=1)
_US: Final = timedelta(microseconds=1)
_LEAST_US: Final = LEAST // _US
_LAST: Final = math.ceil(math.log10(MOST / LEAST) * PER_DECADE) - 1
_MIDDLES: Final = tuple(
    round(_LEAST_US * 10 ** ((step + 0.5) / PER_DECADE)) for step in range(_LAST + 1)
)

_BOUNDS_US: Final = tuple(
    math.ceil(_LEAST_US * 10 ** (step / PER_DECADE)) for step in range(1, _LAST + 1)
)
BUCKETS: Final = tuple(zip((0, *_BOUNDS_US), _MIDDLES, strict=True))
"""The microseconds from which a bucket counts, and its name."""

Histogram = Mapping[int, int]
"""Runs by bucket."""


def bucket(took: timedelta) -> int:
    """The name of the bucket that *took* counts into."""
    return _MIDDLES[bisect_right(_BOUNDS_US, took // _US)]


def percentile(histogram: Histogram, share: float) -> timedelta | None:
    """What *share* (0..1) of the runs took at most; None without a run."""
    wanted = max(1, math.ceil(share * sum(histogram.values())))
    seen = 0
    for middle_us in sorted(histogram):
        seen += histogram[middle_us]
        if seen >= wanted:
            return timedelta(microseconds=middle_us)
    return None


def of_json(text: str) -> dict[int, int]:
    return {int(key): int(runs) for key, runs in json.loads(text).items()}


def in_json(histogram: Histogram) -> str:
    return json.dumps(
        {str(key): histogram[key] for key in sorted(histogram)}, separators=(",", ":")
    )
