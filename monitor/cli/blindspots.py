"""`trueup blindspots`: what the probes would miss, shown before it happens."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, NoReturn

import typer

from monitor.blindspots import Heard, Matrix, Score, Seeking, Terms, overall, scores
from monitor.blindspots.closing import closing
from monitor.blindspots.remedies import Closing
from monitor.cli import blindspots_said as said
from monitor.cli import usual
from monitor.cli.blindspots_progress import Progress
from monitor.cli.ground import (
    BAD,
    DEFAULT_CONFIG,
    NOT_KNOWN,
    AsJson,
    ConfigPath,
    err,
    fail,
    log_quietly,
    read,
)
from monitor.cli.runs import choose, lent_tools, runner_with
from monitor.clock import SystemClock
from monitor.config import Config, Probe, Scrubber
from monitor.config.nearest import remedy
from probes.injection import BY_NAME, FAULTS, Fault

NAME = "blindspots"
EXAMPLES = (
    "[dim]trueup blindspots\n"
    "trueup blindspots library upload --fault empty-lists --fault status-500\n"
    "trueup blindspots --tag edge --toml\n"
    "trueup blindspots --min-score 80 --json[/]"
)
BELOW: Final = 1
INTERRUPTED: Final = 128 + signal.SIGINT
TERMINATED: Final = 128 + signal.SIGTERM


@dataclass(slots=True)
class _Work:
    """What was asked for, and what is known of it so far."""

    config: Config
    probes: Sequence[Probe]
    terms: Terms
    heard: Heard
    matrix: Matrix | None = None
    remedies: Closing = field(default_factory=Closing)
    status: int = 0

    @property
    def scrub(self) -> Callable[[str], str]:
        return Scrubber(self.config.secrets).text

    async def do(self) -> None:
        task = asyncio.current_task()
        if task is not None:  # as on Ctrl-C: no browser may stay behind
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, self._end, task)
        clock = SystemClock()
        weigh = await usual.weigh_of(self.config)
        async with lent_tools(self.config) as tools:
            seeking = Seeking(
                tools,
                lambda lent: runner_with(self.config, lent, weigh=weigh),
                clock,
                self.terms,
                self.heard,
            )
            try:
                self.matrix = await seeking.seek(self.probes)
                found = await closing(self.config, seeking, self.matrix)
                self.remedies = found.scrubbed(self.scrub)
            except BaseException:
                self.matrix = seeking.matrix(complete=False)
                raise

    def _end(self, task: asyncio.Task[None]) -> None:
        self.status = TERMINATED
        task.cancel()


def command(  # noqa: PLR0913 - one parameter an option
    ids: Annotated[list[str] | None, typer.Argument(help="Only these probes.")] = None,
    *,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", "-t", help="Only probes with this tag.")
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option("--fault", "-f", help="Only this fault; see --list.")
    ] = None,
    min_score: Annotated[
        int | None,
        typer.Option("--min-score", min=0, max=100, help="Less than so many percent fail."),
    ] = None,
    per_minute: Annotated[
        int,
        typer.Option(
            "--per-minute", min=1, max=6000, help="So many runs a minute may a target see."
        ),
    ] = 20,
    show_list: Annotated[
        bool, typer.Option("--list", help="Show the faults, and run nothing.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what every probe said to every fault.")
    ] = False,
    as_toml: Annotated[
        bool, typer.Option("--toml", help="Only the lines that would close the holes.")
    ] = False,
    as_json: AsJson = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Run probes through faults that are put between them and their targets, and show which ones
    nobody would notice. The targets see ordinary runs; nothing is recorded and nobody is told.

    What a journey writes is written, once for every fault that lets it through.
    blindspots = "read-only" in its probe lets nothing through that writes;
    blindspots = "never" leaves the probe alone.

    Exit status:
    0 when it was done;
    1 when the score is below --min-score;
    2 when the configuration is bad, or there is no such probe or fault;
    3 when something could not be told: a probe does not pass as it is, a trouble of
    our own, or a score is asked for and nothing could be tried.
    """
    if show_list:
        said.faults(as_json=as_json)
        return
    faults = _faults(fault or [])
    read_config = read(config)
    chosen = choose(read_config, ids or [], tag or [])
    log_quietly(read_config)
    with Progress(as_terminal=not as_json) as progress:
        work = _Work(read_config, chosen, Terms(faults=faults, per_minute=per_minute), progress)
        interrupted = _done(work)
    if work.matrix is None:
        raise typer.Exit(interrupted or NOT_KNOWN)
    matrix = work.matrix.scrubbed(work.scrub)
    found = scores(matrix, read_config.components.values())
    told = said.Told(read_config, matrix, found, overall(found), work.remedies)
    said.say(told, as_json=as_json, as_toml=as_toml, verbose=verbose)
    _leave(told, min_score, interrupted)


def _done(work: _Work) -> int:
    """Zero, or the status of whoever interrupted it."""
    try:
        asyncio.run(work.do())
    except KeyboardInterrupt:
        return INTERRUPTED
    except asyncio.CancelledError:
        return work.status or INTERRUPTED
    return 0


def _leave(told: said.Told, min_score: int | None, interrupted: int) -> NoReturn:
    if interrupted:
        err.print("stopped before everything was tried", style="red")
        raise typer.Exit(interrupted)
    percent = told.all.percent
    if min_score is not None and percent is not None and percent < min_score:
        fail(f"the score is {percent} %, and at least {min_score} % is wanted", BELOW)
    if min_score is not None and percent is None:
        fail("nothing could be tried, so there is no score to hold against --min-score", NOT_KNOWN)
    if min_score is not None and (said_of := _not_tried(told.all)):
        err.print(f"the score is of what was tried: {said_of}", style="dim", soft_wrap=True)
    if not told.matrix.told:
        raise typer.Exit(NOT_KNOWN)
    raise typer.Exit


def _not_tried(score: Score) -> str:
    """Empty where everything was."""
    left_out, partial = len(score.left_out), len(score.partial)
    said = [f"{left_out} of {score.tried + left_out} not at all"] if left_out else []
    return ", ".join([*said, *([f"{partial} in some fields only"] if partial else [])])


def _faults(names: Sequence[str]) -> tuple[Fault, ...]:
    for name in names:
        if name not in BY_NAME:
            hint = remedy(name, BY_NAME, "faults")
            fail(f"there is no fault {name!r}; {hint}; trueup blindspots --list shows them", BAD)
    return tuple(fault for fault in FAULTS if not names or fault.name in names)
