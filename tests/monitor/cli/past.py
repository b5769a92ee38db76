"""A history for commands to read, as short as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.clock import SystemClock, to_us
from monitor.health import Health, Standing
from monitor.incidents import Firing, Quiet, Track
from monitor.store import Writer, records, verdicts
from monitor.store.incidents import NewIncident, open_incident, resolve_incident
from monitor.store.records import ProbeRow, RunRow
from monitor.store.verdicts import HealthRow

LONG = "orders-api-in-the-eu-west-region-checkout"
SAID = "status 503 instead of 200, and the body says that the shop is being moved"


def now() -> datetime:
    return SystemClock().now()


def ago(span: timedelta) -> datetime:
    return now() - span


def configure(folder: Path, *probes: str, environment: str = "production") -> Path:
    """A configuration file with these probes, which nobody is going to ask."""
    tables = "".join(f'[probe.{p}]\nkind = "http"\nurl = "http://127.0.0.1:9/"\n' for p in probes)
    path = folder / "probes.toml"
    tables += '[channel.oncall]\nkind = "command"\nargv = ["/bin/true"]\n'
    defaults = '[defaults]\nchannels = ["oncall"]\n'
    path.write_text(f'[trueup]\nenvironment = "{environment}"\n{defaults}{tables}')
    return path


@dataclass(slots=True)
class Past:
    """Writes as the daemon does. Everything is a minute old unless said otherwise."""

    writer: Writer
    keys: dict[str, int]

    def alive(self, at: datetime | None = None) -> None:
        value = {"at": to_us(at or now()), "pid": 1}
        self.writer.submit(lambda db: records.set_meta(db, "alive", value)).result()

    def runs(self, probe: str, *, outcome: str = "PASS", summary: str = "", **known: Any) -> None:
        """One more run of *probe*, and what is concluded: `health`, `evidence_at`, `incident`,
        `warnings`.
        """
        at = ago(timedelta(minutes=1))
        run = RunRow(
            probe=self.keys[probe],
            location="here",
            slot=at,
            started_at=at,
            outcome=outcome,
            reason=None,
            took=timedelta(milliseconds=12),
            tries=1,
            phases={},
            note=summary,
            warnings=known.get("warnings", ()),
        )
        health = known.get("health", Health.UP)
        row = HealthRow(
            standing=Standing(health, None if health is Health.UNKNOWN else at),
            track=Track(
                state=Firing(began_at=at) if "incident" in known else Quiet(),
                evidence_at=known.get("evidence_at", at),
            ),
            incident=known.get("incident"),
        )
        self.writer.submit(lambda db: verdicts.save_health(db, run, row)).result()

    def breaks(self, probe: str, *, over: bool = False) -> int:
        """The number of a new incident."""
        new = NewIncident(
            probe=self.keys[probe],
            location="here",
            began_at=ago(timedelta(minutes=65)),
            opened_at=ago(timedelta(minutes=64)),
            reason="status",
            summary=SAID,
            failed_step="",
            failures=2,
        )
        number, _ = self.writer.submit(lambda db: open_incident(db, new, instance="i")).result()
        if over:
            self.writer.submit(
                lambda db: resolve_incident(db, number, recovered_at=now(), resolved_at=now())
            ).result()
        return number


@contextmanager
def past(folder: Path, *probes: str) -> Iterator[Past]:
    """A state folder beside the configuration, with a daemon at work."""
    (folder / "var").mkdir()
    writer = Writer(folder / "var" / "trueup.db")
    rows = [ProbeRow(probe, probe, "http") for probe in probes]
    keys = writer.submit(lambda db: records.sync_probes(db, rows, now())).result()
    story = Past(writer, keys)
    story.alive()
    yield story
    writer.close()
