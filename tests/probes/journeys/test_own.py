"""A user's own journey: a file that is read, refused in words, or travelled."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from probes import KINDS, Outcome, Reason
from tests.probes.journeys.conftest import Travel
from tests.support.serve import serving
from tests.support.tools import settings_of
from tests.support.webapps import odd_site

pytestmark = pytest.mark.asyncio(loop_scope="module")

GOOD = """
from playwright.async_api import expect
from shared import greeting

async def journey(visit):
    async with visit.step("open", within="5s"):
        await visit.page.goto(f"{visit.url}/tells?q={visit.params['word']}")
    async with visit.step(greeting()):
        await expect(visit.page.get_by_text("You said hello")).to_be_visible()
        assert visit.secret("token") == "s3cret-token"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "journeys").mkdir()
    (tmp_path / "journeys/shared.py").write_text("def greeting():\n    return 'read'\n")
    return tmp_path


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    with serving(odd_site()) as address:
        yield address


def table(folder: Path, text: str, **more: Any) -> dict[str, Any]:
    (folder / "journeys/pay.py").write_text(text)
    return {"journey": "journeys/pay.py"} | more


def refusal(folder: Path, table: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        settings_of(KINDS["journey"], table, folder)
    (problem,) = caught.value.errors()
    return str(problem["msg"])


async def test_it_is_given_what_was_configured(travel: Travel, folder: Path, odd: str) -> None:
    given = {"url": odd, "params": {"word": "hello"}, "secrets": {"token": "s3cret-token"}}
    result = await travel(folder, **table(folder, GOOD, **given))
    assert result.outcome is Outcome.PASS, result
    assert [step.name for step in result.steps] == ["open", "read"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_the_kind", "pay.py:1: ModuleNotFoundError: No module named"),
        ("x = 1\nasync def journey(visit)\n", "pay.py:2: SyntaxError: expected ':'"),
        ("x = 1", "nothing in it is called journey"),
        ("def journey(visit): pass", "something else than async def journey(visit)"),
        ("async def journey(): pass", "something else than async def journey(visit)"),
        ("journey = 3", "something else than async def journey(visit)"),
        ("async def journey(visit, more): pass", "something else than async def journey(visit)"),
    ],
)
async def test_a_file_that_is_no_journey_is_refused_in_words(
    folder: Path, text: str, said: str
) -> None:
    told = refusal(folder, table(folder, text))
    assert said in told
    assert "journeys/pay.py" in told
    assert "Traceback" not in told


async def test_a_file_that_is_missing_is_named(folder: Path) -> None:
    assert "journeys/gone.py: there is no such file" in refusal(
        folder, {"journey": "journeys/gone.py"}
    )


async def test_an_unknown_name_is_answered_with_the_nearest(folder: Path) -> None:
    assert refusal(folder, {"journey": "logni"}).endswith('; did you mean "login"?')
    assert refusal(folder, {"journey": "xyz"}).endswith('checkout.py"; write one of these')
    assert "login, upload, shorten, message" in refusal(folder, {})


@pytest.mark.parametrize(
    "text",
    [
        "from shared import greeting as journey",
        "import os\nif os.name:\n    async def journey(visit): pass\n",
        "import functools\njourney = functools.partial(print)",
        "async def journey(visit, *, times=3): pass",
        "def twice(f): return f\n@twice\nasync def journey(visit): pass",
        "try: import nothing_of_the_kind\nexcept ImportError: pass\nasync def journey(v): pass",
    ],
)
async def test_a_file_that_may_be_a_journey_is_taken_without_running_it(
    folder: Path, text: str
) -> None:
    settings_of(KINDS["journey"], table(folder, text), folder)
    assert "shared" not in sys.modules


async def test_what_only_running_it_shows_is_told_by_file_and_line(
    travel: Travel, folder: Path
) -> None:
    text = "raise SystemExit(2)\nasync def journey(visit): pass\n"
    result = await travel(folder, **table(folder, text))
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.JOURNEY_BROKEN)
    assert result.summary == "does not import: journeys/pay.py:1: SystemExit: 2"


async def test_a_mistake_in_it_is_told_by_file_and_line(travel: Travel, folder: Path) -> None:
    text = "async def journey(visit):\n    async with visit.step('count'):\n        return 1 / 0\n"
    result = await travel(folder, **table(folder, text))
    assert (result.outcome, result.reason) == (Outcome.ERROR, Reason.JOURNEY_BROKEN)
    assert result.summary == "journeys/pay.py:3: ZeroDivisionError: division by zero"


async def test_it_is_read_afresh_and_nothing_of_it_stays(folder: Path) -> None:
    kind, path = KINDS["journey"], list(sys.path)
    for text in (GOOD, "import nothing"):
        given = table(folder, text)
        if text == GOOD:
            settings_of(kind, given, folder)
        else:
            assert "nothing" in refusal(folder, given)
    assert sys.path == path
    assert "shared" not in sys.modules
    assert not compiled(folder)


def compiled(folder: Path) -> list[Path]:
    return [*folder.rglob("__pycache__")]


async def test_two_folders_may_each_have_a_file_of_the_same_name(
    travel: Travel, folder: Path, odd: str
) -> None:
    other = folder / "other"
    (other / "journeys").mkdir(parents=True)
    (other / "journeys/shared.py").write_text("def greeting():\n    return 'read elsewhere'\n")
    given = {"url": odd, "params": {"word": "hello"}, "secrets": {"token": "s3cret-token"}}
    names = [
        (await travel(where, **table(where, GOOD, **given))).steps[-1].name
        for where in (folder, other)
    ]
    assert names == ["read", "read elsewhere"]
