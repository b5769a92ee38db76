"""Steps as somebody writes them: refused with their place, and described to editors."""

from __future__ import annotations

import json
import re
import tomllib
from inspect import signature
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from monitor.config import BadConfiguration, load, schema
from probes import KINDS
from probes.browser import api
from probes.journeys.steps import VERBS
from probes.journeys.steps_targets import ROLES, parse, spoken
from probes.journeys.steps_values import looks_secret
from tests.support.checkout import examples, sections
from tests.support.tools import settings_of

GOOD = """
[probe.shop]
kind = "journey"
url = "https://example.org/"
secrets.password = "${env:CANARY_PASSWORD}"
steps = [
  { name = "sign in", within = "5s", do = [
    { fill = "E-mail", with = "canary@example.org" },
    { fill = "Password", with_secret = "password" },
    { fill = "Code", with = "{totp:password}" },
    { click = "role=button[name='Sign in'][exact]", new_tab = true },
  ] },
  { upload = "File", content = "x", as = "canary-{unique}.txt" },
  { download = "Export" },
  { expect_download = "*.csv", contains = "Total" },
  { close_tab = true },
  { select = "Fruit", option = ["Apple", "Pear"] },
  { wait = "2s" },
  { wait = "css=.spinner", until = "hidden", up_to = "20s" },
  { screenshot = "at the end" },
]
"""


def problems(folder: Path, text: str) -> list[str]:
    file = folder / "probes.toml"
    file.write_text(text)
    try:
        load(file, environ={"CANARY_PASSWORD": "correct horse"})
    except BadConfiguration as bad:
        return [str(problem).removeprefix(f"{file}:") for problem in bad.problems]
    return []


def test_whatever_steps_can_say_is_read(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('{ clik = "Pay" }', "s.clik: is no verb; did you mean 'click'?"),
        ('{ click = "Pay", wihtin = "2s" }', "s.wihtin: unknown key 'wihtin'; did you mean 'withi"),
        ('{ click = "#go" }', "s.click: '#go' looks like a selector; write it as \"css=#go\""),
        ('{ click = "//a" }', 'write it as "xpath=//a"'),
        ('{ click = "rol=button" }', "s.click: rol= is no locator; did you mean role=?"),
        ('{ click = "role=button[name=Pay" }', "is not a role with its name"),
        ("{ click = \"role=button[nmae='x']\" }", "[nmae] is nothing that a role has"),
        (
            '{ click = "role=buton[name=Pay]" }',
            "is no role that a browser knows; did you mean role=bu",
        ),
        ('{ click = "role=chapter" }', 'write "css=[role=chapter]"'),
        ('{ click = "xpath=//foo(" }', "xpath=//foo( is not a path; something is open or missing"),
        ('{ click = "xpath=//a[@b=" }', "something is open or missing in it"),
        (
            '{ fill = "A", with = "b", until = "hidden" }',
            "s.until: 'until' does not go with what is here, but with wait",
        ),
        ('{ click = "css=a:has(" }', "something is open or missing in it"),
        ('{ click = "text=/(/" }', "/(/ is not a pattern"),
        ('{ click = "has_text=x" }', "says where to look, but not for what"),
        ('{ click = "a", fill = "b" }', "s.click: cannot stand beside fill; make two steps of it"),
        ('{ fill = "E-mail" }', 's.fill: needs with = "…" or with_secret = "password" beside it'),
        ('{ fill = "E-mail", with_secret = "pw" }', "s.with_secret: there is no secret 'pw'; writ"),
        ('{ fill = "Code", with = "{totp:x}" }', "s.with: there is no secret 'x'"),
        ('{ fill = "Name", with = "{uniqe}" }', "s.with: {uniqe} stands for nothing; did you mean"),
        ('{ press = "Entr" }', "s.press: 'Entr' is no key; did you mean 'Enter'?"),
        ('{ goto = "example.org" }', "s.goto: 'example.org' is no address"),
        ('{ expect_url = "orders" }', "s.expect_url: 'orders' is no address"),
        ('{ expect_count = "role=row" }', "s.expect_count: needs is = 3"),
        ('{ expect_download = "x" }', "s.expect_download: needs a download before it; write one"),
        ("{ close_tab = true }", "s.close_tab: needs a new_tab before it"),
        ('{ wait = "60s" }', "s.wait: 60s is out of range; write 30s or less"),
        ('{ upload = "File", file = "no.txt" }', "s.file: there is no file no.txt"),
        ('{ upload = "File" }', 's.upload: needs file = "…" or content = "…" beside it'),
        ('{ screenshot = "../x" }', "s.screenshot: does not have the right form"),
        ('{ select = "Fruit" }', 's.option: is missing; write option = "Austria"'),
        ("{ }", "s: a step needs one of the verbs goto, click"),
        ('"click"', "s: is no step; write a table with one verb"),
        ('{ name = "x", do = [] }', "s.do: is empty; write at least one step"),
        ('{ name = "x", do = [{ do = [] }] }', "s.do[0].do: is inside of another do"),
        ('{ name = "x", do = [{ prss = "x" }] }', "s.do[0].prss: is no verb; did you mean 'press'"),
    ],
)
def test_a_mistake_is_told_with_the_line_and_the_number_of_its_step(
    tmp_path: Path, step: str, said: str
) -> None:
    text = f'[probe.x]\nkind = "journey"\nurl = "https://example.org/"\nsteps = [\n{step},\n]\n'
    (told,) = problems(tmp_path, text)
    line, _, sentence = told.partition(": probe.x.step")
    assert line == "5", told
    assert said in sentence.replace("s[0]", "s", 1)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("steps = []", "4: probe.x.steps: is empty"),
        ('steps = [{ click = "x" }]\njourney = "login"', "5: probe.x.journey: cannot stand beside"),
        ("", "1: probe.x: journey is missing; "),
        (
            "steps = [" + '{ press = "Tab" },' * 101 + "]",
            "s[100]: is step number 101; at most 100 fit",
        ),
    ],
)
def test_steps_or_a_journey_and_not_too_many(tmp_path: Path, keys: str, said: str) -> None:
    (told,) = problems(
        tmp_path, f'[probe.x]\nkind = "journey"\nurl = "https://example.org/"\n{keys}\n'
    )
    assert said in told


