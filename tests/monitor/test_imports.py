"""Nobody pays, in memory or in time, for what their configuration does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HEAVY: Final = {
    "aiosmtplib",
    "apprise",
    "cryptography",
    "icalendar",
    "jsonpath",
    "jsonschema",
    "opentelemetry",
    "playwright",
    "recurring_ical_events",
}
PLAIN: Final = """
[trueup]
state = "var"
[defaults]
channels = ["oncall"]
[channel.oncall]
kind = "webhook"
url = "https://example.org/hook"
[probe.web]
kind = "http"
url = "https://example.org/"
expect.contains = "Welcome"
"""
LOADED: Final = """
import json, sys
from pathlib import Path
import monitor.cli.run
from monitor.config import load
load(Path(sys.argv[1]))
print(json.dumps(sorted(sys.modules)))
"""
LISTED: Final = """
import json, sys
from typer.testing import CliRunner
from monitor.cli import app
assert "check" in CliRunner().invoke(app, ["--help"]).stdout
print(json.dumps(sorted(sys.modules)))
"""


def imported(program: str, *arguments: str) -> set[str]:
    """The modules that a fresh process has at the end of *program*."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout))


def test_a_daemon_of_plain_probes_has_imported_nothing_for_the_others(tmp_path: Path) -> None:
    (tmp_path / "probes.toml").write_text(PLAIN)

    known = imported(LOADED, str(tmp_path / "probes.toml"))

    assert "monitor.daemon.daemon" in known
    assert {name.partition(".")[0] for name in known} & HEAVY == set()
    assert {name for name in known if name.startswith("probes.kinds.")} == {"probes.kinds.http"}
    assert {"monitor.channels.webhook", "monitor.channels.email"} & known == {
        "monitor.channels.webhook"
    }


def test_the_list_of_commands_imports_none_of_them() -> None:
    ours = {name for name in imported(LISTED) if name.startswith(("monitor", "probes"))}

    assert ours == {"monitor", "monitor.cli"}
