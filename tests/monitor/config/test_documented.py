"""The page about the configuration leaves nothing out, and its problems are real ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from monitor.config import BadConfiguration, load
from monitor.config.change_tables import (
    ActionTable,
    CaptureTable,
    DeploysTable,
    ObjectiveTable,
    ServiceTable,
)
from monitor.config.learning import BaselinesTable, FingerprintTable
from monitor.config.page_tables import PageTable, PublishTable
from monitor.config.tables import (
    ChannelTable,
    ComponentTable,
    DefaultsTable,
    HoursTable,
    MaintenanceTable,
    ProbeTable,
    StoreTable,
    TelemetryTable,
    TrueupTable,
)
from tests.support.checkout import ROOT, examples, sections
from tests.support.clock import HandClock

PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")
WRONG = """
[trueup]
listn = "127.0.0.1:8600"
include = ["teams/*.toml"]
[defaults]
every = 30
[probe.web]
kind = "http"
status = 200

[component.all]
name = "Everything"
probes = ["wbe"]
"""
OWN_KEYS = {
    "trueup": TrueupTable.model_fields,
    "defaults": DefaultsTable.model_fields,
    "probe": ProbeTable.model_fields.keys() - DefaultsTable.model_fields.keys(),
    "component": ComponentTable.model_fields,
    "channel": ChannelTable.model_fields,
    "hours": {field.alias or name for name, field in HoursTable.model_fields.items()},
    "maintenance": MaintenanceTable.model_fields,
    "page": PageTable.model_fields.keys() - {"internal"},
    "pages": {"internal"},
    "publish": PublishTable.model_fields,
    "store": StoreTable.model_fields,
    "telemetry": TelemetryTable.model_fields,
    "deploys": DeploysTable.model_fields,
    "fingerprint": FingerprintTable.model_fields,
    "baselines": BaselinesTable.model_fields,
    "service": ServiceTable.model_fields,
    "capture": CaptureTable.model_fields,
    "action": ActionTable.model_fields,
    "objective": ObjectiveTable.model_fields,
}

REFERENCE = re.compile(r"\$\{(?:env|file):[^}]*\}")
INCLUDE = re.compile(r"^include = .*$", re.MULTILINE)
NAMED = {
    "probe": 'kind = "http"\nurl = "https://example.org/"\ntags = ["orders"]',
    "channel": 'kind = "webhook"\nurl = "https://example.org/"',
    "hours": "",
    "component": 'probes = ["orders-api"]',
    "service": 'probes = ["orders-api"]',
}
NAMES = {
    "probe": {"web", "signin", "network", "orders-api"},
    "channel": {"oncall", "chat", "phone", "ops", "desk"},
    "hours": {"night", "office"},
    "component": {"uploads"},
    "service": {"api"},
}


@pytest.mark.parametrize("table", OWN_KEYS)
def test_every_key_has_its_row(table: str) -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", sections("configuration.md")[table], re.MULTILINE))
    assert set(OWN_KEYS[table]) == rows - ({"timeout"} if table == "channel" else set())


def test_the_first_example_is_good(tmp_path: Path) -> None:
    (tmp_path / "probes.toml").write_text(examples(PAGE)[0])
    config = load(tmp_path / "probes.toml", environ={"ONCALL_HOOK": "https://hooks.example.org/x"})

    assert config.warnings == ()


def test_every_example_is_read(tmp_path: Path) -> None:
    """What one example names and does not define is defined in others."""
    (tmp_path / "maintenance.ics").write_text("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    (tmp_path / "notice.txt.j2").write_text("{{ message.opening }}")
    for example in examples(PAGE)[1:]:
        (tmp_path / "probes.toml").write_text(_completed(example))
        load(tmp_path / "probes.toml", environ={}, clock=HandClock())


def _completed(example: str) -> str:
    written = tomllib.loads(example)
    text = REFERENCE.sub("https://example.org/0123456789abcdef", INCLUDE.sub("", example))
    for section, lines in NAMED.items():
        for name in NAMES[section] - set(written.get(section, {})):
            text += f"\n[{section}.{name}]\n{lines}\n"
    return text


def test_the_problems_that_are_shown_are_what_people_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "a.toml").write_text("\n[probe.web]\nkind = 'http'")
    (tmp_path / "probes.toml").write_text(WRONG)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadConfiguration) as raised:
        load(Path("probes.toml"), environ={})

    shown = PAGE.partition("```text\n")[2].partition("```")[0]
    assert str(raised.value) == shown.strip()
