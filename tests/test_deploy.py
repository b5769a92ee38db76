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
