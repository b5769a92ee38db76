"""Teams keep their probes in files of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import BadConfiguration, listed, load
from tests.monitor.config.toys import A_PROBE, CHANNELS, KINDS, read, refused

MAIN = '[trueup]\ninclude = ["team-*.toml"]\n'


def test_probes_components_and_channels_may_stand_in_any_file(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        MAIN + '[defaults]\nevery = "5m"\nchannels = ["team"]\n' + A_PROBE,
        beside={
            "team-b": A_PROBE.replace("web", "b"),
            "team-a": A_PROBE.replace("web", "a") + '[component.all]\nprobes = ["web", "b"]\n',
            "team-c": '[channel.team]\nkind = "hook"\nurl = "x"',
        },
    )
    assert list(config.probes) == ["web", "a", "b"]
    assert config.probes["b"].every.total_seconds() == 300
    assert config.components["all"].probes == ("web", "b")
    assert [path.stem for path in config.files] == ["probes", "team-a", "team-b", "team-c"]


def test_an_id_in_two_files_names_both_places(tmp_path: Path) -> None:
    (only,) = refused(tmp_path, MAIN + A_PROBE, beside={"team-a": "\n" + A_PROBE})
    assert only == (
        "team-a.toml:2: probe.web: stands in probes.toml:3 already; "
        "give one of the two another name"
    )


def test_problems_of_several_files_come_in_their_order(tmp_path: Path) -> None:
    files = {"team-a": "x = [", "team-b": A_PROBE.replace("web", "b") + "x = 1\n\nyy = 2"}
    told = refused(tmp_path, f"{MAIN}{A_PROBE}zz = 1", beside=files)

    assert [problem.split(" ")[0] for problem in told] == [
        "probes.toml:6:",
        "team-a.toml:1:",
        "team-b.toml:4:",
        "team-b.toml:6:",
    ]


def test_an_included_file_may_bring_its_own_hours_policy_and_maintenance(tmp_path: Path) -> None:
    team = (
        "[hours.night]\nfrom = '22:00'\nuntil = '07:00'\n"
        "[tag.team]\nseverity = 'warning'\nquiet = 'night'\n"
        "[maintenance.move]\nstarts = '2026-12-01T02:00'\nlasts = '2h'\ntags = ['team']\n"
    )
    config = read(tmp_path, f"{MAIN}{A_PROBE}tags = ['team']", beside={"team-a": team})

    assert config.probes["web"].routing.quiet is not None
    assert [window.id for window in config.windows] == ["move"]


@pytest.mark.parametrize("table", ["trueup", "defaults", "page", "store", "telemetry"])
def test_an_included_file_says_nothing_about_the_whole(table: str, tmp_path: Path) -> None:
    (only,) = refused(tmp_path, MAIN + A_PROBE, beside={"team-a": f"\n[{table}]\ninclude = ['*']"})
    assert only == (
        f"team-a.toml:2: {table}: an included file holds probe, component, channel, tag, hours, "
        "maintenance, pages, publish, service, capture, action and objective tables only; "
        "move this to probes.toml"
    )


def test_a_pattern_that_matches_nothing_is_a_problem(tmp_path: Path) -> None:
    told = refused(tmp_path, f"[trueup]\ninclude = [\n'*.toml',\n'teams/*.tml'\n]\n{A_PROBE}")
    assert told == [
        (
            "probes.toml:4: trueup.include[1]: no file matches 'teams/*.tml'; "
            "correct it, or leave it out"
        )
    ]


def test_everything_else_is_still_read_when_the_table_that_includes_is_wrong(
    tmp_path: Path,
) -> None:
    told = refused(tmp_path, MAIN + "listen = 1\n", beside={"team-a": A_PROBE + "timeout = 1"})
    assert len(told) == 2


def test_paths_start_at_the_file_they_stand_in(tmp_path: Path) -> None:
    (tmp_path / "teams").mkdir()
    (tmp_path / "teams" / "word").write_text("held-by-the-team")
    (tmp_path / "teams" / "a.toml").write_text(
        A_PROBE + 'file = "beside.txt"\nsecret = "${file:word}"'
    )
    config = read(tmp_path, '[trueup]\ninclude = ["teams/**/*.toml"]')

    assert config.probes["web"].settings.model_dump()["file"] == str(
        tmp_path / "teams" / "beside.txt"
    )
    assert config.secrets == {"held-by-the-team"}


def test_a_pattern_may_be_absolute_and_a_link_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real").write_text(A_PROBE + "x = 1")
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "web.toml").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    (only,) = refused(Path(), f'[trueup]\ninclude = ["{tmp_path}/conf.d/*"]')

    assert only.startswith("conf.d/web.toml:4: probe.web.x: unknown key")


def test_what_is_included_is_named_from_where_the_user_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "probes.toml").write_text(MAIN)
    (tmp_path / "conf" / "team-a.toml").write_text(A_PROBE)
    monkeypatch.chdir(tmp_path)
    config = load(Path("conf/probes.toml"), environ={}, kinds=KINDS, channels=CHANNELS)

    assert config.warnings[0].file == "conf/probes.toml"
    assert config.files[1] == tmp_path / "conf" / "team-a.toml"


def test_a_file_that_comes_later_is_found_by_the_same_patterns(tmp_path: Path) -> None:
    folder = tmp_path / "with [odd] name"
    folder.mkdir()
    config = read(folder, MAIN + A_PROBE, beside={"team-a": A_PROBE.replace("web", "a")})
    assert listed(config.includes) == {folder / "team-a.toml"}
    (folder / "team-b.toml").touch()
    (folder / "team-c.toml").mkdir()
    assert listed(config.includes) == {folder / "team-a.toml", folder / "team-b.toml"}


@pytest.mark.parametrize(
    ("main", "team", "files"),
    [
        (MAIN + A_PROBE, "x = [", ["probes.toml", "team-a.toml"]),
        (MAIN + A_PROBE, "x = 1", ["probes.toml", "team-a.toml"]),
        (
            MAIN + A_PROBE + 'secret = "${file:absent}"',
            "",
            ["probes.toml", "team-a.toml", "absent"],
        ),
        ("x = [", "", ["probes.toml"]),
    ],
)
def test_a_refusal_names_every_file_where_a_repair_would_be_seen(
    main: str, team: str, files: list[str], tmp_path: Path
) -> None:
    with pytest.raises(BadConfiguration) as raised:
        read(tmp_path, main, beside={"team-a": team})
    assert [path.relative_to(tmp_path).name for path in raised.value.files] == files
    assert listed(raised.value.includes) <= {tmp_path / "team-a.toml"}
