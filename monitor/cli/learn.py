"""`trueup learn`: learn now what answers are like, and show what is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from monitor.acts.learning import of_hours
from monitor.acts.orders import CannotAct, ForgetBaseline
from monitor.baselines import falls_of
from monitor.cli import giving, learnt
from monitor.cli.ground import (
    DEFAULT_CONFIG,
    NOT_KNOWN,
    AsJson,
    ConfigPath,
    banner,
    fail,
    is_odd,
    log_quietly,
    out,
    read,
    say_json,
)
from monitor.cli.learnt import STATUS, Found, State, Usual
from monitor.cli.runs import choose, nearer
from monitor.config import Config, Probe
from monitor.pins import GOOD_RUNS, undescribed
from monitor.server.control import Unanswered
from monitor.state import DATABASE
from monitor.store import StoreTrouble

NAME = "learn"
EXAMPLES = "[dim]trueup learn · trueup learn orders · trueup learn orders --again[/]"
_MOST_RUNS = 50


def command(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these probes.")] = None,
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Forget what was learned of these, and begin anew.")
    ] = False,
    runs: Annotated[
        int, typer.Option("--runs", min=GOOD_RUNS, max=_MOST_RUNS, help="How many to learn from.")
    ] = GOOD_RUNS,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Learn the shape of answers from runs made now, and show what is known of how much there
    usually is. Nothing is recorded and nobody is told.

    Exit status:
    0 when all is learned, or known already and the probe passes;
    1 when a target is not well enough to learn from, answers so that the probe fails, or
    nothing is ever selected by what a baseline counts;
    2 when the configuration is bad, or there is nothing to learn;
    3 when a trouble of our own kept it from being learned.
    """
    read_config = read(config)
    chosen = _chosen(read_config, ids or [], again=again)
    log_quietly(read_config)
    found = asyncio.run(learnt.study(read_config, chosen, runs=runs, again=again))
    forgotten = _forget(read_config, chosen, found) if again else {}
    usual = {probe.id: learnt.usual(read_config, probe) for probe in chosen}
    if as_json:
        say_json(_document(chosen, found, usual, forgotten))
    else:
        _print(read_config, chosen, found, usual, runs)
        for probe_id, hours in forgotten.items():
            said = f"{probe_id}: what was usual is forgotten, {of_hours(hours)}, and begins anew"
            out.print(said, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(_status(found, usual))


def _chosen(config: Config, ids: Sequence[str], *, again: bool) -> list[Probe]:
    if again and not ids:
        fail("name the probes that are to be learned anew, as in: trueup learn orders --again")
    chosen = choose(config, ids, [])
    learning = [p for p in chosen if learnt.learns_shape(p) or falls_of(p.settings)]
    idle = [probe.id for probe in chosen if probe not in learning]
    if (ids and idle) or not learning:
        named = f"{', '.join(idle)}: " if ids else ""
        fail(
            f'{named}there is nothing to learn; write expect.shape = "learn" to have the fields of'
            ' a JSON answer learned, or expect.json."$.items[*]".baseline = "30%" for how many'
            " there usually are"
        )
    return learning


def _status(found: dict[str, Found], usual: dict[str, list[Usual]]) -> int:
    known = {STATUS.get(each.state, 0) for each in found.values()}
    known |= {int(each.selects_nothing) for listed in usual.values() for each in listed}
    return 1 if 1 in known else max(known, default=0)


def _forget(config: Config, chosen: Sequence[Probe], found: dict[str, Found]) -> dict[str, int]:
    """The baselines of those that are well; how many hours of each that were."""
    forgotten = {}
    for probe in chosen:
        well = probe.id not in found or found[probe.id].state not in STATUS
        if not (well and falls_of(probe.settings) and (config.state / DATABASE).exists()):
            continue
        try:
            order = ForgetBaseline(by=giving.who(""), probe=probe.id)
            forgotten[probe.id] = int(giving.carried_out(config, order).facts["hours"])
        except CannotAct as no:
            fail(f"{no}; the daemon may still have another configuration", giving.REFUSED)
        except (StoreTrouble, Unanswered) as trouble:
            fail(str(trouble), NOT_KNOWN)
    return forgotten


def _print(
    config: Config,
    chosen: Sequence[Probe],
    found: dict[str, Found],
    usual: dict[str, list[Usual]],
    runs: int,
) -> None:
    if is_odd(config):
        out.print(banner(config))
    for probe in chosen:
        said = _said(probe, found[probe.id], runs) if probe.id in found else []
        said += [_usual(probe, each) for each in usual[probe.id]]
        for line in said:
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    files = [
        str(nearer(each.file))
        for each in found.values()
        if each.file and each.state in (State.LEARNED, State.REPLACED)
    ]
    if files:
        what = f"Now review and commit {', '.join(files)}. A daemon at work reads it by itself."
        out.print(what, markup=False, highlight=False, soft_wrap=True)


def _said(probe: Probe, found: Found, runs: int) -> list[str]:
    file, name = nearer(found.file) if found.file else "", probe.id
    lines = [f"    {line}" for line in found.difference.lines()] if found.difference else []
    match found.state:
        case State.REFUSED if found.difference:
            kept = f"{name}: {file} stays as it is: {found.why}; nothing is learned from an outage"
            meant = f"    If that is meant to be so: remove {file}, then trueup learn {name}"
            return [f"{kept}. What is gone (-), new (+) and changed (~):", *lines, meant]
        case State.REFUSED:
            return [f"{name}: nothing is learned from a target that is not well; {found.why}"]
        case State.FAILED:
            return [f"{name}: nothing is learned; {found.why}"]
        case State.SAME:
            still = f"{name}: still as in {file}, {_fields(found)}"
            return [still, *_noted(lines, name)]
        case State.DIFFERS:
            return [
                f"{name}: not as in {file} any more; what is gone (-), new (+) and changed (~):",
                *lines,
                f"    If that is meant to be so: trueup learn {name} --again",
            ]
        case _:
            learned = f"{name}: learned from {runs} good runs, {_fields(found)}: {file}"
            return [learned, *lines, *_left_out(found)]


def _noted(lines: list[str], name: str) -> list[str]:
    """What is other than it was learned, and no fault to the probe."""
    if not lines:
        return []
    what = "    Passes, though this was not so when it was learned; what is gone (-), new (+) and"
    return [f"{what} changed (~):", *lines, f"    To learn that too: trueup learn {name} --again"]


def _fields(found: Found) -> str:
    count = len(found.shape.fields) if found.shape else 0
    return f"{count} field{'s' if count != 1 else ''}"


def _left_out(found: Found) -> list[str]:
    if found.shape is None:
        return []
    keys = [f"the keys of {path}, which vary from answer to answer" for path in found.shape.varies]
    empty = [f"the entries of {path}, which was empty" for path in undescribed(found.shape)]
    return [f"    not learned: {said}" for said in (*keys, *empty)]


def _usual(probe: Probe, usual: Usual) -> str:
    what, known = f"{probe.id}: {usual.what}", usual.known.runs
    if usual.selects_nothing:
        return f"{what}: selects nothing, in {usual.in_vain} good runs: is the JSONPath right?"
    if known < GOOD_RUNS:
        return (
            f"{what}: still learning how many there usually are, {known} of {GOOD_RUNS} good runs"
        )
    if usual.expected is None or not usual.expected.known:
        few = f"{what}: never fewer than {usual.known.lowest} in the {known} good runs so far"
        return f"{few}; before three days know this hour only an emptied list is noticed"
    many = f"{usual.expected.usual:.0f}"
    return f"{what}: usually {many} {usual.expected.when}, of {known} good runs"


def _document(
    chosen: Sequence[Probe],
    found: dict[str, Found],
    usual: dict[str, list[Usual]],
    forgotten: dict[str, int],
) -> dict[str, Any]:
    return {
        "probes": [
            {
                "id": probe.id,
                "shape": _shape(found[probe.id]) if probe.id in found else None,
                "baselines": [_baseline(each) for each in usual[probe.id]],
                "forgotten_hours": forgotten.get(probe.id, 0),
            }
            for probe in chosen
        ]
    }


def _shape(found: Found) -> dict[str, Any]:
    difference = found.difference
    return {
        "state": found.state.value,
        "file": str(found.file) if found.file else None,
        "why": found.why,
        "fields": dict(found.shape.fields) if found.shape else {},
        "varies": list(found.shape.varies) if found.shape else [],
        "gone": dict(difference.gone) if difference else {},
        "new": dict(difference.new) if difference else {},
        "changed": {p: list(both) for p, both in difference.changed.items()} if difference else {},
    }


def _baseline(usual: Usual) -> dict[str, Any]:
    expected = usual.expected if usual.expected and usual.expected.known else None
    return {
        "what": usual.what,
        "good_runs": usual.known.runs,
        "selects_nothing": usual.selects_nothing,
        "usual": expected.usual if expected else None,
        "spread": expected.spread if expected else None,
        "when": expected.when if expected else "",
    }
