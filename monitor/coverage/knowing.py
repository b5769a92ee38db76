"""What has been learned of targets that says what of them could be watched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlite_utils import Database  # noqa: TID251 - named in signatures only; store opens it

from monitor.config.model import Config, Probe
from monitor.coverage.found import Known
from monitor.origins import origin_of
from monitor.store import fingerprints
from monitor.store.fingerprints import Pinned
from probes.expect import Expect
from probes.traits import Trait

_TYPES_IN: Final = re.compile(
    r"\.(fill|type|press_sequentially|set_input_files|set_files|select_option)\("
)
_SOURCE_MOST: Final = 200_000
_LIST: Final = re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\[\]", re.ASCII)


def known_of(config: Config, db: Database | None) -> Known:
    """From the configuration's own files alone, where there is no history yet."""
    learned = fingerprints.pinned(db) if db is not None else []
    environments = dict(_newest(learned, Trait.ENVIRONMENT))
    keys = dict(_newest(learned, Trait.JSON_KEYS))
    return Known(
        environments={
            probe.id: environments[origin]
            for probe in config.probes.values()
            if (origin := origin_of(probe)) in environments
        },
        documents=frozenset(keys),
        lists={
            probe.id: found
            for probe in config.probes.values()
            if (found := tuple(dict.fromkeys(_lists(probe, keys))))
        },
        types_in=frozenset(_that_type_in(config)),
    )


def _newest(learned: Iterable[Pinned], trait: Trait) -> Iterator[tuple[str, str]]:
    for each in learned:
        if each.name == trait.value and each.values and each.values[-1]:
            yield each.target, each.values[-1]


def _lists(probe: Probe, keys: Mapping[str, str]) -> Iterator[str]:
    """The outermost ones, for who counts these counts enough."""
    expect = getattr(probe.settings, "expect", None)
    pin = expect.shape if isinstance(expect, Expect) else None
    if pin is not None and pin.shape is not None:
        for path, types in pin.shape.fields.items():
            if "array" in types.split("|") and "[*]" not in path and not path.endswith("?"):
                yield f"{path}[*]"
    for each in keys.get(probe.id, "").split(", "):
        if found := _LIST.match(each):
            yield f"$.{found[1]}[*]"


def _that_type_in(config: Config) -> Iterator[str]:
    folder = config.files[0].parent if config.files else Path()
    for probe in config.probes.values():
        name = str(getattr(probe.settings, "journey", ""))
        if name.endswith(".py") and _TYPES_IN.search(_source(folder / name)):
            yield probe.id


def _source(path: Path) -> str:
    """Empty where it cannot be read."""
    with suppress(OSError):
        return path.read_text("utf-8", "replace")[:_SOURCE_MOST]
    return ""
