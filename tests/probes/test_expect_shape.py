"""What is learned of a JSON answer, and what is said when a field is gone."""

from __future__ import annotations

import copy
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from probes import Reason
from probes.expect import Shape, judge, pin_path, pin_text, read_pin
from probes.expect.learning import taught
from probes.expect.shape_tree import MOST_FIELDS
from tests.support.answers import expect, seen, verdict

DOCTORS = {
    "doctors": [
        {"name": "A", "traineeInfo": {"year": 1}},
        {"name": "B", "traineeInfo": {"year": 2}},
    ],
    "total": 2,
    "next": None,
}
KEYS = st.sampled_from(["a", "b", "c", "name", "größe", "x-y", 'say "hi"', "7", "2026-01-01"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
DOCUMENTS = st.recursive(
    PLAIN,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=20,
)


def learned(*documents: Any) -> Shape:
    return Shape.learned(map(Shape.of, documents))


@settings(max_examples=60)
@given(st.lists(DOCUMENTS, min_size=1, max_size=4))
def test_nothing_that_was_learned_from_is_ever_at_fault(documents: list[Any]) -> None:
    shape = learned(*documents)

    assert [shape.faults(document) for document in documents] == [[]] * len(documents)
    assert Shape.from_json(json.loads(json.dumps(shape.to_json()))) == shape
    assert learned(*reversed(documents)).fields.keys() == shape.fields.keys()


@settings(max_examples=40)
@given(st.lists(DOCUMENTS, min_size=1, max_size=3), st.data())
def test_a_field_that_was_always_there_is_missed_wherever_it_is_taken_away(
    documents: list[Any], data: st.DataObject
) -> None:
    shape = learned(*documents)
    without = copy.deepcopy(documents[0])
    expected = [
        (parent, key)
        for path, parent in _objects(without, "$")
        for key in parent
        if path not in shape.varies and f"{path}{_part(key)}" in shape.fields
    ]
    assume(expected)
    parent, key = data.draw(st.sampled_from(expected))
    del parent[key]

    assert any("gone" in said for said in shape.faults(without))


def _objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for key, each in value.items():
            yield from _objects(each, f"{path}{_part(key)}")
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each, f"{path}[*]")


def _part(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"


def test_a_field_that_was_renamed_is_named_on_both_sides() -> None:
    renamed = json.loads(json.dumps(DOCTORS).replace("traineeInfo", "recommendationInfo"))
    said = learned(DOCTORS).faults(renamed)
    assert said == ["doctors[].traineeInfo is gone; doctors[].recommendationInfo is new"]
    assert learned({"account": {"id": 1}}).faults({"profile": {"id": 1}}) == [
        "account is gone; profile is new"
    ]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({**DOCTORS, "more": 1}, []),
        ({**DOCTORS, "total": None, "next": 7}, []),
        ({**DOCTORS, "total": 2.5}, []),
        ({**DOCTORS, "doctors": []}, []),
        ({**DOCTORS, "total": "2"}, ["total is text, was a whole number"]),
        ({**DOCTORS, "doctors": {}}, []),
        ({**DOCTORS, "doctors": {"a": 1}}, ["doctors is an object, was a list"]),
        ([], ["the answer is a list, was an object"]),
        (None, ["the answer is null, was an object"]),
        ({}, ["doctors and next and total are gone"]),
        (
            {**DOCTORS, "doctors": [DOCTORS["doctors"][0], {"name": "B"}]},  # type: ignore[index]  # a list it is
            ["doctors[].traineeInfo is gone from 1 of 2"],
        ),
        (
            {**DOCTORS, "doctors": [{"name": "A", "traineeInfo": {"year": "1"}}]},
            ["doctors[].traineeInfo.year is text, was a whole number"],
        ),
    ],
)
def test_an_answer_is_held_against_what_was_learned(answer: Any, said: list[str]) -> None:
    assert learned(DOCTORS).faults(answer) == said


def test_what_was_not_in_every_answer_may_be_missing_and_types_are_united() -> None:
    shape = learned({"id": 1, "note": "x"}, {"id": "a7"}, {"id": 2, "note": None})
    assert shape.fields == {"$": "object", "$.id": "integer|string", "$.note?": "null|string"}


