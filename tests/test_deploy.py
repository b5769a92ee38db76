"""The unit for systemd, as systemd will read it."""

from __future__ import annotations

from configparser import ConfigParser

from tests.support.checkout import ROOT


def test_no_start_is_cut_off_while_a_database_is_put_right() -> None:
    unit = ConfigParser(interpolation=None, delimiters="=", comment_prefixes="#")
    unit.read_string((ROOT / "deploy" / "trueup.service").read_text("utf-8"))
    service = unit["Service"]

    assert service["Type"] == "notify"
    assert service["TimeoutStartSec"] == "infinity"
    assert service["Restart"] == "always"


def test_whatever_restarts_it_asks_only_whether_it_is_alive_and_has_patience() -> None:
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    probes = text.partition("livenessProbe:")[2].partition("```")[0]
    startup = probes.partition("startupProbe:")[2]
    every, most = (
        int(startup.partition(f"{key}: ")[2].split()[0])
        for key in ("periodSeconds", "failureThreshold")
    )
    assert probes.count("path: /healthz") == probes.count("path: ") == 2
    assert every * most >= 3600
