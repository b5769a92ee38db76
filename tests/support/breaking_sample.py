"""The sample configuration in a hurry, with a few probes more, at work on any address."""

from __future__ import annotations

import json
import re
from pathlib import Path

from probes.expect import Shape
from tests.support.client import CLIENT
from tests.support.world import ROOT

JOURNEYS = frozenset(("signin", "message", "upload", "shorten", "tour"))
ASKING = frozenset(("home", "library", "api", "vault", "cellar", "board"))
EVERYBODY = ASKING | JOURNEYS
# Where every answer lags, five times that is clearly too long for some and clearly not for others.
LAG = 0.22  # seconds
_EVERY = {"http": "1s", "journey": "3s"}
_TIMEOUTS = {"http": "6s", "upload": "7s"}
_TIMEOUT = "9s"
_PROBE = re.compile(r"^\[probe\.([\w-]+)\]\n(?:.+\n)*", re.MULTILINE)
_SITE = "http://127.0.0.1:8601"
_WHO = {"Authorization": "Bearer practice-canary-token"}
_PIN = Path("pins") / "board.json"
# What the sample has no need of, because it asks in the clear and for few fields.
_MORE = f"""
[probe.vault]
kind = "http"
every = "1s"
timeout = "6s"
url = "SECURE/api/identity"
tls.ca = "authority.pem"
expect.environment = "production"
expect.certificate_valid_for = "14d"

[probe.cellar]
kind = "http"
every = "1s"
timeout = "6s"
url = "SECURE/"
tls.ca = "authority.pem"

[probe.board]
kind = "http"
every = "1s"
timeout = "6s"
url = "SITE/api/messages"
headers.Authorization = "{_WHO["Authorization"]}"
expect.shape = "{_PIN}"
"""


def sample(site: str, secure: str) -> str:
    """probes.toml at work on *site*; only its pager stays where it was."""
    text = (ROOT / "probes.toml").read_text()
    text = re.sub(r"^confirm = .*$", "confirm = []", text, flags=re.MULTILINE)
    text = _PROBE.sub(_hurried, text)
    before, pager, after = text.partition("[channel.pager]")
    more = _MORE.replace("SECURE", secure).replace("SITE", site)
    return before.replace(_SITE, site) + pager + after + more


def learn(folder: Path, site: str) -> None:
    """What `board` expects, from one answer of the site as it is."""
    answer = CLIENT.get(f"{site}/api/messages", headers=_WHO).raise_for_status()
    (folder / _PIN).parent.mkdir()
    (folder / _PIN).write_text(json.dumps(Shape.of(answer.json()).to_json()))


def _hurried(probe: re.Match[str]) -> str:
    text, id_ = probe[0], probe[1]
    kind = "journey" if 'kind = "journey"' in text else "http"
    timeout = _TIMEOUTS.get(id_, _TIMEOUTS.get(kind, _TIMEOUT))
    lines = [line for line in text.splitlines() if not re.match(r"(every|timeout) = ", line)]
    lines[1:1] = [f'every = "{_EVERY[kind]}"', f'timeout = "{timeout}"']
    return "\n".join([*lines, ""])