def test_editors_know_every_verb_and_what_goes_with_it() -> None:
    made = schema()
    knows = Draft202012Validator(json.loads(json.dumps(made)))
    assert [*knows.iter_errors(tomllib.loads(GOOD))] == []
    for bad in ('clik = "x"', 'click = "x", wiht = "y"', 'click = "x", fill = "y"', "fill = 3"):
        assert not knows.is_valid(
            tomllib.loads(GOOD + f'[probe.y]\nkind="journey"\nurl="x"\nsteps=[{{ {bad} }}]')
        )
    steps = [node for node in made["$defs"].values() if "within" in node.get("properties", ())]
    described = [node for node in steps if {*node.get("required", ())} & {*VERBS}]
    assert len(described) == len(VERBS)
    assert all(node.get("description") for node in described)


def test_what_is_typed_is_printed_by_nothing_and_counts_as_secret_where_it_looks_so() -> None:
    steps = [
        {"fill": "Password", "with": "horse"},
        {"fill": "Search", "with": "socks"},
        {"fill": "Field", "with": "aB3-defgh"},
    ]
    settings = settings_of(
        KINDS["journey"], {"url": "https://example.org/", "steps": steps, "timeout": "9s"}
    )
    assert "horse" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert sorted(settings.errand().secrets.values()) == ["aB3-defgh", "horse"]


@pytest.mark.parametrize(
    ("target", "text", "is_one"),
    [
        ("label=Passwort", "x", True),
        ("css=input[type=password]", "x", True),
        ("role=textbox[name='API key']", "x", True),
        ("label=Name", "Hunter2!x", True),
        ("label=Name", "0123456789abcdef0123456789abcdef", True),
        ("label=Card number", "4111", True),
        ("label=Number", "4111 1111 1111 1111", True),
        ("label=Number", "4111 1111 1111 1112", False),
        ("label=Account", "DE89 3704 0044 0532 0130 00", True),
        ("label=Security answer", "fluffy", True),
        ("label=Name", "Ada Lovelace", False),
        ("label=E-mail", "canary-2@Example.org", False),
        ("label=Link", "https://example.org/A-b_9?x=1", False),
        ("label=When", "2026-12-01 10:30", False),
        ("label=Title", "canary-{unique}", False),
    ],
)
def test_a_password_is_known_by_its_field_or_by_its_look(
    target: str, text: str, is_one: bool
) -> None:
    assert looks_secret(target, text) is is_one


@pytest.mark.parametrize(
    "path", ["//a[@b='x|']", "(//li)[last()]", "//p[text()='{unique}']/..", "//*[contains(., '(')]"]
)
def test_a_path_with_quotes_and_brackets_is_one(path: str) -> None:
    (part,) = parse(f"xpath={path}")
    assert part.value == path


def test_every_role_of_the_browser_is_known() -> None:
    told = signature(api.Page.get_by_role).parameters["role"].annotation
    names = get_args(told) or re.findall(r"'([a-z]+)'", str(told))
    assert len(names) > 50
    assert {*names} <= {*ROLES}


def test_a_target_is_said_as_a_person_would() -> None:
    assert spoken("role=button[name='Pay']") == "button “Pay”"
    assert (
        spoken("role=listitem >> has_text=Socks >> Add") == "“Add” in what says “Socks” in listitem"
    )
    assert parse("'Pay'")[0].exact
    assert not parse("Pay")[0].exact


def test_the_documentation_names_every_verb_and_its_example_is_read(tmp_path: Path) -> None:
    section = sections("journeys.md")["steps"]
    (example,) = examples(section)
    assert problems(tmp_path, example) == []
    assert [verb for verb in VERBS if f"`{verb} = " not in section] == []