def test_an_empty_list_says_nothing_of_its_entries() -> None:
    shape = learned({"items": []}, {"items": [{"id": 1}]}, {"items": []})
    assert shape.fields["$.items[*].id"] == "integer"
    assert learned({"items": []}).faults({"items": [{"anything": 1}]}) == []


@pytest.mark.parametrize(
    "documents",
    [
        [{"by": {"1": {"n": 1}, "2": {"n": 2}}}],
        [{"by": {"2026-11-20": {"n": 1}}}, {"by": {"2026-11-21": {"n": 1}}}],
        [{"by": {name: {"n": 1}}} for name in ("ann", "bob", "cy")],
        [{"by": {f"word{chr(97 + n % 26)}{n}": {"n": n} for n in range(50)}}],
    ],
)
def test_keys_that_are_data_are_not_expected_but_what_they_hold_is(documents: list[Any]) -> None:
    shape = learned(*documents)
    assert shape.varies == ("$.by",)
    assert shape.fields == {
        "$": "object",
        "$.by": "object",
        "$.by.*": "object",
        "$.by.*.n": "integer",
    }
    assert shape.faults({"by": {}}) == shape.faults({"by": {"dee": {"n": 3}}}) == []
    assert shape.faults({"by": {"dee": {}}}) == ["by.*.n is gone"]


def test_a_hostile_answer_is_described_only_so_far() -> None:
    deep: Any = 1
    for _ in range(90):
        deep = {"a": deep}
    wide = {f"k{n}": n if n % 2 else "x" for n in range(5000)}
    odd = {"x" * 5000: 1, "\x1b[31m": 1, "\ud800": 1, "\u202ereversed": 1}
    assert len(Shape.of(deep).fields) <= 13
    assert Shape.of(wide).fields == {"$": "object", "$.*": "integer|string"}
    assert len(Shape.of({"a": wide | {"b": 1}, "c": dict(list(wide.items())[:399])}).fields) == 400
    assert Shape.of(odd).fields == {"$": "object"}
    for document in (deep, wide, odd):
        assert Shape.of(document).faults(document) == []
    [said] = Shape.of({"a": 1}).faults(odd)
    new = f"…{'x' * 59} and [31m and a key that cannot be printed and reversed"
    assert said == f"a is gone; {new} are new"


@pytest.mark.parametrize(
    "hostile",
    [
        [{"a": 1, f"k{n}": "x"} for n in range(10_000)],
        [{f"{n}x": {}} for n in range(15_000)],
        [{}] * 60_000,
        [[[[[[[[[n]]]]]]]] for n in range(10_000)],
        {f"k{n}": {f"k{m}": m % 2 or "" for m in range(200)} for n in range(100)},
    ],
)
def test_a_large_answer_is_looked_through_in_a_time_that_grows_with_it_alone(hostile: Any) -> None:
    wide = Shape.of([{f"k{n}": n if n % 2 else "" for n in range(390)}])
    began = time.process_time()
    shape = Shape.of(hostile)
    shape.faults(hostile)
    wide.faults(hostile)
    assert time.process_time() - began < 2  # quadratic, it took minutes
    assert len(shape.fields) <= MOST_FIELDS


def test_an_answer_of_nothing_but_null_is_a_fault_unless_it_was_one_before() -> None:
    assert learned([]).faults(None) == ["the answer is null, was a list"]
    assert learned({"a": 1}, None, {"a": 1}).faults(None) == []
    assert Shape.from_json({"shape": {"$.a": "integer"}}).faults(None) == ["the answer is null"]


def test_an_empty_list_and_an_empty_object_are_the_same() -> None:
    assert learned({"by": {"7": 1}, "of": {}}).faults({"by": [], "of": []}) == []
    assert learned({"a": {"id": 1}}).faults({"a": []}) == ["a is a list, was an object"]
    assert learned([{"id": 1}]).faults({}) == []
    assert learned([]).faults({"error": "x"}) == ["the answer is an object, was a list"]


def test_a_rename_in_the_midst_of_learning_does_not_make_the_keys_data() -> None:
    shape = learned({"user": "x"}, {"account": "x"}, {"id": "x"})
    assert shape.fields == {
        "$": "object",
        "$.account?": "string",
        "$.id?": "string",
        "$.user?": "string",
    }
    assert learned({"of": {"user": 1}}, {"of": {"account": 1}}, {"of": {"user": 1}}).varies == ()


