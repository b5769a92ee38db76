"""What one table says of another, and what works but was surely not meant."""

from __future__ import annotations

from pathlib import Path

from tests.monitor.config.toys import A_PROBE, read, refused, warned

A_CHANNEL = '[channel.oncall]\nkind = "hook"\nurl = "x"\n'


def test_names_that_lead_nowhere_are_told_with_the_nearest_one(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        f"""
[defaults]
channels = ["oncal"]
{A_PROBE}channels = [
  "oncall",
  "nobody",
]
{A_CHANNEL}
[component.all]
probes = ["web", "weeb"]
""",
    )
    assert told == [
        "probes.toml:3: defaults.channels[0]: there is no channel 'oncal'; did you mean 'oncall'?",
        (
            "probes.toml:9: probe.web.channels[1]: there is no channel 'nobody'; the only one is "
            "oncall"
        ),
        "probes.toml:16: component.all.probes[1]: there is no probe 'weeb'; did you mean 'web'?",
    ]


def test_a_probe_that_is_wrong_itself_is_still_a_probe_to_others(tmp_path: Path) -> None:
    (only,) = refused(tmp_path, f"{A_PROBE}timeout = 1\n[component.all]\nprobes = ['web']")
    assert "timeout" in only


def test_a_probe_may_be_watched_by_two_components_or_by_none(tmp_path: Path) -> None:
    text = f"{A_PROBE}channels = []\n[component.a]\nprobes = ['web']\n[component.b]\nprobes = ["
    config = read(tmp_path, text + "'web']\n" + A_PROBE.replace("web", "api") + "channels = []")

    assert len(config.components) == 2
    assert config.warnings == ()


def test_an_old_id_is_nobodys_and_has_one_heir(tmp_path: Path) -> None:
    api = A_PROBE.replace("web", "api")
    told = refused(
        tmp_path,
        f"{A_PROBE}renamed_from = 'api'\n{api}renamed_from = 'old'\n"
        f"{api.replace('api', 'c')}renamed_from = 'old'\n"
        f"{api.replace('api', 'd')}renamed_from = 'd'",
    )
    assert told == [
        (
            "probes.toml:4: probe.web.renamed_from: 'api' is a probe still, in probes.toml:5; "
            "remove that one, or leave this key out"
        ),
        (
            "probes.toml:12: probe.c.renamed_from: 'api' is renamed from 'old' as well; "
            "keep one of the two"
        ),
        (
            "probes.toml:16: probe.d.renamed_from: 'd' is a probe still, in probes.toml:13; "
            "remove that one, or leave this key out"
        ),
    ]


def test_without_any_channel_one_warning_says_so(tmp_path: Path) -> None:
    config = read(tmp_path, A_PROBE + A_PROBE.replace("web", "api"))
    assert warned(config, tmp_path) == [
        "probes.toml: nobody is told when a probe fails; write a [channel.oncall]"
    ]


def test_a_probe_that_tells_nobody_and_a_channel_that_hears_nothing_are_warned_of(
    tmp_path: Path,
) -> None:
    config = read(tmp_path, A_PROBE + A_CHANNEL)
    assert warned(config, tmp_path) == [
        (
            "probes.toml:1: probe.web: nobody is told when it fails; "
            'write channels = ["oncall"], or [] to mean it'
        ),
        (
            "probes.toml:4: channel.oncall: no probe tells this channel; "
            'write channels = ["oncall"] in [defaults]'
        ),
    ]


def test_telling_nobody_may_be_meant(tmp_path: Path) -> None:
    for_one = read(tmp_path, A_PROBE + "channels = []")
    for_all = read(tmp_path, "[defaults]\nchannels = []\n" + A_PROBE)
    for_kind = read(tmp_path, "[defaults.page]\nchannels = []\n" + A_PROBE)

    assert for_one.warnings == for_all.warnings == for_kind.warnings == ()


def test_a_run_that_may_outlast_the_interval_is_warned_of_where_that_was_written(
    tmp_path: Path,
) -> None:
    probe = A_PROBE + "channels = []\n"
    fits = read(tmp_path, probe + 'every = "20s"')
    overlaps = read(tmp_path, probe + 'every = "19s"')

    assert fits.warnings == ()
    assert warned(overlaps, tmp_path) == [
        (
            "probes.toml:5: probe.web.every: a failing run of web may take 20s (timeout and "
            "confirm), longer than the 19s to the next; write a larger every or a smaller timeout"
        )
    ]


def test_what_one_line_does_to_many_probes_is_said_once(tmp_path: Path) -> None:
    probes = "".join(A_PROBE.replace("web", name) + "channels = []\n" for name in "abc")
    (for_all,) = warned(read(tmp_path, "[defaults]\nevery = '15s'\n" + probes), tmp_path)
    (for_kind,) = warned(read(tmp_path, "[defaults.page]\ntimeout = '55s'\n" + probes), tmp_path)

    assert for_all.startswith("probes.toml:2: defaults.every: a failing run of a and 2 more may")
    assert for_kind.startswith("probes.toml:2: defaults.page.timeout: a failing run of a and 2")


def test_a_browser_that_is_not_there_is_warned_of(tmp_path: Path) -> None:
    config = read(tmp_path, f"[trueup]\nbrowser = '/nowhere'\n{A_PROBE}channels = []")

    assert config.browser == "/nowhere"
    assert warned(config, tmp_path)[0].startswith("probes.toml:2: trueup.browser: is no program")
