"""The sample configuration before a site that is really broken: what a daemon finds out then."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database  # noqa: TID251 - a test's own look into the store

from probes.expect import Shape
from tests.support.breaking import Breaking, breaking
from tests.support.breaking_ways import HEALTHY, Way
from tests.support.client import CLIENT
from tests.support.targets import Certificates
from tests.support.world import ROOT, World, a_world

EVERY = {"http": "1s", "journey": "3s"}
# Where every answer lags, five times that is clearly too long for some and clearly not for others.
LAG = 0.22  # seconds
TIMEOUTS = {"http": "6s", "upload": "7s"}
TIMEOUT = "9s"
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
LONGEST = 240.0  # seconds, for a whole matrix
_PROBE = re.compile(r"^\[probe\.([\w-]+)\]\n(?:.+\n)*", re.MULTILINE)
_SITE = "127.0.0.1:8601"
# Besides the sample: what it has no need of, because it asks in the clear and for few fields.
_MORE = """
[probe.vault]
kind = "http"
every = "1s"
timeout = "6s"
url = "{secure}/api/identity"
tls.ca = "authority.pem"
expect.environment = "production"
expect.certificate_valid_for = "14d"

[probe.cellar]
kind = "http"
every = "1s"
timeout = "6s"
url = "{secure}/"
tls.ca = "authority.pem"

[probe.board]
kind = "http"
every = "1s"
timeout = "6s"
url = "{site}/api/messages"
headers.Authorization = "Bearer practice-canary-token"
expect.shape = "pins/board.json"
"""
JOURNEYS = frozenset(("signin", "message", "upload", "shorten", "tour"))
ASKING = frozenset(("home", "library", "api", "vault", "cellar", "board"))
LONG, SHORT = timedelta(days=90), timedelta(days=1)
_RUNS = "SELECT probe, outcome, reason FROM runs WHERE started_at > ? ORDER BY slot"


@dataclass(frozen=True)
class Seen:
    """What a run of the daemon came to."""

    outcome: str
    reason: str | None

    @property
    def alarming(self) -> bool:
        return self.outcome in {"FAIL", "SLOW"}

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason or ''}".strip()


@dataclass
class BrokenWorld:
    """The daemon of `world` reaches its practice site by these ways in only."""

    world: World
    certificates: Certificates
    ways_in: tuple[Breaking, Breaking]
    """In the clear, and with TLS."""

    def breaks(self, way: Way, *, lag: float = 0.0) -> None:
        for way_in in self.ways_in:
            way_in.lag = lag
            way_in.breaks(way)

    def certified(self, left: timedelta) -> None:
        """From now on the certificate is valid for so long."""
        self.ways_in[1].tls = self.certificates.good(left=left)

    def predicted(self, *faults: str) -> list[dict[str, Any]]:
        """The matrix of `trueup blindspots` for these faults."""
        chosen = [part for fault in faults for part in ("--fault", fault)]
        done = subprocess.run(
            [*_WIDE, "blindspots", "--json", "--per-minute", "600", *chosen, *self._config],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout[-2000:]
        matrix: list[dict[str, Any]] = json.loads(done.stdout)["matrix"]
        return matrix

    @property
    def _config(self) -> tuple[str, str]:
        return "--config", str(self.world.config)

    def start(self) -> None:
        with (self.world.folder / "daemon.log").open("ab") as log:
            self.world.daemon = subprocess.Popen(
                [*_WIDE, "run", *self._config],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
            )
        self.world.wait(self.world.conditions, "the page is there")

    def seen(self, probes: Collection[str], runs: int = 1) -> dict[str, Seen]:
        """What each of the probes comes to in the last of so many runs that begin from now on."""
        since = _now()

        def all_ran() -> dict[str, Seen] | None:
            found = self._since(since)
            enough = all(len(found.get(probe, ())) >= runs for probe in probes)
            return {probe: found[probe][runs - 1] for probe in probes} if enough else None

        found: dict[str, Seen] = self.world.wait(all_ran, f"{runs} run(s) of {sorted(probes)}")
        return found

    def mended(self, probes: Collection[str]) -> None:
        """Waits until all of them have passed again."""
        self.breaks(HEALTHY)
        self.certified(LONG)
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


def hurried(text: str, site: str) -> str:
    """probes.toml at work on *site*, with short intervals and deadlines; its pager stays."""
    text = re.sub(r"^confirm = .*$", "confirm = []", text, flags=re.MULTILINE)
    text = _PROBE.sub(_hurried, text)
    before, pager, after = text.partition("[channel.pager]")
    return before.replace(f"http://{_SITE}", site) + pager + after


def _hurried(probe: re.Match[str]) -> str:
    text, id_ = probe[0], probe[1]
    kind = "journey" if 'kind = "journey"' in text else "http"
    timeout = TIMEOUTS.get(id_, TIMEOUTS.get(kind, TIMEOUT))
    lines = [line for line in text.splitlines() if not re.match(r"(every|timeout) = ", line)]
    lines[1:1] = [f'every = "{EVERY[kind]}"', f'timeout = "{timeout}"']
    return "\n".join([*lines, ""])


@contextmanager
def a_broken_world(folder: Path) -> Iterator[BrokenWorld]:
    """The practice site, what breaks it, and the sample that watches it; no daemon yet."""
    shutil.copytree(ROOT / "journeys", folder / "journeys")
    certificates = Certificates(folder)
    with (
        a_world(folder, "", starts=False) as world,
        breaking(world.site) as plain,
        breaking(world.site, certificates.good(left=LONG)) as secure,
    ):
        more = _MORE.format(secure=secure.url, site=plain.url)
        world.configure(hurried((ROOT / "probes.toml").read_text(), plain.url) + more)
        _pin(folder / "pins" / "board.json", f"{world.site}/api/messages")
        yield BrokenWorld(world, certificates, (plain, secure))


def _pin(file: Path, url: str) -> None:
    answer = CLIENT.get(url, headers={"Authorization": "Bearer practice-canary-token"})
    file.parent.mkdir()
    file.write_text(json.dumps(Shape.of(answer.raise_for_status().json()).to_json()))


def _now() -> str:
    at = datetime.now(UTC)  # noqa: TID251 - the test's own watch
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
