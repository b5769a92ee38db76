"""What is missing, in words, and lines that close it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.coverage import Hole, Known, coverage
from tests.monitor.coverage.configured import (
    PAGER,
    component,
    configured,
    covered,
    http,
    journey,
    of,
    pasted,
)

LOGIN = 'journey = "login"\nusername = "a"\npassword = "b"\nexpect_text = "c"'
WALK = 'steps = [{ expect_text = "Welcome" }]'
READS = 'expect.contains = "Things"'
SENDS = 'method = "POST"\nform = { a = "b" }'
SHAPE = 'expect.shape = "learn"'
COUNTED = 'expect.json."$.items[*]".count_min = {}'
LISTS = Known(lists={"api": ("$.items[*]",)})
SAYS_STAGING = Known(environments={"api": "staging"})
PINNED = 'expect.environment = "production"\nexpect.certificate_valid_for = "14d"'

HOLES = [
    (Hole.UNWATCHED, http("a") + component("uploads"), Known()),
    (Hole.UNWATCHED, http("a") + component("checkout"), Known()),
    (Hole.UNWATCHED, http("a") + component("short-links"), Known()),
    (Hole.UNWATCHED, http("a") + component("signing-in"), Known()),
    (Hole.UNWATCHED, http("messages-journey") + component("messages"), Known()),
    (Hole.HOME_ONLY, http("a") + component("uploads", "a"), Known()),
    (Hole.HOME_ONLY, http("a", "/health") + component("orders", "a"), Known()),
    (Hole.NEVER_WRITES, journey("a", LOGIN) + component("uploads", "a"), Known()),
    (Hole.NEVER_WRITES, journey("a", LOGIN) + component("library", "a"), Known()),
    (Hole.COULD_BE_DEEPER, http("a", "/x", READS) + component("data", "a"), Known()),
    (Hole.COULD_BE_DEEPER, http("a", more=SENDS) + component("data", "a"), Known()),
    (Hole.COULD_BE_DEEPER, journey("a", WALK) + component("data", "a"), Known()),
    (Hole.NO_COMPONENT, http("a"), Known()),
    (Hole.NO_COMPONENT, http("a") + http("b") + component("a", "b"), Known()),
    (Hole.UNTOLD, http("a", more='channels = []\nseverity = "warning"'), Known()),
    (Hole.NO_PLAYBOOK, http("a", more='playbook = ""'), Known()),
    (Hole.CERTIFICATE, http("a"), Known()),
    (Hole.CERTIFICATE, journey("a", LOGIN), Known()),
    (Hole.IDENTITY, http("a"), Known()),
    (Hole.IDENTITY, journey("a", LOGIN), Known()),
    (Hole.IDENTITY, http("api", "/api/x"), SAYS_STAGING),
    (Hole.CONTRACT, http("a", "/api/files"), Known()),
    (Hole.CONTRACT, http("a", "/files"), Known(documents=frozenset(["a"]))),
    (Hole.UNCOUNTED, http("api", "/api", SHAPE), LISTS),
    (Hole.UNCOUNTED, http("api", "/api", COUNTED.format(0)), Known()),
    (
        Hole.UNUSED_CHANNEL,
        http("a") + '[channel.b]\nkind = "webhook"\nurl = "http://b/"\n',
        Known(),
    ),
]


@pytest.mark.parametrize(
    ("hole", "text", "known"), HOLES, ids=[f"{hole}-{at}" for at, (hole, *_) in enumerate(HOLES)]
)
def test_a_hole_is_told_and_the_lines_that_are_given_close_it(
    hole: Hole, text: str, known: Known, tmp_path: Path
) -> None:
    text += PAGER
    [found] = of(coverage(configured(tmp_path, text), known), hole)
    assert found.says.endswith(".")
    assert found.remedy
    closed = configured(tmp_path, pasted(text, found))
    assert of(coverage(closed, known), hole) == []


def test_every_line_that_is_given_can_be_read_together_with_all_others(tmp_path: Path) -> None:
    text = "".join(
        (
            *(http("home"), http("api", "/api/files"), journey("in", LOGIN)),
            *(component("uploads", "home"), component("messages"), component("orders")),
            *(journey("tour", WALK), component("website", "tour"), component("api", "api")),
            *(http("quiet", "/q", 'severity = "info"\nchannels = []'), component("q", "quiet")),
            *(http("a", "/a", SENDS), component("sending", "a")),
        )
    )
    (tmp_path / "pins").mkdir()
    (tmp_path / "pins" / "api.json").write_text('{"shape": {"$": "object"}, "varies": []}')
    holes: set[Hole] = set()
    for _ in range(40):
        found = coverage(configured(tmp_path, text)).findings
        left = [each for each in found if each.lines]
        if not left:
            break
        holes.add(left[0].hole)
        text = pasted(text, left[0])
    assert not left
    assert coverage(configured(tmp_path, text)).score == 100, "no point is lost without a word"
    assert {Hole.UNTOLD, Hole.UNWATCHED, Hole.HOME_ONLY, Hole.NO_PLAYBOOK, Hole.CONTRACT} <= holes
    assert Hole.COULD_BE_DEEPER in holes


def test_a_shape_that_is_not_learned_yet_is_said_to_expect_nothing(tmp_path: Path) -> None:
    [found] = of(covered(tmp_path, http("api", "/api", SHAPE)), Hole.NOT_LEARNED)
    assert found.remedy.endswith("trueup learn api")
    (tmp_path / "pins").mkdir()
    (tmp_path / "pins" / "api.json").write_text('{"shape": {"$": "object"}, "varies": []}')
    assert of(covered(tmp_path, http("api", "/api", SHAPE)), Hole.NOT_LEARNED) == []


@pytest.mark.parametrize(
    "counted",
    [
        COUNTED.format(2),
        'expect.json."$.items[*]".baseline = "30%"',
        'expect.json."$.items[*].name".includes = ["canary.txt"]',
        'expect.json."$.items[0].name".type = "string"',
    ],
)
def test_a_list_that_something_is_expected_of_is_counted(counted: str, tmp_path: Path) -> None:
    found = covered(tmp_path, http("api", "/api", counted), lists=dict(LISTS.lists))
    assert of(found, Hole.UNCOUNTED) == []


def test_the_environment_that_a_target_says_is_the_one_to_be_expected(tmp_path: Path) -> None:
    text = http("api", "/api")
    [found] = of(covered(tmp_path, text, environments={"api": "staging"}), Hole.IDENTITY)
    assert 'expect.environment = "staging"' in found.toml
    pinned = http("api", "/api", 'expect.header.X-Environment = "production"')
    assert of(covered(tmp_path, pinned), Hole.IDENTITY) == []


def test_who_only_signs_in_does_all_there_is_to_do_about_signing_in(tmp_path: Path) -> None:
    text = journey("a", LOGIN) + http("b", "/", PINNED) + component("signing-in", "a")
    found = covered(tmp_path, text)
    assert of(found, Hole.NEVER_WRITES) == []
    assert found.score == 100


@pytest.mark.parametrize(
    "name", ["profile", "handbook", "replay", "authors", "important", "borders"]
)
def test_a_word_within_a_word_says_nothing_of_what_people_do(name: str, tmp_path: Path) -> None:
    found = covered(tmp_path, http("a", "/x", READS) + component(name, "a"))
    [deeper] = of(found, Hole.COULD_BE_DEEPER)
    assert of(found, Hole.NEVER_WRITES) == []
    assert "steps" in deeper.toml


def test_an_address_that_is_no_home_page_is_not_called_one(tmp_path: Path) -> None:
    [home] = of(covered(tmp_path, http("a") + component("a", "a")), Hole.HOME_ONLY)
    [other] = of(covered(tmp_path, http("a", "/x") + component("a", "a")), Hole.HOME_ONLY)
    assert "nothing but a home page" in home.says
    assert "nothing but the status of an address" in other.says


def test_one_line_is_enough_where_no_probe_names_a_playbook(tmp_path: Path) -> None:
    text = (http("a") + http("b") + PAGER).replace("playbook", "# playbook")
    [found] = of(coverage(configured(tmp_path, text)), Hole.NO_PLAYBOOK)
    assert found.toml.startswith("[defaults]\nplaybook = ")


def test_no_password_of_an_address_is_told(tmp_path: Path) -> None:
    text = http("a").replace("https://", "https://ada:hush@") + component("uploads")
    found = covered(tmp_path, text)
    assert "hush" not in "".join(each.says + each.toml for each in found.findings)
