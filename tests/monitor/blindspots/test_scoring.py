"""How much of what can break would be noticed, by whom it concerns."""

from __future__ import annotations

from dataclasses import replace

from monitor.blindspots import Cell, Matrix, Row, Trial, Verdict, overall, scores
from monitor.cli.blindspots_table import bars, blocks
from monitor.config import Component
from probes.injection import BY_NAME

LETTERS = {
    "s": Verdict.SEEN,
    "~": Verdict.SLOW,
    "u": Verdict.UNSEEN,
    ".": Verdict.NOT_TOUCHED,
    "-": Verdict.NOT_TRIED,
    "!": Verdict.ERROR,
}
FAULTS = tuple(BY_NAME[name] for name in ("refused", "slow", "stale", "field-removed"))


def row(probe: str, letters: str, trouble: str = "") -> Row:
    """One letter a fault."""
    trials = [
        Trial(fault=f, verdict=LETTERS[each]) for f, each in zip(FAULTS, letters, strict=False)
    ]
    cells = {trial.fault.name: Cell(trial.fault, (trial,)) for trial in trials}
    return Row(probe=probe, cells=cells, trouble=trouble)


def matrix(*rows: Row) -> Matrix:
    return Matrix(faults=FAULTS, rows=rows)


def component(id_: str, *probes: str) -> Component:
    return Component(id=id_, name=id_.title(), probes=probes)


def test_a_component_notices_what_any_of_its_probes_notices() -> None:
    [found] = scores(
        matrix(row("home", "suuu"), row("tour", "u~u.")), [component("web", "home", "tour")]
    )

    assert (found.noticed, found.tried, found.percent) == (2, 4, 50)
    assert found.unseen == ("stale", "field-removed")


def test_what_was_tried_in_some_fields_only_is_not_called_whole() -> None:
    renamed = FAULTS[-1]
    tried = Trial(fault=renamed, verdict=Verdict.SEEN)
    partly = Cell(renamed, (tried, replace(tried, verdict=Verdict.NOT_TRIED)))
    some = Row(probe="tour", cells={renamed.name: partly})
    shown = matrix(some)
    [found] = scores(shown, ())
    left = [fault.name for fault in FAULTS[:-1]]
    assert (found.percent, found.left_out, found.partial) == (100, (*left,), (renamed.name,))
    assert overall([found]).partial == (renamed.name,)
    assert "1/1" in next(iter(blocks(shown, 80))).plain
    assert "1 tried in some fields only" in bars([found], found).plain
    every = Row(probe="home", cells={renamed.name: Cell(renamed, (tried,))})
    assert scores(matrix(some, every), ())[0].partial == ()


def test_what_touches_nothing_is_left_out_and_what_was_not_tried_is_said() -> None:
    [found] = scores(matrix(row("home", "s.-!")), [component("web", "home")])

    assert (found.percent, found.tried) == (100, 1)
    assert found.left_out == ("stale", "field-removed")


def test_a_fault_of_single_fields_counts_with_the_share_of_them() -> None:
    verdicts = [Verdict.SEEN, Verdict.UNSEEN, Verdict.UNSEEN, Verdict.UNSEEN]
    trials = tuple(Trial(fault=FAULTS[3], verdict=each) for each in verdicts)
    home = Row(probe="home", cells={FAULTS[3].name: Cell(FAULTS[3], trials)})
    [found] = scores(matrix(home), [component("web", "home")])

    assert (found.percent, found.unseen) == (25, (FAULTS[3].name,))


def test_a_component_whose_probes_were_not_asked_has_no_score() -> None:
    assert scores(matrix(row("home", "s")), [component("api", "other")])[0].id == ""


def test_a_probe_that_does_not_pass_leaves_everything_out() -> None:
    [found] = scores(matrix(row("home", "", "does not pass as it is")), [component("web", "home")])

    assert (found.percent, found.tried, len(found.left_out)) == (None, 0, len(FAULTS))


def test_what_was_not_reached_before_it_was_stopped_is_said_to_be_not_tried() -> None:
    [found] = scores(matrix(row("home", "ss")), [component("web", "home")])

    assert (found.percent, found.tried, len(found.left_out)) == (100, 2, 2)


def test_every_fault_of_every_component_counts_the_same_in_the_whole() -> None:
    asked = matrix(row("home", "suu."), row("api", "s..."))
    found = scores(asked, [component("web", "home"), component("api", "api")])

    assert [score.percent for score in found] == [33, 100]
    assert overall(found).percent == 50


def test_nothing_at_all_has_no_score() -> None:
    assert overall(()).percent is None
