"""What works and was surely not meant is said, once, where it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import load
from tests.monitor.config.toys import A_PROBE, read, warned

MEANT = "[defaults]\nchannels = []\n"


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        ("every = '1d'\nopen_after = 3", "1d"),
        ("every = '1h'\nopen_after = '50 of 60'", "1d30m"),
        ("open_after = '2d'", "2d"),
        ("every = '2d'\nrecheck = '1d'\nopen_after = 2", "1d"),
    ],
)
def test_an_incident_that_opens_days_later_is_doubted(
    lines: str, span: str, tmp_path: Path
) -> None:
    (only,) = warned(read(tmp_path, f"{MEANT}{A_PROBE}{lines}\n"), tmp_path)
    assert only.endswith(
        f"an incident of web opens {span} after its first failing run at the earliest; "
        "write a smaller open_after or recheck"
    )


def test_a_daily_probe_is_not_doubted(tmp_path: Path) -> None:
    assert read(tmp_path, f"{MEANT}{A_PROBE}every = '1d'\n").warnings == ()


def test_hours_that_no_probe_uses_are_doubted(tmp_path: Path) -> None:
    assert warned(read(tmp_path, f"{MEANT}{A_PROBE}[hours.night]\n"), tmp_path) == [
        (
            "probes.toml:6: hours.night: no probe uses these hours; "
            'write quiet = "night" in one, or leave them out'
        )
    ]


def test_an_address_without_a_server_is_doubted(tmp_path: Path) -> None:
    text = f"[trueup]\naddress = 'https://trueup.example.org'\n{MEANT}{A_PROBE}"
    assert warned(read(tmp_path, text), tmp_path) == [
        (
            "probes.toml:2: trueup.address: leads to no server of this daemon; "
            "write listen, or leave it out"
        )
    ]
    served = text.replace("[trueup]", "[trueup]\nlisten = '127.0.0.1:8600'")
    assert read(tmp_path, served).warnings == ()


@pytest.mark.parametrize(
    ("line", "doubted"),
    [
        ("expect.status = 200", True),
        ("expect.within = '1s'", False),
        ("expect.certificate_valid_for = '14d'", False),
    ],
)
def test_slow_runs_are_told_only_where_something_says_what_is_slow(
    line: str, doubted: bool, tmp_path: Path
) -> None:
    probe = f"{MEANT}[probe.web]\nkind = 'http'\nurl = 'https://example.org/'\n"
    (tmp_path / "probes.toml").write_text(f"{probe}tell_degraded = true\n{line}\n")
    told = warned(load(tmp_path / "probes.toml", environ={}), tmp_path)
    assert told == (
        [
            (
                "probes.toml:6: probe.web.tell_degraded: does nothing, for nothing is slow here; "
                'write expect.within = "1s"'
            )
        ]
        if doubted
        else []
    )
