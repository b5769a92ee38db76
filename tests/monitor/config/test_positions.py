"""Every key is found in the line where a person would look for it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.positions import Path, Positions

EVERYTHING = r'''# a comment with [table] and key = "value"
[probe.web]   # another
url = "https://example.org/#not-a-comment"
expect.status = 200
expect.json."$.items[*]".count_min = 1
expect.json."$.items[0].\"id\"".type = "integer"
'single [quoted] # key' = 1
headers = { Accept = "a,b}", "X-Other" = 'c"', deep = { er = 1 } }
list = [ # comment ]
  "one, ]",
  [1, 2],
  { inner = 3 },   # a table in a list
  1979-05-27 07:32:00,
]
text = """
[not.a.table]
not = "a key" \""" still inside
"""""
literal = \'\'\'
also = "not" '' a key\'\'\'
after = true
[ probe . "spaced.out" ]
 key . inner  =  1e3
[[rule]]
name = "first"
[[rule]]
name = "second"
[[rule.part]]
size = 1
[[rule.part]]
size = 2
[rule.sub]
x = 1
[last]
no_newline = 1'''.replace(r"\'", "'")

LINES: dict[Path, int] = {
    ("probe",): 2,
    ("probe", "web"): 2,
    ("probe", "web", "url"): 3,
    ("probe", "web", "expect"): 4,
    ("probe", "web", "expect", "status"): 4,
    ("probe", "web", "expect", "json"): 5,
    ("probe", "web", "expect", "json", "$.items[*]", "count_min"): 5,
    ("probe", "web", "expect", "json", '$.items[0]."id"', "type"): 6,
    ("probe", "web", "single [quoted] # key"): 7,
    ("probe", "web", "headers", "Accept"): 8,
    ("probe", "web", "headers", "X-Other"): 8,
    ("probe", "web", "headers", "deep", "er"): 8,
    ("probe", "web", "list"): 9,
    ("probe", "web", "list", 0): 10,
    ("probe", "web", "list", 1, 1): 11,
    ("probe", "web", "list", 2, "inner"): 12,
    ("probe", "web", "list", 3): 13,
    ("probe", "web", "text"): 15,
    ("probe", "web", "literal"): 19,
    ("probe", "web", "after"): 21,
    ("probe", "spaced.out"): 22,
    ("probe", "spaced.out", "key", "inner"): 23,
    ("rule",): 24,
    ("rule", 0, "name"): 25,
    ("rule", 1): 26,
    ("rule", 1, "name"): 27,
    ("rule", 1, "part", 0, "size"): 29,
    ("rule", 1, "part", 1, "size"): 31,
    ("rule", 1, "sub", "x"): 33,
    ("last", "no_newline"): 35,
}


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


@pytest.mark.parametrize("line_break", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_every_layout_that_toml_has_keeps_its_lines(line_break: str) -> None:
    text = EVERYTHING.replace("\n", line_break)
    positions = Positions(text)

    assert {path: positions.line(path) for path in LINES} == LINES
    assert [path for path in paths(tomllib.loads(text)) if not positions.known(path)] == []


def test_a_missing_key_is_placed_at_the_nearest_table_around_it() -> None:
    positions = Positions('\n[probe.web]\nkind = "http"\nexpect.status = 200\n')

    assert positions.line(("probe", "web", "url")) == 2
    assert positions.line(("probe", "web", "expect", "contains")) == 4
    assert positions.line(("page", "title")) == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = 1\nb = """\nnever\nclosed', 2),
        ("a = 1\nb = [\n1,\n2", 2),
        ("a = 1\n\n[b\n", 3),
        ("a = 1\nb = {c = 1\nd = 2", 2),
    ],
)
def test_in_text_that_is_no_toml_the_open_statement_is_found(text: str, line: int) -> None:
    assert Positions(text).last == line


names = st.text(st.sampled_from("ab-_.#[] \"'\\$=é\n\t"), min_size=1, max_size=6)
texts = st.text(st.sampled_from("ab#[]{},=\"'\\\n é"), max_size=12)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """TOML in any of the layouts, and where each key was put."""
    lines: list[str] = []
    where: dict[Path, int] = {}
    for table in draw(st.lists(names, max_size=4, unique=True)):
        lines += draw(st.lists(st.sampled_from(["", "# [x]", "  # a = 1"]), max_size=2))
        lines.append(f"[ {_key(draw, table)} ]  # comment")
        where[table,] = len(lines)
        for key in draw(st.lists(names, max_size=4, unique=True)):
            where[table, key] = len(lines) + 1
            lines += f"{_key(draw, key)} = {_value(draw)}".split("\n")
    return "\n".join(lines), where


def _key(draw: st.DrawFn, name: str) -> str:
    bare = all(c in "ab-_" for c in name)
    return name if bare and draw(st.booleans()) else _basic(name)


def _basic(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + plain.replace("\n", "\\n").replace("\t", "\\t") + '"'


def _value(draw: st.DrawFn) -> str:
    text = draw(texts)
    many = text.replace("\\", "\\\\").replace('"""', '""\\"')
    many = many[:-1] + '\\"' if many.endswith('"') else many
    literal = text.replace("'", "")
    forms = [
        "12",
        "1979-05-27 07:32:00Z",
        _basic(text),
        f'"""\n{many}"""',
        f"'''{literal}'''",
        "'" + literal.replace("\n", "") + "'",
        f"[\n {_basic(text)}, # ]\n [ 1,\n2 ], {{ x = {_basic(text)} }},\n]",
        f"{{ a.b = 1, {_basic('k' + text)} = [ {_basic(text)} ] }}",
    ]
    return draw(st.sampled_from(forms))


@given(documents())
def test_whatever_the_layout_lines_are_right(document: tuple[str, dict[Path, int]]) -> None:
    text, where = document
    read = tomllib.loads(text)
    positions = Positions(text)

    assert {path: positions.line(path) for path in where} == where
    assert [path for path in paths(read) if not positions.known(path)] == []
