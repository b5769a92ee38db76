"""The documentation is complete, its examples are read, and its links lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from monitor.channels import CHANNELS
from monitor.config import load
from probes import KINDS
from probes.journeys import READY_MADE
from tests.support.checkout import ROOT, examples, files, name_of, sections

PAGES = [path for path in files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
REFERENCE = re.compile(r"\$\{(?:env|file):([^}]*)\}")
NAMED = [
    *(("kinds.md", "probe", "kind", name) for name in KINDS),
    *(("channels.md", "channel", "kind", name) for name in CHANNELS),
    *(("journeys.md", "probe", "journey", name) for name in READY_MADE),
]
A_PROBE = '[probe.any]\nkind = "http"\nurl = "https://example.org/"\n'
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_inside_the_checkout_leads_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text("utf-8"))
    targets = [link for link in LINK.findall(text) if "://" not in link]

    assert [link for link in targets if not _leads(page, link)] == []


def _leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target.read_text("utf-8"))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    pages = {path.name for path in PAGES if path.parent == ROOT / "docs"} - {"README.md"}

    assert pages == {link.partition("#")[0] for link in LINK.findall(index) if "/" not in link}


@pytest.mark.parametrize(("page", "table", "key", "name"), NAMED)
def test_whatever_can_be_configured_has_a_section_with_an_example_that_is_read(
    page: str, table: str, key: str, name: str, tmp_path: Path
) -> None:
    shown = examples(sections(page)[name])
    read = [tomllib.loads(example) for example in shown]

    assert any(entry.get(key) == name for each in read for entry in each.get(table, {}).values())
    for example in shown:
        _load(example, tmp_path)


def _load(example: str, folder: Path) -> None:
    """As a file of its own, every reference being set. Raises BadConfiguration."""
    file = folder / "probes.toml"
    plain = REFERENCE.sub("${env:SET}", example)
    file.write_text(plain if "[probe." in plain else plain + A_PROBE)
    load(file, environ={"SET": "0123456789abcdef" * 2})


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_example_of_a_configuration_is_toml(page: Path) -> None:
    for example in examples(page.read_text("utf-8")):
        tomllib.loads(example)


def test_the_sample_configuration_is_good() -> None:
    assert load(ROOT / "probes.toml").probes
