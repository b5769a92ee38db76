"""Which fields of a JSON answer went and came, as somebody can read it."""

from __future__ import annotations

import zlib

import pytest

from monitor.notices import fields
from monitor.notices.altered import said_of


def cut(names: list[str]) -> str:
    """As much as is kept of a long list, and a digest of the rest."""
    whole = ", ".join(names)
    return f"{whole[:480]}… ({zlib.crc32(whole.encode()):012x})"


@pytest.mark.parametrize(
    ("was", "became", "said"),
    [
        (
            "account, account.name, id",
            "id, profile, profile.name",
            "account, account.name gone; profile, profile.name new",
        ),
        ("id", "id, name", "name new"),
        ("id, name", "id", "name gone"),
        ("a, b, c, d, e", "", "not to be seen any more; they were a, b, c, d, e"),
        ("", "a", "to be seen now, a"),
        ("id", ", ".join("bcdefghjklmnopqr"), "id gone; b, c, d, e and 12 more new"),
    ],
)
def test_what_is_gone_and_what_is_new(was: str, became: str, said: str) -> None:
    assert said_of("json_keys", was, became) == f"the fields of its JSON: {said}"


def test_what_was_cut_is_not_said_to_be_gone() -> None:
    many = [f"field_{one}{other}" for one in "bcdefghijklm" for other in "bcdefghijklm"]
    was, became = cut(many), cut(["added", *many])
    assert fields.said(was, became) == "the fields of its JSON: added new"
    assert fields.said(was, cut([*many, "zebra"])) == (
        "the fields of its JSON: others, further down than is remembered"
    )
