"""How late runs began, in figures."""

from __future__ import annotations

import pytest

from monitor.punctuality import Punctuality


def test_of_no_run_nothing_is_known() -> None:
    assert Punctuality().percentile_s(0.99) is None


@pytest.mark.parametrize(("share", "found_s"), [(0.5, 0.001), (0.9, 0.005), (1.0, 2.5)])
def test_a_percentile_is_never_flattering(share: float, found_s: float) -> None:
    known = Punctuality()
    for lag_s in [0.0005] * 6 + [0.004] * 3 + [1.9]:
        known.began(lag_s)
    assert known.percentile_s(share) == found_s
    assert (known.late, sum(known.lags)) == (1, 10)
    assert known.lags_s == pytest.approx(1.915)


def test_beyond_the_last_bound_it_is_as_late_as_can_be() -> None:
    known = Punctuality()
    known.began(3600.0)
    assert known.percentile_s(0.5) == float("inf")
