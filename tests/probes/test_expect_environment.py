"""Which environment answers, canaries that have to be there, and what baselines are kept of."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from probes import Reason
from probes.expect import Seen
from probes.expect.learning import taught
from tests.support.answers import expect, seen, verdict

ANOTHER = [(Reason.WRONG_ENVIRONMENT, "staging answers, expected production")]
SILENT = [
    (
        Reason.WRONG_ENVIRONMENT,
        "the answer does not say which environment it is of, expected production",
    )
]
FILES = {"items": [{"name": "canary.txt"}, {"name": "b"}], "total": 2}


def page(head: str, body: str = "") -> str:
    return f"<!doctype html><html><head><title>Files</title>{head}</head><body {body}>"


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (seen("", X_Environment="production"), []),
        (seen("", X_ENV="  Production "), []),
        (seen({"environment": "staging"}, X_App_Env="production"), []),
        (seen({"env": "production"}), []),
        (seen({"env": "staging"}), ANOTHER),
        (seen({"env": ["production"]}), SILENT),
        (seen(page('<meta name="environment" content="production">')), []),
        (seen(page("<META content=staging name='Environment' />")), ANOTHER),
        (seen(page("", 'data-environment="staging"')), ANOTHER),
        (seen(page('<meta name="viewport" content="production">')), SILENT),
        (seen("production"), SILENT),
        (seen(""), SILENT),
    ],
)
def test_the_environment_is_read_from_where_answers_usually_say_it(
    answer: Seen, found: list[tuple[Reason, str]]
) -> None:
    assert verdict(answer, environment="production") == found


@pytest.mark.parametrize(
    ("place", "answer", "found"),
    [
        ({"header": "X-Stage"}, seen("", X_Stage="production"), []),
        ({"header": "X-Stage"}, seen("", X_Stage="staging", X_Env="production"), ANOTHER),
        ({"header": "X-Stage"}, seen("", X_Env="production"), SILENT),
        ({"json": "$.app.stage"}, seen({"app": {"stage": "staging"}}), ANOTHER),
        ({"json": "$.app.stage"}, seen("<html>"), SILENT),
        ({"pattern": r"Environment: (\w+)"}, seen("<p>Environment: PRODUCTION</p>"), []),
        ({"pattern": r"Environment: (\w+)"}, seen("x" * 9000 + " Environment: staging"), ANOTHER),
        ({"pattern": r"Environment: (\w+)"}, seen("Environment:"), SILENT),
        ({"pattern": r"(?i)(?:stage|env): (?P<env>\w+)"}, seen("ENV: staging"), ANOTHER),
        ({"pattern": r"(?i)(?:stage|env): (?P<env>\w+)"}, seen("STAGE: production"), []),
        (
            {"pattern": r"^Environment(?s:.*): (\w+)$"},
            seen("Environment" + " x" * 9000 + ": staging"),
            [(Reason.WRONG_ENVIRONMENT, "another environment answers, expected production")],
        ),
        (
            {"pattern": r"Environment: (\w+)"},
            seen("Environment: productionlike"),
            [(Reason.WRONG_ENVIRONMENT, "productionlike answers, expected production")],
        ),
    ],
)
def test_or_from_where_the_configuration_says(
    place: dict[str, str], answer: Seen, found: list[tuple[Reason, str]]
) -> None:
    assert verdict(answer, environment={"is": "production", **place}) == found


def test_a_status_that_is_wrong_says_enough_but_another_environment_is_always_told() -> None:
    failed = [Reason.STATUS]
    silent = verdict(seen("", status=502), environment="production")
    another = verdict(seen("", status=502, X_Env="staging"), environment="production")
    assert [reason for reason, _ in silent] == failed
    assert [reason for reason, _ in another] == [*failed, Reason.WRONG_ENVIRONMENT]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"environment": ""}, "at least 1 character"),
        ({"environment": {"is": "a", "header": "x", "json": "$.a"}}, "exclude each other"),
        ({"environment": {"is": "a", "pattern": r"env: \w+"}}, "needs one group"),
        ({"environment": {"is": "a", "pattern": r"(a)(b)"}}, "needs one group"),
        ({"json": {"$.a": {"includes": []}}}, "includes names nothing"),
        ({"json": {"$.a[*]": {"baseline": 0.3}}}, 'between "1%" and "99%"'),
        ({"json": {"$.a[*]": {"baseline": "0%"}}}, 'between "1%" and "99%"'),
        ({"json": {"$.a[*]": {"baseline": "100%"}}}, 'between "1%" and "99%"'),
        ({"json": {"$.a": {"baseline": "30%"}}}, "selects one value at most"),
        ({"json": {"$.a[*]": {"baseline": "30%", "exists": False}}}, "stands alone"),
        ({"shape": ""}, 'write "learn"'),
    ],
)
def test_what_makes_no_sense_is_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        expect(**table)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("path", "wanted", "said"),
    [
        ("$.items[*].name", ["canary.txt"], ""),
        ("$.items[*].name", "canary.txt", ""),
        ("$.items[*]", [{"name": "b"}, {"name": "canary.txt"}], ""),
        ("$.total", [2], ""),
        ("$.items[*].name", ["b", "c.txt"], '"c.txt" is not among the 2 found'),
        ("$.total", ["2", True], '"2" and true are not among the 1 found'),
        ("$.items[*].name", list("vwxyz"), '"v" and "w" and "x" and 2 more are not among'),
        ("$.orders[*].name", ["a"], '"a" is not there: the list is empty'),
    ],
)
def test_canaries_are_among_what_is_selected(path: str, wanted: Any, said: str) -> None:
    found = verdict(seen(FILES), json={path: {"includes": wanted}})
    assert bool(found) == bool(said)
    assert all(r is Reason.JSON_VALUE and said in words for r, words in found)


def test_what_a_baseline_is_kept_of_is_counted_and_may_be_empty_as_long_as_nobody_knows() -> None:
    wanted = expect(json={"$.items[*]": {"baseline": "30%"}, "$.total": {"at_least": 0}})
    assert wanted.json_[wanted.counted[0]].baseline == pytest.approx(0.3)
    assert taught(wanted, seen(FILES)) == (None, {"$.items[*]": 2})
    assert verdict(seen({"items": []}), json={"$.items[*]": {"baseline": "30%"}}) == []
    both = {"baseline": "30%", "type": "object"}
    assert verdict(seen({"items": []}), json={"$.items[*]": both}) != []
