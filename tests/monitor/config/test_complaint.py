"""What programs and people send is refused in our words, and in one line."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from monitor.config.complaint import complaint


def _odd(number: int) -> int:
    if not number % 2:
        raise ValueError("it is even")
    return number


class _Inner(BaseModel):
    count: Annotated[int, Field(ge=1, le=9), AfterValidator(_odd)] = 1


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    version: Annotated[str, Field(max_length=5)]
    note: Annotated[str, Field(min_length=1)] = "-"
    at: AwareDatetime | None = None
    id: str | int | None = None
    inner: _Inner = _Inner()
    ready: bool = True
    name: Annotated[str, Field(pattern="^[a-z]+$")] = "a"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"version": None}, "version: has to be text"),
        ({"version": "123456"}, "version: is too long; 5 characters at most"),
        ({"note": ""}, "note: says nothing"),
        ({"at": "2026-03-14T02:00"}, "at: names no time zone; write it as 2026-12-01T02:00:00Z"),
        ({"at": "soon"}, "at: is no time; write it as 2026-12-01T02:00:00Z"),
        ({"at": {}}, "at: is no time; write it as 2026-12-01T02:00:00Z"),
        ({"id": []}, "id: has to be text"),
        ({"inner": 7}, "inner: has to be an object"),
        ({"inner": {"count": 0}}, "inner.count: is too small; 1 at least"),
        ({"inner": {"count": 2}}, "inner.count: it is even"),
        ({"ready": "perhaps"}, "ready: is not accepted here"),
        ({"name": "A"}, "name: does not have the right form"),
        ({"verzion": "1"}, "verzion: unknown key; did you mean 'version'?"),
    ],
)
def test_it_says_where_and_what(sent: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as bad:
        _Sent.model_validate({"version": "1"} | sent)
    assert complaint(bad.value, _Sent.model_fields) == said


def test_a_hostile_key_stays_short_and_in_its_line() -> None:
    with pytest.raises(ValidationError) as bad:
        _Sent.model_validate({"version": "1", "\x1b[2J" + "x" * 900: 1})
    found = complaint(bad.value, _Sent.model_fields)
    assert found.isprintable()
    assert len(found) < 200


def test_of_many_faults_the_first_are_said() -> None:
    with pytest.raises(ValidationError) as bad:
        _Sent.model_validate({f"key{n}": n for n in range(9)})
    assert complaint(bad.value) == (
        "version: is missing; key0: unknown key; key1: unknown key; and 7 more"
    )
    with pytest.raises(ValidationError) as bad:
        _Sent.model_validate(7)
    assert complaint(bad.value) == "the body: has to be an object"
    with pytest.raises(ValidationError) as bad:
        _Sent.model_validate_json("{")
    assert complaint(bad.value) == "the body: is no JSON"
