"""Fields of JSON answers that are renamed or removed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as assume
from hypothesis import strategies as st

from probes.expect.paths import path_of
from probes.injection import BY_NAME, Asked, Given, Injection, mutants

FETCH = Asked("GET", "https://archive.example.org/api", (), "fetch")
LIBRARY: Any = {
    "account": {"name": "Ada"},
    "items": [{"id": 1, "by": {"day": 2}}, {"id": 3, "note": "x"}],
}


def given(document: Any) -> Given:
    return Given(200, (("Content-Type", "application/json"),), json.dumps(document).encode())


def broken(name: str, document: Any, at: str = "") -> Any:
    injection = Injection(replace(BY_NAME[name], at=at))
    return json.loads(injection.after(FETCH, given(document)).body)


def paths(document: Any) -> list[str]:
    return [each.at for each in mutants(BY_NAME["field-removed"], given(document))]


def test_one_field_is_renamed_where_it_stood_in_all_entries_alike() -> None:
    found = broken("field-renamed", LIBRARY, "$.items[*].id")
    assert [list(entry) for entry in found["items"]] == [
        ["id_renamed", "by"],
        ["id_renamed", "note"],
    ]
    assert found["account"] == LIBRARY["account"]


def test_one_field_is_removed_with_all_that_it_held() -> None:
    assert broken("field-removed", LIBRARY, "$.account") == {"items": LIBRARY["items"]}
    assert broken("field-removed", LIBRARY, "$.account.name")["account"] == {}


def test_with_no_field_named_all_are_broken_at_once() -> None:
    assert broken("field-removed", LIBRARY) == {}
    found = broken("field-renamed", LIBRARY)
    assert found["account_renamed"] == {"name_renamed": "Ada"}
    assert [list(each) for each in found["items_renamed"]] == [
        ["id_renamed", "by_renamed"],
        ["id_renamed", "note_renamed"],
    ]


def test_an_answer_that_has_no_such_field_is_not_touched() -> None:
    injection = Injection(replace(BY_NAME["field-removed"], at="$.account.name"))
    other = given({"account": ["name"]})
    assert injection.after(FETCH, other) is other
    assert injection.touched == 0


def test_keys_that_are_data_are_no_fields() -> None:
    days = {"2026-10-10": {"up": 1}, "2026-10-11": {"up": 2}}
    assert paths({"days": days}) == ["$.days", "$.days[*].up"]
    assert broken("field-removed", {"days": days}, "$.days[*].up")["days"] == {
        "2026-10-10": {},
        "2026-10-11": {},
    }
    assert broken("field-removed", days) == {"2026-10-10": {}, "2026-10-11": {}}


def test_no_more_than_forty_places_are_tried_and_the_outer_ones_first() -> None:
    wide = {f"a{number}": {"inner": 1} for number in range(30)}
    found = paths(wide)
    assert len(found) == 40
    assert [path.count(".") for path in found] == [1] * 30 + [2] * 10


@pytest.mark.parametrize("document", [[], {}, [1, 2], {"1": 2}, [[[]]]])
def test_a_document_without_fields_has_no_places(document: Any) -> None:
    assert paths(document) == []


KEYS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs", "S")), max_size=6)
DOCUMENTS = st.recursive(
    st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@assume(DOCUMENTS)
def test_every_place_is_a_path_that_finds_it_until_it_is_removed(document: Any) -> None:
    for at in paths(document):
        path = path_of(at)
        assert path.findall(document)
        assert not path.findall(broken("field-removed", document, at))


@pytest.mark.parametrize(
    "key", ["a\nb", "tab\t", "\x1b[31m", "\u202eb", "\U000e0001", "it's \\u0041"]
)
def test_a_name_with_signs_that_nobody_sees_is_written_without_them(key: str) -> None:
    [at] = paths({key: 1})
    assert at.isprintable()
    assert broken("field-removed", {key: 1}, at) == {}


@pytest.mark.parametrize("key", ["a\nb", "tab\t", "\x7f", "\u202eb", "\U000e0001", "it's \\u0041"])
def test_what_is_written_is_read_by_others_too(key: str) -> None:
    [at] = paths({key: 7})
    assert path_of(at).findall({key: 7}) == [7]


def test_half_a_character_in_a_name_is_written_and_found_again() -> None:
    [at] = paths({"\ud800x": 1})
    assert at == r"$['\ud800x']"
    assert broken("field-removed", {"\ud800x": 1}, at) == {}
