"""What would close the holes: for every fault that goes unseen, lines of TOML that show it.

A line is shown when it was tried: the probe has to load with it, to pass what the target answered,
and to notice what it did not notice before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from monitor.blindspots.answers import is_named_by_release
from monitor.blindspots.cells import Matrix, Row
from monitor.blindspots.environments import Environments, environments
from monitor.blindspots.history import History, history
from monitor.blindspots.known import Known
from monitor.blindspots.lines import Line, together, toml
from monitor.blindspots.remedies import (
    RENAMED,
    UNCOUNTED,
    Closing,
    Remedy,
    accepting,
    allowed_by_pin,
    is_learning,
    names,
    sentences,
)
from monitor.blindspots.rereading import Rereading
from monitor.blindspots.seeking import Seeking
from monitor.blindspots.trying import Make, Subject, try_lines
from monitor.config import Config, Probe
from monitor.coverage import standing_in
from monitor.log import get_logger
from probes import KINDS
from probes.injection import Fault

log = get_logger()
_ASSETS: Final = "assets-missing"
_LISTS: Final = "empty-lists"
_ENVIRONMENT: Final = "wrong-environment"
_ASSETS_LOOKED_AT: Final = 3


async def closing(config: Config, seeking: Seeking, matrix: Matrix) -> Closing:
    """For journeys, what a probe of their page would notice beside them: it is asked for once."""
    past = await history(config, [row.probe for row in matrix.rows], seeking.now)
    closer = _Closer(config, seeking, await environments(config), past)
    found: list[Remedy] = []
    for row in matrix.rows:
        if holes := [trial.fault for cell in row.cells.values() for trial in cell.unseen]:
            found += await closer.close(config.probes[row.probe], row, holes)
    return Closing(tuple(found))


class _Closer:
    def __init__(
        self, config: Config, seeking: Seeking, known: Environments, past: History
    ) -> None:
        self._config = config
        self._environments = known
        self._past = past
        self._seeking = seeking
        self._rereading = Rereading(config)
        self._standing = standing_in(config)
        self._assets: dict[str, str] = {}
        """The tables that were proposed for scripts and style sheets, by their addresses."""

    async def close(self, probe: Probe, row: Row, holes: Sequence[Fault]) -> list[Remedy]:
        known = self._seeking.known.get(row.probe)
        try:
            if known is not None:
                found = await self._in_place(probe, known, holes)
            else:
                found = await self._beside(probe, holes)
        except Exception:  # what was found out is worth more than how to mend it
            log.exception("looking for remedies crashed", probe=probe.id)
            found = list(sentences(probe, holes))
        return [*found, *accepting(probe, found, self._rereading.table(probe.id))]

    def _doubted(
        self, probe: Probe, known: Known, holes: Sequence[Fault]
    ) -> tuple[list[Remedy], list[Fault]]:
        """What is not proposed, because what answers now is not what should; and other holes."""
        struck = [fault for fault in holes if fault.name == _ENVIRONMENT]
        said = self._environments.doubt(probe, known.answer) if struck and known.answer else ""
        if not said:
            return [], list(holes)
        remedy = Remedy(probe=probe.id, faults=names(struck), sentence=said)
        return [remedy], [fault for fault in holes if fault.name != _ENVIRONMENT]

    async def _in_place(self, probe: Probe, known: Known, holes: Sequence[Fault]) -> list[Remedy]:
        def make(lines: tuple[Line, ...]) -> Probe | None:
            return self._rereading.with_lines(probe, lines)

        known = replace(known, usually=self._past.slowest.get(probe.id, known.usually))
        subject = Subject(make, known, is_learning(probe))
        doubted, holes = self._doubted(probe, known, holes)
        uncounted, holes = self._uncounted(probe, holes)
        allowed, holes = allowed_by_pin(probe, holes)
        await try_lines(subject, self._seeking, holes)
        keys = self._rereading.table(probe.id)
        found = [
            Remedy(
                probe=probe.id,
                faults=names(faults),
                table=table,
                lines=lines,
            )
            for line, faults in together(subject.closes).items()
            for table, lines in [self._placed(probe, line, keys)]
        ]
        return [*found, *doubted, *uncounted, *allowed, *sentences(probe, subject.left)]

    def _uncounted(self, probe: Probe, holes: Sequence[Fault]) -> tuple[list[Remedy], list[Fault]]:
        """What its baseline will notice once it knows anything; and other holes."""
        emptied = [fault for fault in holes if fault.name == _LISTS]
        if not emptied or probe.id not in self._past.unlearned:
            return [], list(holes)
        remedy = Remedy(probe=probe.id, faults=names(emptied), sentence=UNCOUNTED)
        return [remedy], [fault for fault in holes if fault.name != _LISTS]

    def _placed(
        self, probe: Probe, line: Line, keys: Mapping[str, Any]
    ) -> tuple[str, tuple[str, ...]]:
        """The head of the table and what goes below it, with where that is if it is not the probe's
        own.
        """
        own = f"[probe.{probe.id}]"
        stands = self._standing(("probe", probe.id, *line.path))
        if stands is None:
            return own, (line.written(keys),)
        inner: Any = keys
        for key in line.path[: stands.taken - 2]:
            inner = inner[key]
        below = replace(line, path=line.path[stands.taken - 2 :])
        return stands.head or own, (f"# {stands.where}:", below.written(inner))

    async def _beside(self, probe: Probe, holes: Sequence[Fault]) -> list[Remedy]:
        """A journey's own lines cannot show it; a probe of its page may."""
        url = str(getattr(probe.settings, "url", ""))
        keys: dict[str, Any] = {"kind": "http", "url": url}
        found, left = list[Remedy](), list(holes)
        known = await self._look(probe, "page", keys) if url else None
        if known is not None:
            make = self._maker(probe, "page", keys)
            found, left = self._doubted(probe, known, holes)
            for fault in [each for each in left if each.name == _ENVIRONMENT]:
                if remedy := await self._expecting(probe, known, fault):
                    found.append(remedy)
                    left.remove(fault)
            subject = await self._tried(make, known, [f for f in left if f.name != _ASSETS])
            assets = [fault for fault in left if fault.name == _ASSETS]
            left = [*subject.left, *assets]
            if subject.closes or subject.noticed:
                found.append(self._table(probe, "page", subject, keys))
            for fault in assets:
                if remedy := await self._asset(probe, known, url, fault):
                    found.append(remedy)
                    left.remove(fault)
        return [*found, *sentences(probe, left)]

    async def _expecting(self, probe: Probe, known: Known, fault: Fault) -> Remedy | None:
        """The environment that its page says it is of, which journeys can expect themselves."""
        named = known.answer.environment if known.answer else ""
        line = Line(("expect_environment",), named)
        made = self._rereading.with_lines(probe, (line,)) if named else None
        if made is None or not await self._seeking.notices(made, fault):
            return None
        written = line.written(self._rereading.table(probe.id))
        table = f"[probe.{probe.id}]"
        return Remedy(probe=probe.id, faults=(fault.name,), table=table, lines=(written,))

    async def _tried(self, make: Make, known: Known, holes: Sequence[Fault]) -> Subject:
        subject = Subject(make, known)
        await try_lines(subject, self._seeking, holes)
        return subject

    async def _asset(self, probe: Probe, known: Known, url: str, fault: Fault) -> Remedy | None:
        near = _near(url, known)
        lasting = [each for each in near if not is_named_by_release(each)][:_ASSETS_LOOKED_AT]
        if table := next((self._assets[each] for each in lasting if each in self._assets), ""):
            components = " and ".join(f"[component.{each}]" for each in self._components(probe))
            named = f"; name it in {components} probes, too" if components else ""
            said = f"{table} shows it{named}."
            return Remedy(probe=probe.id, faults=(fault.name,), sentence=said)
        for asset in lasting:
            keys, found = await self._plainest(probe, asset)
            if found is None:
                continue
            subject = await self._tried(self._maker(probe, "assets", keys), found, [fault])
            if not subject.left:
                remedy = self._table(probe, "assets", subject, keys)
                self._assets[asset] = remedy.table
                return remedy
        if near and not lasting:
            return Remedy(probe=probe.id, faults=(fault.name,), sentence=RENAMED, last=True)
        return None

    async def _plainest(self, probe: Probe, asset: str) -> tuple[dict[str, Any], Known | None]:
        """Without what stands behind the question mark, where that makes no difference: there is
        often the number of a release.
        """
        keys = {"kind": "http", "url": asset}
        found = await self._look(probe, "assets", keys)
        plain = keys | {"url": asset.partition("?")[0]}
        if found is None or plain == keys:
            return keys, found
        other = await self._look(probe, "assets", plain)
        alike = other and other.answer and found.answer and other.answer.text == found.answer.text
        return (plain, other) if alike else (keys, found)

    async def _look(self, probe: Probe, what: str, keys: dict[str, Any]) -> Known | None:
        """One ordinary run of a probe that is not configured; None unless it passes."""
        made = self._maker(probe, what, keys)(())
        return await self._seeking.look(made) if made else None

    def _maker(self, probe: Probe, what: str, keys: dict[str, Any]) -> Make:
        def make(lines: tuple[Line, ...]) -> Probe | None:
            settings = self._rereading.fresh(KINDS["http"], keys, lines)
            if settings is None:
                return None
            return replace(
                probe,
                id=f"{probe.id}-{what}",
                kind=KINDS["http"],
                settings=settings,
                blindspots="full",
            )

        return make

    def _table(self, probe: Probe, what: str, subject: Subject, keys: dict[str, Any]) -> Remedy:
        """A probe more, whole."""
        faults = [*subject.noticed, *(f for each in subject.closes.values() for f in each)]
        written = self._rereading.table(probe.id).get("url", keys["url"])
        url = written if what == "page" else keys["url"]
        lines = ['kind = "http"', f"url = {toml(url)}"]
        lines += [line.written({}) for line in together(subject.closes)]
        lines += [f"# and name it in [component.{each}] probes" for each in self._components(probe)]
        table = f"[probe.{probe.id}-{what}]"
        return Remedy(
            probe=probe.id, faults=names(faults), table=table, lines=tuple(lines), new=True
        )

    def _components(self, probe: Probe) -> list[str]:
        return [c.id for c in self._config.components.values() if probe.id in c.probes]


def _near(url: str, known: Known) -> list[str]:
    """Scripts and style sheets of the page that come from where it comes from."""
    answer = known.answer
    found = [urljoin(url, each) for each in answer.assets()] if answer else []
    return [each for each in found if urlsplit(each).netloc == urlsplit(url).netloc]
