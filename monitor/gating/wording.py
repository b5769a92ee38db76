"""What the gate found, in words: for a terminal, a log, a test report and a summary alike."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from monitor.gating.evidence import Evidence
from monitor.gating.gate import Verdict
from monitor.gating.tally import Standing, Tally
from monitor.notices import one_line
from monitor.runner import Run
from probes import Outcome, Step, write_duration

_ORDERS: Final = re.compile(r"##(?=\w*\[)")
SAID: Final = {
    Standing.PASSED: "passed",
    Standing.FAILED: "failed",
    Standing.UNKNOWN: "could not tell",
}


def headline(verdict: Verdict) -> str:
    """`failed after 2m1s: 1 of 3 probes did not pass 3 times in a row, no verdict on 1`."""
    runs, count = verdict.terms.runs, len(verdict.tallies)
    said = f"{SAID[verdict.standing]} after {_whole(verdict.lasted)}"
    times = "" if runs == 1 else f" {runs} times in a row"
    if verdict.standing is Standing.PASSED:
        who = "the probe" if count == 1 else f"all {count} probes"
        return f"{said}: {who} passed{times}"
    failed = len(verdict.of(Standing.FAILED))
    unknown = len(verdict.of(Standing.UNKNOWN))
    if count == 1:
        one = f"the probe did not pass{times}" if failed else "there is no verdict on the probe"
        return f"{said}: {one}"
    parts = [f"{failed} of {count} probes did not pass{times}"] if failed else []
    parts += [f"no verdict on {unknown}" + ("" if failed else f" of {count} probes")] * bool(
        unknown
    )
    return f"{said}: {', '.join(parts)}"


def found(tally: Tally, verdict: Verdict) -> str:
    """Why a probe stands as it does, in one line."""
    terms = verdict.terms
    match tally.standing(terms):
        case Standing.PASSED:
            once = "passed" if terms.runs == 1 else f"passed {terms.runs} times in a row"
            return once + (f", after {_failing(tally)}" if tally.failed else "")
        case Standing.FAILED if tally.failing:
            return f"failed {tally.failed} of {_runs(tally.runs)}: {seen(tally.against)}"
        case Standing.FAILED:
            row = f"passed only {_times(tally.row)} in a row in the end"
            return f"{row}, after {_failing(tally)}: {seen(tally.against)}"
        case _:
            return _unknown(tally, verdict)


def failing_step(run: Run | None) -> Step | None:
    """The step of a journey in which it failed."""
    steps = run.result.steps if run else ()
    return next((step for step in reversed(steps) if step.outcome is Outcome.FAIL), None)


def step_said(run: Run | None) -> str:
    """`failed in "sign in", step 2`; empty where there are no steps, or none of them failed."""
    step = failing_step(run)
    if run is None or step is None:
        return ""
    return f'failed in "{_plain(step.name)}", step {run.result.steps.index(step) + 1}'


def _unknown(tally: Tally, verdict: Verdict) -> str:
    if tally.doubts:
        return f"could not be asked in {tally.errors} of {_runs(tally.runs)}: {seen(tally.error)}"
    if verdict.cut_short:
        return f"not waited for any longer, having passed {_times(tally.row)}"
    row = f"passed {_times(tally.row)} in a row, and {verdict.terms.runs} are wanted"
    return f"{row}: give it longer with --settle"


def seen(run: Run | None) -> str:
    if run is None:
        return "nothing"
    result = run.result
    return _plain(result.summary or (result.reason or result.outcome).value)


def _whole(span: timedelta) -> str:
    """To the tenth of a second below ten of them, else to the second."""
    tenths = span < timedelta(seconds=10)
    step = timedelta(milliseconds=100) if tenths else timedelta(seconds=1)
    seconds = round(span / step) * step
    if tenths:
        return f"{seconds.total_seconds():.1f}s"
    return write_duration(seconds)


def _failing(tally: Tally) -> str:
    return f"{tally.failed} that failed"


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def details(tally: Tally, verdict: Verdict, evidence: Evidence) -> list[str]:
    """What more there is to say of a probe that did not pass, a line each: what it does, the step,
    how it was at first, the first lines of what was answered, where more is, what to do.
    """
    unknown = tally.standing(verdict.terms) is Standing.UNKNOWN
    run = (tally.error or tally.against) if unknown else tally.against
    said = [step_said(run)]
    first = tally.first_against
    if first is not run and first is not None and seen(first) != seen(run):
        said.append(f"at first: {seen(first)}")
    if run is not None:
        said += [f"warning: {one_line(line)}" for line in run.result.warnings]
        said += [f"| {_plain(line)}" for line in run.result.excerpt.splitlines()]
    said += [f"kept: {name}" for name in evidence.files]
    said.append(f"trace: {evidence.trace}" if evidence.trace else "")
    said.append(f"playbook: {tally.probe.playbook}" if tally.probe.playbook else "")
    return [line for line in said if line]


def _plain(line: str) -> str:
    """Nothing that a terminal obeys, or that the log of a pipeline would take for an order."""
    return _ORDERS.sub("# #", one_line(line))
