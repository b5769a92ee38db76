"""What a probe passes is no difference to those who learn by hand."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.pins import accepts
from probes.expect import Shape

ORDER = {"id": 1, "note": None, "tags": ["a"], "by": {"name": "A. Person"}, "price": 1.5}
ANSWERS: tuple[Any, ...] = (
    ORDER,
    ORDER | {"note": "in a hurry"},
    ORDER | {"id": 1.5, "price": 2},
    ORDER | {"id": "1"},
    ORDER | {"by": None},
    ORDER | {"by": {}},
    ORDER | {"by": []},
    ORDER | {"by": ["A. Person"]},
    ORDER | {"tags": {}},
    ORDER | {"tags": {"a": 1}},
    ORDER | {"tags": []},
    ORDER | {"tags": [1, "a"]},
    ORDER | {"more": True},
    {key: value for key, value in ORDER.items() if key != "tags"},
    {"2026-03-14": ORDER, "2026-03-15": ORDER},
    {"2026-03-14": ORDER, "2026-03-15": ORDER | {"id": "1"}},
    {"2026-03-14": 1},
    {},
    [],
    [ORDER],
    [ORDER, {"id": 2}],
    [1],
    None,
    "text",
)


@pytest.mark.parametrize("learned", ANSWERS)
def test_the_same_is_accepted_as_by_the_probe(learned: Any) -> None:
    old = Shape.of(learned)
    for answer in ANSWERS:
        assert accepts(old, Shape.of(answer)) is not bool(old.faults(answer)), answer


def test_what_is_not_always_there_any_more_is_not_accepted() -> None:
    sometimes = Shape.learned([Shape.of({"a": 1}), Shape.of({})])
    assert not accepts(Shape.of({"a": 1}), sometimes)
    assert accepts(sometimes, Shape.of({}))
