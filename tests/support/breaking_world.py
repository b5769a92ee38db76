"""The practice site, really broken: what a daemon finds out then, and what was predicted of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - a test's own look into the store

from tests.support.breaking import Breaking, breaking
from tests.support.breaking_sample import ALL_WHO_ASK, GROUPS, LAGS, learn, sample
from tests.support.breaking_ways import HEALTHY, Way
from tests.support.targets import Certificates
from tests.support.world import ROOT, World, a_world

LONG, SHORT = timedelta(days=90), timedelta(days=1)
WHOLE = "whole.toml"
LONGEST = 400.0  # seconds, for a whole matrix on a busy machine
TOLD = {0, 3}  # everything, or all but what a busy machine kept from being told
# As on a machine that carries all journeys of the sample at once: most wait for what never comes.
_PROGRAM = """
import sys
from probes.browser import browsers, slots
browsers.slots_here = slots.slots_here = lambda: 5
from monitor.__main__ import main
sys.argv[0] = "trueup"
sys.exit(main())
"""
_WIDE = (sys.executable, "-c", _PROGRAM)
_RUNS = """SELECT probe, outcome, reason FROM runs
WHERE started_at > ? AND outcome <> 'ERROR' ORDER BY slot"""  # trouble of ours proves nothing
Cell = dict[str, Any]


@dataclass
class Seen:
    """What a run of the daemon came to."""

    outcome: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason or ''}".strip()


@dataclass
class Doors:
    """Ways to the site, by groups of those who go there. Who asks without a browser has one with
    TLS as well.
    """

    certificates: Certificates
    plain: dict[str, Breaking]
    secure: Breaking

    def breaks(self, who: str, way: Way, *, lag: float = 0.0, left: timedelta = LONG) -> None:
        """From now on; the certificate is valid for as long as is left of it."""
        self.plain[who].lag = lag
        self.plain[who].breaks(way)
        if who == ALL_WHO_ASK:
            self.secure.lag = lag
            self.secure.tls = self.certificates.good(left=left)
            self.secure.breaks(way)

    def sample(self) -> str:
        return sample({who: door.url for who, door in self.plain.items()}, self.secure.url)


@dataclass
class BrokenWorld:
    """Its daemon comes through `doors` only; predictions are made at `whole` ones."""

    world: World
    doors: Doors
    whole: Doors

    def predicted(
        self, faults: Collection[str], groups: Collection[str], *, lags: bool = False
    ) -> list[Cell]:
        """What `trueup blindspots` can tell of them: trouble of its own proves nothing."""
        for who in groups:
            self.whole.breaks(who, HEALTHY, lag=LAGS[who] if lags else 0.0)
        probes = sorted(probe for who in groups for probe in GROUPS[who])
        chosen = [part for fault in faults for part in ("--fault", fault)]
        config = ("--config", str(self.world.folder / WHOLE))
        done = subprocess.run(
            [*_WIDE, "blindspots", *probes, "--json", "--per-minute=600", *config, *chosen],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode in TOLD, done.stderr
        matrix: list[Cell] = json.loads(done.stdout)["matrix"]
        return [cell for cell in matrix if cell["verdict"] != "error"]

    def start(self) -> None:
        """The daemon."""
        command = [*_WIDE, "run", "--config", str(self.world.config)]
        with (self.world.folder / "daemon.log").open("ab") as log:
            self.world.daemon = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT
            )
        self.world.wait(self.world.conditions, "the page is there")

    def seen(self, probes: Collection[str]) -> dict[str, Seen]:
        """What each of the probes comes to in the first run that begins from now on."""
        since = _now()

        def all_ran() -> dict[str, Seen] | None:
            found = self._since(since)
            enough = all(found.get(probe) for probe in probes)
            return {probe: found[probe][0] for probe in probes} if enough else None

        found: dict[str, Seen] = self.world.wait(all_ran, f"a run of {sorted(probes)}")
        return found

    def mended(self, who: str) -> None:
        """Waits until all of them have passed again."""
        probes = GROUPS[who]
        self.doors.breaks(who, HEALTHY)
        since = _now()

        def all_passed() -> bool:
            found = self._since(since)
            return all(
                any(seen.outcome == "PASS" for seen in found.get(probe, ())) for probe in probes
            )

        self.world.wait(all_passed, "everything passes again")

    def _since(self, at: str) -> dict[str, list[Seen]]:
        store = Database(self.world.folder / "var" / "trueup.db")
        found: dict[str, list[Seen]] = {}
        try:
            for row in store.query(_RUNS, [at]):
                found.setdefault(row["probe"], []).append(Seen(row["outcome"], row["reason"]))
        finally:
            store.close()
        return found


@contextmanager
def a_broken_world(folder: Path) -> Iterator[BrokenWorld]:
    """The practice site, what breaks it, and the sample that watches it; no daemon yet."""
    shutil.copytree(ROOT / "journeys", folder / "journeys")
    certificates = Certificates(folder)
    with (
        a_world(folder, "", starts=False) as world,
        _doors(world.site, certificates) as whole,
        _doors(world.site, certificates) as doors,
    ):
        learn(folder, world.site)
        world.configure(whole.sample())
        world.config.rename(folder / WHOLE)
        world.configure(doors.sample())
        yield BrokenWorld(world, doors, whole)


@contextmanager
def _doors(site: str, certificates: Certificates) -> Iterator[Doors]:
    with ExitStack() as held:
        plain = {who: held.enter_context(breaking(site)) for who in GROUPS}
        secure = held.enter_context(breaking(site, certificates.good(left=LONG)))
        yield Doors(certificates, plain, secure)


def _now() -> str:
    at = datetime.now(UTC)  # noqa: TID251 - the test's own watch
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
