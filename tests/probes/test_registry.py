"""What there is, and that nobody pays for what is not used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.channels import CHANNELS
from probes import KINDS, Registry
from probes.journeys import READY_MADE


@pytest.mark.parametrize("registry", [KINDS, CHANNELS, READY_MADE], ids=["kind", "channel", "way"])
def test_everything_answers_to_the_name_under_which_it_is_found(
    registry: Mapping[str, Any],
) -> None:
    assert [found.name for found in registry.values()] == list(registry)


def test_a_module_is_imported_when_its_name_is_looked_up_and_no_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "zoo"
    package.mkdir()
    for name in ("__init__", "lion", "mouse"):
        (package / f"{name}.py").write_text(f"ANIMAL = '{name}'\n")
    monkeypatch.syspath_prepend(tmp_path)

    registry: Registry[str] = Registry("zoo", "ANIMAL", ("lion", "mouse"))

    assert (list(registry), len(registry), "lion" in registry, "cat" in registry) == (
        ["lion", "mouse"],
        2,
        True,
        False,
    )
    assert "zoo.lion" not in sys.modules
    assert registry["lion"] == "lion"
    assert "zoo.lion" in sys.modules
    assert "zoo.mouse" not in sys.modules
    with pytest.raises(KeyError):
        registry["cat"]
