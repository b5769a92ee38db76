"""What would close the holes: for every fault that goes unseen, lines of TOML that show it.

A line is shown when it was tried: the probe has to load with it, to pass what the target answered,
and to notice what it did not notice before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from monitor.blindspots.candidates import NO_LINE, SENTENCES
from monitor.blindspots.cells import Matrix, Row
from monitor.blindspots.known import Known
from monitor.blindspots.lines import Line, toml
from monitor.blindspots.rereading import Rereading
from monitor.blindspots.seeking import Seeking
from monitor.blindspots.trying import Make, Subject, try_lines
from monitor.config import Config, Probe
from monitor.log import get_logger
from probes import KINDS
from probes.injection import Fault

log = get_logger()
_ASSETS: Final = "assets-missing"
_ASSETS_LOOKED_AT: Final = 3
_UNLEARNED: Final = "expect.shape has learned nothing yet: run trueup learn {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """`table` is where the `lines` belong; without lines, `sentence` says what else would help."""

    probe: str
    faults: tuple[str, ...]
    table: str = ""
    lines: tuple[str, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """In the order of the matrix."""

    remedies: tuple[Remedy, ...] = ()

    def of(self, probe: str) -> tuple[Remedy, ...]:
        return tuple(remedy for remedy in self.remedies if remedy.probe == probe)

    def scrubbed(self, scrub: Callable[[str], str]) -> Closing:
        """The same without what *scrub* takes out of texts: an answer may hold a secret."""
        return Closing(tuple(replace(r, lines=tuple(map(scrub, r.lines))) for r in self.remedies))


async def closing(config: Config, seeking: Seeking, matrix: Matrix) -> Closing:
    """For journeys, what a probe of their page would notice beside them: it is asked for once."""
    closer = _Closer(config, seeking)
    found: list[Remedy] = []
    for row in matrix.rows:
        if holes := [trial.fault for cell in row.cells.values() for trial in cell.unseen]:
            found += await closer.close(config.probes[row.probe], row, holes)
    return Closing(tuple(found))


class _Closer:
    def __init__(self, config: Config, seeking: Seeking) -> None:
        self._config = config
        self._seeking = seeking
        self._rereading = Rereading(config)
        self._assets: dict[str, str] = {}
        """The tables that were proposed for scripts and style sheets, by their addresses."""

    async def close(self, probe: Probe, row: Row, holes: Sequence[Fault]) -> list[Remedy]:
        known = self._seeking.known.get(row.probe)
        try:
            if known is not None:
                return await self._in_place(probe, known, holes)
            return await self._beside(probe, holes)
        except Exception:  # what was found out is worth more than how to mend it
            log.exception("looking for remedies crashed", probe=probe.id)
            return list(_sentences(probe, holes))

    async def _in_place(self, probe: Probe, known: Known, holes: Sequence[Fault]) -> list[Remedy]:
        def make(lines: tuple[Line, ...]) -> Probe | None:
            return self._rereading.with_lines(probe, lines)

        subject = Subject(make, known, _is_learning(probe))
        await try_lines(subject, self._seeking, holes)
        keys = self._rereading.table(probe.id)
        found = [
            Remedy(
                probe=probe.id,
                faults=_names(faults),
                table=f"[probe.{probe.id}]",
                lines=(line.written(keys),),
            )
            for line, faults in subject.closes.items()
        ]
        return [*found, *_sentences(probe, subject.left)]

    async def _beside(self, probe: Probe, holes: Sequence[Fault]) -> list[Remedy]:
        """A journey's own lines cannot show it; a probe of its page may."""
        url = str(getattr(probe.settings, "url", ""))
        keys: dict[str, Any] = {"kind": "http", "url": url}
        found, left = [], list(holes)
        known = await self._look(probe, "page", keys) if url else None
        if known is not None:
            make = self._maker(probe, "page", keys)
            subject = await self._tried(make, known, [f for f in holes if f.name != _ASSETS])
            assets = [fault for fault in holes if fault.name == _ASSETS]
            left = [*subject.left, *assets]
            if subject.closes or subject.noticed:
                found.append(self._table(probe, "page", subject, keys))
            for fault in assets:
                if remedy := await self._asset(probe, known, url, fault):
                    found.append(remedy)
                    left.remove(fault)
        return [*found, *_sentences(probe, left)]

    async def _tried(self, make: Make, known: Known, holes: Sequence[Fault]) -> Subject:
        subject = Subject(make, known)
        await try_lines(subject, self._seeking, holes)
        return subject

    async def _asset(self, probe: Probe, known: Known, url: str, fault: Fault) -> Remedy | None:
        near = _near(url, known)[:_ASSETS_LOOKED_AT]
        if table := next((self._assets[each] for each in near if each in self._assets), ""):
            components = " and ".join(f"[component.{each}]" for each in self._components(probe))
            named = f"; name it in {components} probes, too" if components else ""
            said = f"{table} shows it{named}."
            return Remedy(probe=probe.id, faults=(fault.name,), sentence=said)
        for asset in near:
            keys = {"kind": "http", "url": asset}
            found = await self._look(probe, "assets", keys)
            if found is None:
                continue
            subject = await self._tried(self._maker(probe, "assets", keys), found, [fault])
            if not subject.left:
                remedy = self._table(probe, "assets", subject, keys)
                self._assets[asset] = remedy.table
                return remedy
        return None

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
        lines += [line.written({}) for line in subject.closes]
        lines += [f"# and name it in [component.{each}] probes" for each in self._components(probe)]
        table = f"[probe.{probe.id}-{what}]"
        return Remedy(probe=probe.id, faults=_names(faults), table=table, lines=tuple(lines))

    def _components(self, probe: Probe) -> list[str]:
        return [c.id for c in self._config.components.values() if probe.id in c.probes]


def _near(url: str, known: Known) -> list[str]:
    """Scripts and style sheets of the page that come from where it comes from."""
    answer = known.answer
    found = [urljoin(url, each) for each in answer.assets()] if answer else []
    return [each for each in found if urlsplit(each).netloc == urlsplit(url).netloc]


def _names(faults: Sequence[Fault]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault.name for fault in faults))


def _sentences(probe: Probe, left: Sequence[Fault]) -> Iterator[Remedy]:
    learning = _is_learning(probe)
    said: dict[str, list[Fault]] = {}
    for fault in left:
        unlearned = learning and fault.at
        sentence = _UNLEARNED.format(probe.id) if unlearned else SENTENCES.get(fault.name, NO_LINE)
        said.setdefault(sentence, []).append(fault)
    for sentence, faults in said.items():
        yield Remedy(probe=probe.id, faults=_names(faults), sentence=sentence)


def _is_learning(probe: Probe) -> bool:
    """Whether its shape is to be learned, and was not yet."""
    pin = getattr(getattr(probe.settings, "expect", None), "shape", None)
    return pin is not None and pin.learns and pin.shape is None
