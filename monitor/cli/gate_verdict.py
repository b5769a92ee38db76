"""What `gate` tells in the end: to a person, to a program, and into the files of a pipeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.text import Text

from monitor.cli import runs
from monitor.cli.ground import fail, out, say_json
from monitor.clock import iso
from monitor.config import Config, Scrubber
from monitor.gating import (
    Evidence,
    Standing,
    Tally,
    Terms,
    Verdict,
    details,
    found,
    headline,
    junit,
    markdown,
)

SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_MARKS: Final = {
    Standing.PASSED: ("✓", "green"),
    Standing.FAILED: ("✕", "red"),
    Standing.UNKNOWN: ("?", "magenta"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a test report and a summary are to be written; None: nowhere."""

    junit: Path | None
    summary: Path | None

    def demand(self) -> None:
        """Before anything is run: it would be a pity about the verdict."""
        for place in filter(None, (self.junit, self.summary)):
            try:
                _try_out(place)
            except OSError as trouble:
                fail(f"{place} cannot be written: {trouble.strerror}; nothing was run")


def _try_out(place: Path) -> None:
    """Raises OSError. Leaves no empty report behind."""
    place.absolute().parent.mkdir(parents=True, exist_ok=True)
    new = not place.exists()
    with place.open("ab"):
        pass
    if new:
        place.unlink()


def title(config: Config, service: str) -> str:
    """`gate of api in staging`."""
    return f"gate{f' of {service}' if service else ''} in {config.environment}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A verdict and what belongs to it."""

    config: Config
    service: str
    verdict: Verdict
    files: Mapping[str, Sequence[str]]
    """What was kept, by the probe's id."""
    deploy: Mapping[str, Any] | None
    """What was recorded of it."""

    def _evidence(self) -> dict[str, Evidence]:
        link = self.config.telemetry.link
        return {
            tally.probe.id: Evidence(
                files=tuple(self.files.get(tally.probe.id, ())),
                trace=link(tally.against.result.trace_id) if tally.against else "",
            )
            for tally in self.verdict.tallies
        }

    def _scrub(self, text: str) -> str:
        return Scrubber(self.config.secrets).text(text)

    def say(self, *, as_json: bool) -> None:
        """To standard output."""
        if as_json:
            say_json(self._document())
            return
        verdict, evidence = self.verdict, self._evidence()
        colour = _MARKS[verdict.standing][1]
        named = (f"{title(self.config, self.service)} ", "bold")
        _line(named, (headline(verdict), f"bold {colour}"))
        for tally in verdict.tallies:
            sign, colour = _MARKS[tally.standing(verdict.terms)]
            _line((f"{sign} ", colour), (tally.probe.id, "bold"), f": {found(tally, verdict)}")
            if tally.standing(verdict.terms) is not Standing.PASSED:
                for line in details(tally, verdict, evidence[tally.probe.id]):
                    _line(f"    {self._scrub(line)}")

    def write(self, places: Places, warn: Callable[[str], None]) -> bool:
        """Whether all that was asked for is written; what adds itself was not asked for."""
        evidence, written = self._evidence(), True
        if places.junit:
            suite = f"trueup.{self.config.environment}"
            written = _write(places.junit, junit(self.verdict, suite, evidence, self._scrub), warn)
        by_itself = os.environ.get(SUMMARY, "")
        if places.summary or by_itself:
            named = f"trueup {title(self.config, self.service)}"
            said = markdown(self.verdict, named, evidence, self._scrub)
            place, adds = places.summary or Path(by_itself), places.summary is None
            written &= _write(place, said.encode(errors="replace"), warn, adds=adds) or adds
        return written

    def _document(self) -> dict[str, Any]:
        verdict, evidence = self.verdict, self._evidence()
        return {
            "verdict": verdict.standing.value,
            "said": headline(verdict),
            "environment": self.config.environment,
            "service": self.service or None,
            "deploy": dict(self.deploy) if self.deploy else None,
            "began_at": iso(verdict.began_at),
            "took_ms": runs.ms(verdict.lasted),
            "terms": _terms(verdict.terms),
            "probes": [self._probe(tally, evidence[tally.probe.id]) for tally in verdict.tallies],
        }

    def _probe(self, tally: Tally, evidence: Evidence) -> dict[str, Any]:
        against = tally.against
        return {
            "id": tally.probe.id,
            "verdict": tally.standing(self.verdict.terms).value,
            "said": found(tally, self.verdict),
            "runs": tally.runs,
            "failed": tally.failed,
            "errors": tally.errors,
            "row": tally.row,
            "lasted_ms": runs.ms(tally.lasted),
            "took_ms": runs.ms(tally.took),
            "latest": runs.document(tally.latest) if tally.latest else None,
            "against": runs.document(against) if against else None,
            "excerpt": against.result.excerpt if against else "",
            "files": [self._scrub(name) for name in evidence.files],
            "trace": evidence.trace or None,
            "playbook": self._scrub(tally.probe.playbook) or None,
        }


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "runs": terms.runs,
        "settle_ms": runs.ms(terms.settle),
        "pause_ms": runs.ms(terms.pause),
        "strict": terms.strict,
        "fail_fast": terms.fail_fast,
    }


def _write(place: Path, content: bytes, warn: Callable[[str], None], *, adds: bool = False) -> bool:
    try:
        with place.open("ab" if adds else "wb") as file:
            file.write(content)
    except OSError as trouble:
        warn(f"{place} was not written: {trouble.strerror}")
        return False
    return True


def _line(*parts: str | tuple[str, str]) -> None:
    out.print(Text.assemble(*parts), highlight=False, soft_wrap=True)
