"""The rules of the house that no other tool holds."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder
from jinja2 import Environment, meta, nodes

import status_page
from status_page.templates import AT_HAND
from tests.support.checkout import ROOT, files, name_of, python_files

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
TEMPLATES = sorted((ROOT / "status_page" / "templates").glob("*.html"))

LONGEST = 300  # lines
LONG_FOR_A_REASON: dict[str, str] = {}

# Written so that this file does not say them itself
UNSAID = {
    "the workplace": r"/(?:work|home/\w+|tmp/w)" + r"/",
    "a package registry's host": r"py" + r"pi\.org|python" + r"hosted|registry\.npm" + r"js",
    "the tracker": r"\b(?:issue|ticket|pull request|PR)s? #?\d+\b|\b(?:fixe[sd]|close[sd]) #\d",
}
UNNAMED = {
    "alert", "check", "common", "endpoint", "handler", "handlers",
    "helper", "helpers", "manager", "monitor", "utils",
}  # fmt: skip
OTHERS_NAMES = {"check": "a command's", "endpoint": "starlette's", "handler": "logging's"}
EXCUSE = re.compile(r"#\s*(?:noqa|type:\s*ignore)")
EXCUSED = re.compile(
    r"# noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)* +[-–#] *\S.+"
    r"|# type: ignore\[[\w-]+(?:, ?[\w-]+)*\] +[-–#] *\S.+"
)


def texts() -> dict[str, str]:
    """Of every file that is text, by name."""
    found = {}
    for path in files():
        try:
            found[name_of(path)] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_no_python_file_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    long = {name for name, length in lengths.items() if length > LONGEST}

    assert long == set(LONG_FOR_A_REASON)


@pytest.mark.parametrize("what", UNSAID)
def test_no_file_speaks_of(what: str) -> None:
    found = [
        f"{name}: {match[0]}"
        for name, text in texts().items()
        for match in re.finditer(UNSAID[what], text)
    ]
    assert not found, "\n".join(found)


def test_no_name_says_what_could_be_anything() -> None:
    vague = [f"{name_of(path)}: {name}" for path in python_files() for name in _vague(path)]
    assert not vague, "\n".join(vague)


def _vague(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                pass
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                pass
            case _:
                continue
        words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", name)}
        known = name.startswith("test_") or name.strip("_").lower() in OTHERS_NAMES
        if words & UNNAMED and not known:
            yield name


def test_every_rule_that_is_set_aside_is_named_and_the_reason_follows() -> None:
    bare = [
        f"{name_of(path)}:{token.start[0]}: {token.string}"
        for path in python_files()
        if EXCUSE.search(text := path.read_text("utf-8"))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT and EXCUSE.search(token.string)
        if not EXCUSED.search(token.string)
    ]
    assert not bare, "\n".join(bare)


def test_the_readme_names_the_commands_and_they_can_be_executed() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"(?<![\w/])scripts/[a-z]+(?![\w/.])", readme))

    assert {"scripts/run", "scripts/test"} <= named
    assert [name for name in named if not os.access(ROOT / name, os.X_OK)] == []


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    ours = {name for name in map(name_of, files()) if name.partition("/")[0] in PACKAGES}

    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert ours <= held
    assert {f"{package}/py.typed" for package in PACKAGES} <= held
    assert any(name.endswith("entry_points.txt") for name in held)


def test_constraints_are_names_and_versions_in_order() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.!+]+", line)] == []
    assert lines == sorted(lines, key=lambda line: line.partition("==")[0].lower())


def test_everything_that_is_needed_is_pinned() -> None:
    project = PROJECT["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    needed = {_plain(line) for line in project["dependencies"] + extras} - {project["name"]}
    pinned = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    assert needed <= set(map(_plain, pinned))


def _plain(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_only_what_a_described_view_can_say(template: Path) -> None:
    parsed = Environment(autoescape=True).parse(template.read_text("utf-8"))
    asked = {node.attr for node in parsed.find_all(nodes.Getattr) if not _is_loop(node.node)}

    macros = {name for node in parsed.find_all(nodes.FromImport) for name in node.names}

    assert meta.find_undeclared_variables(parsed) <= {"frame", "page", *AT_HAND, *macros}
    assert asked <= _said_by_the_views()


def _is_loop(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Name) and node.name == "loop"


def _said_by_the_views() -> set[str]:
    found = walk_packages(status_page.__path__, "status_page.")
    modules = [import_module(each.name) for each in found]
    seen = [cls for module in modules for _, cls in getmembers(module, isclass)]
    views = {cls for cls in seen if is_dataclass(cls) and cls.__module__.startswith("status_page.")}
    attributes = {field.name for view in views for field in fields(view)}
    properties = {
        name
        for view in views
        for name, _ in getmembers(view, lambda part: isinstance(part, property))
    }
    return attributes | properties
