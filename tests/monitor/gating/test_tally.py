"""What follows from the runs of one probe before the gate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.gating import Standing, Terms, headline
from tests.monitor.gating.gates import tally, verdict_of

HISTORIES = [
    ("ppp", Standing.PASSED, "three in a row"),
    ("fffppp", Standing.PASSED, "it settled"),
    ("psp", Standing.PASSED, "slow is not broken"),
    ("pepep", Standing.PASSED, "a trouble of ours in between ends no row"),
    ("fff", Standing.FAILED, "it never passed"),
    ("ppfpp", Standing.FAILED, "two are not three"),
    ("pfpfpfpfpf", Standing.FAILED, "every second request is broken"),
    ("feee", Standing.FAILED, "what failed last has failed, whatever we could not ask"),
    ("fppe", Standing.UNKNOWN, "it might have passed once more, had we been able to ask"),
    ("eee", Standing.UNKNOWN, "never asked"),
    ("ppe", Standing.UNKNOWN, "nothing is known against it"),
    ("pp", Standing.UNKNOWN, "no time for a third"),
    ("", Standing.UNKNOWN, "no time at all"),
]


@pytest.mark.parametrize(
    ("letters", "standing"), [h[:2] for h in HISTORIES], ids=[h[2] for h in HISTORIES]
)
def test_what_the_gate_makes_of(letters: str, standing: Standing) -> None:
    assert tally(letters).standing(Terms()) is standing


def test_a_strict_gate_lets_nothing_slow_pass() -> None:
    strict = Terms(strict=True)
    assert tally("psp", strict).standing(strict) is Standing.FAILED
    assert tally("ppsppp", strict).standing(strict) is Standing.PASSED


def test_it_is_hopeless_only_after_so_many_failures_in_a_row_and_only_when_asked() -> None:
    assert not tally("ffff").hopeless(Terms())
    assert not tally("ffpff").hopeless(Terms(fail_fast=3))
    assert tally("fpfeff").hopeless(Terms(fail_fast=3))


def test_the_first_and_the_newest_failure_are_kept_without_their_files() -> None:
    counted = tally("pfpf")
    assert counted.first_against is not counted.against
    assert counted.against is not None
    assert counted.against.result.artefacts == ()
    assert (counted.runs, counted.failed, counted.errors) == (4, 2, 0)


@given(st.text("psfe", max_size=20), st.integers(1, 5))
def test_it_passes_exactly_when_the_last_evidence_is_a_whole_row(letters: str, runs: int) -> None:
    terms = Terms(runs=runs)
    evidence = letters.replace("e", "").replace("s", "p")
    passed = tally(letters).standing(terms) is Standing.PASSED
    assert passed == (len(evidence) - len(evidence.rstrip("p")) >= runs)


@given(st.text("psfe", max_size=20), st.integers(1, 5))
def test_nothing_fails_without_a_failing_run(letters: str, runs: int) -> None:
    standing = tally(letters).standing(Terms(runs=runs))
    assert standing is not Standing.FAILED or "f" in letters


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        (["f"], "failed after 2m1s: the probe did not pass 3 times in a row"),
        (["e"], "could not tell after 2m1s: there is no verdict on the probe"),
        (["e", "ppp"], "could not tell after 2m1s: no verdict on 1 of 2 probes"),
        (
            ["f", "e", "ppp"],
            "failed after 2m1s: 1 of 3 probes did not pass 3 times in a row, no verdict on 1",
        ),
    ],
)
def test_the_headline_counts_where_there_is_something_to_count(
    letters: list[str], said: str
) -> None:
    assert headline(verdict_of([tally(each) for each in letters])) == said
