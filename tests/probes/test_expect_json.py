"""What may be expected of a JSON document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from probes import Reason
from probes.expect import judge
from probes.expect.document import parse
from tests.support.answers import expect, seen, verdict

ITEMS = {"total": 3, "items": [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}], "next": None}


@pytest.mark.parametrize(
    ("path", "wanted", "reason", "said"),
    [
        ("$.total", {"equals": 3}, None, ""),
        ("$.total", {"equals": 3.0}, None, ""),
        ("$.total", {"equals": "3"}, Reason.JSON_VALUE, 'found 3, expected "3"'),
        ("$.items[0].id", {"equals": True}, Reason.JSON_VALUE, "found 1, expected true"),
        ("$.total", {"at_least": 4}, Reason.JSON_VALUE, "found 3, expected at least 4"),
        ("$.total", {"at_most": 2.5}, Reason.JSON_VALUE, "found 3, expected at most 2.5"),
        ("$.next", {"type": "null"}, None, ""),
        ("$.next", {"at_least": 0}, Reason.JSON_VALUE, "found null, expected at least 0"),
        ("$.items[*].id", {"type": "integer", "count_min": 2}, None, ""),
        (
            "$.items[*].id",
            {"type": "string"},
            Reason.JSON_VALUE,
            "found 1, expected a value of type string",
        ),
        ("$.items[*].title", {"matches": "^[ab]$"}, None, ""),
        (
            "$.items[*].title",
            {"contains": "a"},
            Reason.JSON_VALUE,
            'found "b", expected something that contains "a"',
        ),
        ("$.items", {"contains": {"id": 1, "title": "a"}}, None, ""),
        ("$", {"contains": "total"}, None, ""),
        ("$.items[*]", {"count_min": 3}, Reason.JSON_COUNT, "found 2, expected at least 3"),
        ("$.items[*]", {"count_max": 1}, Reason.JSON_COUNT, "found 2, expected at most 1"),
        ("$.orders[*]", {}, Reason.JSON_VALUE, "found nothing, expected at least 1"),
        (
            "$.orders[*]",
            {"type": "object"},
            Reason.JSON_VALUE,
            "found nothing, expected at least 1",
        ),
        ("$.orders[*]", {"count_min": 0, "type": "object"}, None, ""),
        ("$.orders[*]", {"exists": False}, None, ""),
        ("$.total", {"exists": False}, Reason.JSON_VALUE, "found 3, expected nothing"),
        ("$.items[?@.id > 1]", {"count_max": 1}, None, ""),
        ("$.items[?search(@.title, 'b')].id", {"equals": 2}, None, ""),
        ("$.items[?match(@.title, 'a|x')].id", {"equals": 1}, None, ""),
    ],
)
def test_a_json_path_selects_and_what_it_selects_is_compared(
    path: str, wanted: dict[str, Any], reason: Reason | None, said: str
) -> None:
    found = verdict(seen(ITEMS), json={path: wanted})
    assert found == ([(reason, f"JSON {path}: {said}")] if reason else [])


SCHEMA = {
    "type": "object",
    "properties": {"items": {"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/i"}}},
    "$defs": {"i": {"type": "object", "properties": {"title": {"pattern": "^[a-z]+$"}}}},
    "patternProperties": {"^x-": {"type": "string"}},
    "additionalProperties": {"type": ["integer", "null"]},
}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (ITEMS, ""),
        ([], "is not of type"),
        (ITEMS | {"x-more": 1}, "$['x-more']"),
        (ITEMS | {"total": "3"}, "$.total"),
        (ITEMS | {"items": [{"title": "B"}]}, "$.items[0].title"),
        (ITEMS | {"items": [{"id": 1}, {"id": 1.0}]}, "holds something twice"),
    ],
)
def test_a_schema_holds_or_its_first_fault_is_said(
    document: Any, said: str, tmp_path: Path
) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    from_file = judge(expect(tmp_path, json_schema="schema.json"), seen(document))

    assert from_file == judge(expect(json_schema=SCHEMA), seen(document))
    assert [failing.reason for failing in from_file] == [Reason.JSON_SCHEMA] * bool(said)
    assert all(said in failing.said for failing in from_file)


@pytest.mark.parametrize("depth", [200, 5_000, 500_000])
def test_a_document_nested_without_end_is_a_failure_and_not_a_crash(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    table = {
        "json": {"$..x": {}},
        "json_schema": {"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}},
    }
    assert verdict(seen(nested), **table)


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a": Infinity}', "1e", "9" * 5000])
def test_what_is_nearly_json_is_not(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text.encode())
