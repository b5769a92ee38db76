"""When it is told that a target changed, and by whose calendar counts are compared."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.config import BadConfiguration, Config, load
from probes.traits import Trait

WEB = '[probe.web]\nkind = "http"\nurl = "https://example.org/"\n'
SOMEBODY = '[channel.oncall]\nkind = "webhook"\nurl = "https://hooks.example.org/"\n'


def config_of(folder: Path, text: str) -> Config:
    file = folder / "probes.toml"
    file.write_text(WEB + SOMEBODY + text)
    return load(file)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(BadConfiguration) as bad:
        config_of(folder, text)
    return "\n".join(str(problem) for problem in bad.value.problems)


def test_without_a_word_changes_are_noticed_and_faults_may_be_injected(tmp_path: Path) -> None:
    config = config_of(tmp_path, "")
    assert config.fingerprint.ignore == {Trait.TITLE}
    assert config.fingerprint.window == timedelta(minutes=30)
    assert config.baselines.zone == ZoneInfo("UTC")
    assert config.probes["web"].fingerprint
    assert config.probes["web"].blindspots == "full"


def test_what_is_written_counts(tmp_path: Path) -> None:
    text = (
        '[defaults]\nblindspots = "read-only"\nfingerprint = false\n'
        'blindspots_accept = ["stale", "slow"]\n'
        '[fingerprint]\nwindow = "1h"\nwait = "0s"\nignore = ["address", "title"]\n'
        'channels = ["oncall"]\n'
        '[baselines]\ntimezone = "Europe/Berlin"\nholidays = ["2026-12-25", "2026-12-26"]\n'
    )
    config = config_of(tmp_path, text)
    assert config.fingerprint.ignore == {Trait.ADDRESS, Trait.TITLE}
    assert config.fingerprint.wait == timedelta()
    assert config.fingerprint.channels == ("oncall",)
    assert config.baselines.holidays == {date(2026, 12, 25), date(2026, 12, 26)}
    assert config.probes["web"].blindspots == "read-only"
    assert config.probes["web"].blindspots_accept == {"stale", "slow"}
    assert not config.probes["web"].fingerprint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[fingerprint]\nignore = ["titel"]\n', "'titel' is no part of a fingerprint"),
        ('[fingerprint]\nchannels = ["oncal"]\n', "did you mean 'oncall'?"),
        ('[fingerprint]\nwindow = "2d"\n', "1d or less"),
        ('[baselines]\nholidays = ["25.12."]\n', 'write it as "2026-12-25"'),
        ('[baselines]\ntimezone = "Berlin"\n', "Europe/Berlin"),
        ('[defaults]\nblindspots = "readonly"\n', "read-only"),
        ('[defaults]\nblindspots_accept = ["stail"]\n', "did you mean 'stale'?"),
        ('[defaults]\nblindspots_accept = "stale"\n', "blindspots_accept"),
        ('[fingerprnt]\nwait = "1m"\n', "fingerprint"),
    ],
)
def test_what_is_wrong_is_refused_with_a_remedy(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)
