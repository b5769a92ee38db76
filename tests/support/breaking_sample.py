"""The sample configuration in a hurry, with a few probes more, at work on any address."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from probes.expect import Shape
from tests.support.client import CLIENT
from tests.support.world import ROOT

JOURNEYS = frozenset(("signin", "message", "upload", "shorten", "tour"))
ASKING = frozenset(("home", "library", "api", "vault", "cellar", "board"))
EVERYBODY = ASKING | JOURNEYS
# Each has a way to the site of its own, by this name; who asks without a browser shares one.
ALL_WHO_ASK = "asking"
GROUPS = {ALL_WHO_ASK: ASKING} | {who: frozenset((who,)) for who in sorted(JOURNEYS)}
# How long every answer takes before it takes five times as long. That is by far too long for some,
# and by far short enough for others: a busy machine must not decide.
FAR_TOO_LONG = {"signin": 0.4, "shorten": 0.4, "message": 0.2}  # seconds
SHORT_ENOUGH = {"upload": 0.02}
SLOW_ENOUGH = dict.fromkeys((ALL_WHO_ASK, "tour"), 0.22)  # for what says itself what is slow
LAGS = FAR_TOO_LONG | SHORT_ENOUGH | SLOW_ENOUGH
_EVERY = {"http": "1s", "journey": "3s"}
_TIMEOUTS = {"http": "6s", "upload": "7s"}
_TIMEOUT = "9s"
_PROBE = re.compile(r"^\[probe\.([\w-]+)\]\n(?:.+\n)*", re.MULTILINE)
_TABLE = re.compile(r"^\[probe\.([\w-]+)[^\]]*\].*\n(?:.+\n)*", re.MULTILINE)
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


def sample(sites: Mapping[str, str], secure: str) -> str:
    """probes.toml at work on *sites*, by groups; only its pager stays where it was."""
    text = (ROOT / "probes.toml").read_text()
    text = re.sub(r"^confirm = .*$", "confirm = []", text, flags=re.MULTILINE)
    text = _PROBE.sub(_hurried, _TABLE.sub(lambda table: _moved(table, sites), text))
    return text + _MORE.replace("SECURE", secure).replace("SITE", sites[ALL_WHO_ASK])


def learn(folder: Path, site: str) -> None:
    """What `board` expects, from one answer of the site as it is."""
    answer = CLIENT.get(f"{site}/api/messages", headers=_WHO).raise_for_status()
    (folder / _PIN).parent.mkdir()
    (folder / _PIN).write_text(json.dumps(Shape.of(answer.json()).to_json()))


def _moved(table: re.Match[str], sites: Mapping[str, str]) -> str:
    return table[0].replace(_SITE, sites.get(table[1], sites[ALL_WHO_ASK]))


def _hurried(probe: re.Match[str]) -> str:
    text, id_ = probe[0], probe[1]
    kind = "journey" if 'kind = "journey"' in text else "http"
    timeout = _TIMEOUTS.get(id_, _TIMEOUTS.get(kind, _TIMEOUT))
    lines = [line for line in text.splitlines() if not re.match(r"(every|timeout) = ", line)]
    lines[1:1] = [f'every = "{_EVERY[kind]}"', f'timeout = "{timeout}"']
    return "\n".join([*lines, ""])
