"""A file that cannot be read at all is refused in one kind sentence."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from monitor.config import BadConfiguration, load
from tests.monitor.config.toys import A_PROBE, CHANNELS, KINDS, read, refused

DUPLICATE = '[probe.web]\nkind = "page"\n\n[probe.web]\nurl = "x"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", 'probes.toml: there is no probe; write [probe.web] with kind = "http" and url'),
        (b"\n# nothing\n", "probes.toml: there is no probe; write [probe.web]"),
        (b"\xff\xfea\x00", "probes.toml: it is UTF-16; save it as UTF-8"),
        (b"\xef\xbb\xbfa = 1", "probes.toml: it begins with a byte order mark; save it as UTF-8"),
        (b"a = 1\nb = '\xe4'", "probes.toml: byte 12, in line 2, is not UTF-8; save it as UTF-8"),
        (b"a = 1\nb\x00 = 2", "probes.toml:2: this is not TOML: expected '=' after a key"),
        (b'a = "\\u0000"', "probes.toml:1: a: holds a NUL character; leave it out"),
        (b"#" * (8 * 1024**2 + 1), "probes.toml: it is larger than 8192 KiB; make it smaller"),
        (b"a = " + b"[" * 5000, "probes.toml:1: lists or tables are nested too deep; write it"),
        (b"a = " + b"[" * 60 + b"]" * 60, "probes.toml:1: a[0][0]: is nested more than 40 deep"),
        (b"x = 1\n" + b"a." * 9000 + b"a = 1", "probes.toml:2: a key has too many dotted parts"),
        (b"a = 99999999999999999999", "probes.toml:1: a: is a larger number than TOML allows"),
        (b"a = " + b"9" * 5000, "probes.toml: a number is too long to be read; write a smaller"),
        (b"a = 2026-03-03", "probes.toml:1: a: is a date or a time without quotes; put it in"),
        (DUPLICATE.encode(), "probes.toml:4: this is not TOML: [probe.web] is declared twice, "),
        (b"a = 1\na = 2\n", "probes.toml:2: this is not TOML: cannot overwrite a value; this key"),
        (b"a.b = 1\n[a.b.c]", "probes.toml:2: this is not TOML: cannot overwrite a value"),
        (b"a = 1\nb = yes\n", "probes.toml:2: this is not TOML: invalid value; write text in q"),
        (b'a = 1\nb = "open\n', "probes.toml:2: this is not TOML: illegal character '\\n'; close"),
        (b'a = 1\nb = """open\n\n', "probes.toml:2: this is not TOML: unterminated string; close"),
        (b"a = 'C:\\x'\nb = \"C:\\x\"", "probes.toml:2: this is not TOML: unescaped '\\'"),
        (b"a = [1\n", "probes.toml:1: this is not TOML: unclosed array; separate the values with"),
        (b"[probe.web\n", "probes.toml:1: this is not TOML: expected ']' at the end of a table"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_in_one_sentence(
    text: bytes, told: str, tmp_path: Path
) -> None:
    (only,) = refused(tmp_path, text)
    assert only.startswith(told)
    assert ";" in only


def test_a_table_declared_twice_names_both_places(tmp_path: Path) -> None:
    (only,) = refused(tmp_path, DUPLICATE)
    assert "first in line 1; keep one of the two, or give them different names" in only


def test_a_folder_a_pipe_and_nothing_at_all_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    told = {name: _refused_file(tmp_path / name) for name in ("", "pipe", "absent", "a\0b")}

    assert told[""] == "it is a folder; name a file"
    assert told["pipe"] == "it is not a regular file; name one that is"
    assert told["absent"] == "there is no such file; correct its name or write one"
    assert told["a\0b"] == "it cannot be opened (embedded null byte); correct its name"


def _refused_file(path: Path) -> str:
    with pytest.raises(BadConfiguration) as raised:
        load(path, environ={}, kinds=KINDS, channels=CHANNELS)
    return raised.value.problems[0].text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "probes.toml").touch(mode=stat.S_IWUSR)
    assert _refused_file(tmp_path / "probes.toml").startswith("it may not be read; give this user")


def test_the_file_is_named_as_the_user_named_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "probes.toml").write_text("x = 1")
    monkeypatch.chdir(tmp_path)
    names = ["conf/probes.toml", "./conf/probes.toml", str(tmp_path / "conf" / "probes.toml")]
    told = set()
    for name in names:
        with pytest.raises(BadConfiguration) as raised:
            load(Path(name), environ={}, kinds=KINDS, channels=CHANNELS)
        told |= {problem.file for problem in raised.value.problems}

    assert told == {"conf/probes.toml"}


def test_windows_line_ends_are_fine(tmp_path: Path) -> None:
    assert read(tmp_path, A_PROBE.replace("\n", "\r\n")).probes["web"].name == "web"
    (only,) = refused(tmp_path, (A_PROBE + "ulr = 1").replace("\n", "\r\n"))
    assert only.startswith("probes.toml:4: probe.web.ulr: unknown key 'ulr'; did you mean 'url'?")
