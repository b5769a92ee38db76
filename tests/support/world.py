"""The whole product as real processes: the practice site, the daemon, and questions to both."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.support.client import CLIENT
from tests.support.serve import free_port
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
GLANCE = 0.1
PATIENCE = 90.0  # seconds; a bound for two busy cores, not a wait
ROW = re.compile(r'class="row row-(\w+)" id="component-([\w-]+)"')
STOP_PATIENCE = 30.0


@dataclass
class World:
    """One folder, one practice site, one daemon that may be killed and started again."""

    folder: Path
    practice_port: int = field(default_factory=free_port)
    daemon_port: int = field(default_factory=free_port)
    daemon: subprocess.Popen[bytes] | None = None

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.practice_port}"

    @property
    def page(self) -> str:
        return f"http://127.0.0.1:{self.daemon_port}"

    @property
    def config(self) -> Path:
        return self.folder / "probes.toml"

    def configure(self, text: str) -> None:
        """Writes the configuration, with the sample's ports replaced by this world's."""
        text = text.replace("127.0.0.1:8601", f"127.0.0.1:{self.practice_port}")
        self.config.write_text(text.replace("127.0.0.1:8600", f"127.0.0.1:{self.daemon_port}"))

    def start(self) -> None:
        """The daemon, as `trueup run` would start it."""
        with (self.folder / "daemon.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                [sys.executable, "-m", "monitor", "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
            )

    def stop(self) -> int:
        """Asks it to stop, and gives its exit status."""
        assert self.daemon
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(STOP_PATIENCE)

    def kill(self) -> None:
        """As a power cut would, without a last word."""
        assert self.daemon
        self.daemon.kill()
        self.daemon.wait(STOP_PATIENCE)

    def breaks(self, fault: str) -> None:
        CLIENT.post(f"{self.site}/faults/{fault}").raise_for_status()

    def mended(self, fault: str) -> None:
        CLIENT.delete(f"{self.site}/faults/{fault}").raise_for_status()

    def pages(self) -> list[dict[str, Any]]:
        """What the pager received, oldest first."""
        answer = CLIENT.get(f"{self.site}/pager.json")
        bodies: list[dict[str, Any]] = answer.raise_for_status().json()
        return bodies

    def forget_pages(self) -> None:
        CLIENT.delete(f"{self.site}/pager").raise_for_status()

    def told(self) -> list[tuple[str, str]]:
        """(event, probe) of every page received."""
        return [(body["event"], body["probe"]) for body in self.pages()]

    def public(self) -> str:
        """The public page, or nothing when it cannot be had right now."""
        try:
            answer = CLIENT.get(f"{self.page}/")
        except httpx.TransportError:
            return ""
        return answer.text if answer.status_code == 200 else ""

    def conditions(self) -> dict[str, str]:
        """Condition by component, as the public page says it."""
        return {component: condition for condition, component in ROW.findall(self.public())}

    def status(self, *command: str) -> Any:
        """The JSON that a command of ours prints."""
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command, "--json", "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=ROOT,
            check=False,
        )
        return json.loads(done.stdout or "null")

    def command(self, *command: str) -> subprocess.CompletedProcess[str]:
        """One of our commands, as somebody would give it."""
        return subprocess.run(
            [sys.executable, "-m", "monitor", *command, "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            cwd=ROOT,
            check=False,
        )

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Until *condition*, with the end of the daemon's log in the complaint."""
        try:
            return until(condition, what, PATIENCE, GLANCE)
        except AssertionError as trouble:
            log = (self.folder / "daemon.log").read_text(errors="replace")[-4000:]
            raise AssertionError(f"{trouble}\n{self.conditions()}\n{log}") from None


@contextmanager
def a_world(folder: Path, text: str, *, starts: bool = True) -> Iterator[World]:
    """The practice site and a daemon with the configuration *text*, both ended afterwards.
    Without *starts* the daemon waits for `World.start`, or for another in its place.
    """
    world = World(folder)
    world.configure(text)
    command = [sys.executable, "-m", "monitor", "practice", "--until-stdin-closes"]
    command += ["--port", str(world.practice_port), "--state", str(folder / "practice")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT) as practice:
        try:
            until(lambda: _answers(f"{world.site}/health"), "the practice site answers", PATIENCE)
            if starts:
                world.start()
            yield world
        finally:
            if world.daemon and world.daemon.poll() is None:
                world.kill()
            practice.terminate()


def _answers(url: str) -> bool:
    try:
        return CLIENT.get(url).status_code == 200
    except httpx.TransportError:
        return False


def parse_at(text: str) -> datetime:
    """An instant as our documents hold it."""
    return datetime.fromisoformat(text)