def test_many_faults_are_counted_and_not_told() -> None:
    [said] = Shape.of({"ab": {str(n) + "x": n if n % 2 else "" for n in range(20)}, "z": 1}).faults(
        {"ab": {}, "z": 1}
    )
    assert said.startswith("ab.0x and ab.10x and ")
    assert said.endswith(" and 15 more are gone")


def test_the_file_has_a_field_on_each_line_and_reads_back(tmp_path: Path) -> None:
    file = pin_path(tmp_path, "doctors")
    file.parent.mkdir()
    shape = learned(DOCTORS)
    file.write_text(pin_text(shape, learned_at=datetime(2026, 11, 21, 8, 0, tzinfo=UTC), runs=3))

    assert file == tmp_path / "pins" / "doctors.json"
    assert '    "$.doctors[*].traineeInfo.year": "integer",\n' in file.read_text()
    assert '"learned_at": "2026-11-21T08:00:00Z",\n  "runs": 3,\n' in file.read_text()
    assert read_pin(file) == shape


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", 'there is no "shape" in it'),
        ('{"shape": {"$": "strin"}}', "is not one of array, boolean"),
        ('{"shape": {"$": 7}}', "is not one of array, boolean"),
        ('{"shape": {"a.b": "string"}}', "write it like"),
        ('{"shape": {"$..a": "string"}}', "write it like"),
        ('{"shape": {"$["x]": "string"}}', "is not JSON"),
        ('{"shape": {"$[\\"x]": "string"}}', "write it like"),
        ('{"shape": {}, "varies": "$"}', '"varies" is no list'),
        ('{"shape": {}}', "it says nothing; remove the file to learn it anew"),
        (json.dumps({"shape": {"$": "object"}, "varies": ["$.a"] * 401}), "more than 400"),
        ('{"shape": {"$": "object"}, "varies": ["$' + ".a" * 13 + '"]}', "deeper than 12"),
        ('{"shape": {"$": "object"}, "varies": ["users"]}', "write it like"),
        ('{"shape": {"$' + ".a" * 13 + '": "string"}}', "deeper than 12"),
        (json.dumps({"shape": {f"$.k{n}": "string" for n in range(401)}}), "more than 400"),
        (" " * ((1 << 20) + 1), "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_no_pin_is_refused_with_a_remedy(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "pin.json").write_text(text)
    with pytest.raises(ValidationError, match=r"pin\.json") as refused:
        expect(tmp_path, shape="pin.json")
    assert said in str(refused.value)


def test_what_would_keep_a_reader_waiting_for_ever_is_no_pin(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pin.json")
    (tmp_path / "pins").mkdir()
    for shape, said in (("pin.json", "it is no file of the ordinary sort"), ("pins", "directory")):
        with pytest.raises(ValidationError, match=said):
            expect(tmp_path, shape=shape)


def test_a_pin_that_people_cut_down_expects_only_what_is_left() -> None:
    shape = Shape.from_json({"shape": {"$.a.b": "string"}})
    assert shape.faults({}) == shape.faults({"a": 1}) == []
    assert shape.faults({"a": {}}) == ["a.b is gone"]


def test_a_pin_is_held_against_answers(tmp_path: Path) -> None:
    (tmp_path / "pin.json").write_text(json.dumps(learned(DOCTORS).to_json()))
    wanted = expect(tmp_path, shape="pin.json")
    renamed = seen({"doctors": [], "count": 2, "next": None})

    assert judge(wanted, seen(DOCTORS)) == []
    assert [(each.reason, each.said) for each in judge(wanted, renamed)] == [
        (Reason.JSON_SHAPE, "JSON: total is gone; count is new")
    ]
    assert [each.reason for each in judge(wanted, seen("<html>"))] == [Reason.NOT_JSON]


def test_as_long_as_nothing_is_learned_only_json_is_expected() -> None:
    assert verdict(seen({}), shape="learn") == []
    assert [reason for reason, _ in verdict(seen("<html>"), shape="learn")] == [Reason.NOT_JSON]
    assert taught(expect(shape="learn"), seen(DOCTORS)) == (Shape.of(DOCTORS), {})
