"""Playwright's trace without secrets: rewritten as a whole, then looked through once more."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from time import monotonic
from typing import IO, Any, Final, TypeVar

from probes.scrub.documents import Clean, cleaned, shows
from probes.scrub.places import body, starred, tells
from probes.scrub.scrubber import Scrubber
from probes.scrub.sorts import is_picture, is_text
from probes.scrub.unzipped import NotClean, unzipped, zipped

__all__ = ["NotClean", "make_sure", "rewritten", "scrubbed"]

TIME_MAX: Final = 3.0
"""Seconds for each part of the work; an honest trace takes a tenth."""
_UNPACKED: Final = 4  # times as large as packed, at most: text packs well
_LARGE: Final = 4  # times smaller than the whole, at least, is a resource that is kept
_DOCUMENTS: Final = (".trace", ".network", ".stacks")
Item = TypeVar("Item")
_FRAME: Final = "screencast-frame"
_REQUEST: Final = "resource-snapshot"
_FILES: Final = ("_file", "_sha1", "file", "sha1")


def scrubbed(path: Path, scrub: Scrubber, most: int) -> bytes:
    """The trace in *path* without secrets, in at most *most* bytes.

    Cookies and credentials go whatever they are, and so does what they were from everywhere else.
    Pictures of the screen are left out: nobody can look for a secret there.
    Raises NotClean when that cannot be made sure.
    """
    try:
        with path.open("rb") as file:
            return rewritten(file, scrub, most)
    except OSError as error:
        raise NotClean(f"it cannot be read: {error.strerror}") from None


def rewritten(source: IO[bytes], scrub: Scrubber, most: int) -> bytes:
    """As `scrubbed`, of an open file."""
    members = unzipped(source, most * _UNPACKED)
    try:
        packed = zipped(_clean(members, scrub, most // _LARGE))
    except RecursionError:
        raise NotClean("it is nested too deeply") from None
    if len(packed) > most:
        raise NotClean(f"it is larger than {most} bytes")
    make_sure(io.BytesIO(packed), scrub, most)
    return packed


def make_sure(source: IO[bytes], scrub: Scrubber, most: int) -> None:
    """Looks a rewritten trace through. Raises NotClean when anything is left."""
    for name, content in _in_time(unzipped(source, most * _UNPACKED).items()):
        try:
            if scrub.shows(name) or _is_left(name, content, scrub):
                raise NotClean("a secret is left")
        except RecursionError:
            raise NotClean("it is nested too deeply") from None


def _in_time(items: Iterable[Item]) -> Iterator[Item]:
    ends = monotonic() + TIME_MAX
    for item in items:
        if monotonic() > ends:
            raise NotClean(f"it takes longer than {TIME_MAX:.0f}s to look through")
        yield item


def _is_left(name: str, content: bytes, scrub: Scrubber) -> bool:
    if not name.endswith(_DOCUMENTS):
        return not (is_text(content) or is_picture(content)) or scrub.shows(content)
    lines = _lines(content)
    return shows(lines, scrub) or starred(lines, str) != lines or any(map(_is_frame, lines))


def _clean(members: Mapping[str, bytes], scrub: Scrubber, largest: int) -> dict[str, bytes]:
    learnt: set[str] = set()
    before = {n: _lines(content) for n, content in members.items() if n.endswith(_DOCUMENTS)}
    lines = [line for document in before.values() for line in document]
    frames = {name for line in lines if _is_frame(line) for name in _files(line)}
    sorts = dict(_sorts([line for line in lines if _type_of(line) == _REQUEST]))
    documents = {name: starred(document, learnt.add) for name, document in before.items()}
    resources = {}
    for name, content in _in_time(members.items()):
        if name not in documents and _base(name) not in frames and len(content) <= largest:
            resources[name] = body(content, sorts.get(_base(name), name), learnt.add)
    scrub = scrub.and_also(filter(tells, learnt))
    kept = {name: _resource(content, scrub) for name, content in _in_time(resources.items())}
    names = dict(_renamed(members, kept))
    clean = Clean(scrub, names)
    found = {names.get(name, name): content for name, content in kept.items()}
    for name, document in documents.items():
        found[name] = _written((line for line in document if not _is_frame(line)), clean)
    return found


def _resource(content: bytes, scrub: Scrubber) -> bytes:
    """Empty when it is nothing in which a secret would be seen, or a picture that tells one."""
    if is_text(content):
        return scrub.bytes(content)
    return content if is_picture(content) and not scrub.shows(content) else b""


def _renamed(members: Mapping[str, bytes], kept: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """New names, with and without folder, for what was changed: the old one is a hash of the
    whole, by which a short secret could be found out.
    """
    for name, content in kept.items():
        if content != members[name]:
            path = PurePosixPath(name)
            new = path.with_name(hashlib.sha256(content).hexdigest()[:40] + path.suffix)
            yield name, str(new)
            yield path.name, new.name


def _lines(content: bytes) -> list[Any]:
    try:
        return [json.loads(line) for line in content.split(b"\n") if line.strip()]
    except ValueError:
        raise NotClean("a line of it is not JSON") from None


def _written(lines: Iterable[Any], clean: Clean) -> bytes:
    """Raises NotClean when a secret is a word of the format, which would be lost with it."""
    written = []
    for line in _in_time(lines):
        shown = cleaned(line, clean)
        if _frame_of(shown) != _frame_of(line):
            raise NotClean("a secret is a word that every trace holds")
        written.append(json.dumps(shown, ensure_ascii=False, separators=(",", ":")))
    return "\n".join([*written, ""]).encode("utf-8", "replace")


def _frame_of(line: Any) -> Any:
    """What a line must keep to be understood."""
    if not isinstance(line, dict):
        return None
    snapshot = line.get("snapshot")
    inner = sorted(snapshot) if isinstance(snapshot, dict) else None
    return line.get("type"), line.get("class"), line.get("method"), sorted(line), inner


def _is_frame(line: Any) -> bool:
    return bool(_type_of(line) == _FRAME)


def _type_of(line: Any) -> Any:
    return line.get("type") if isinstance(line, dict) else None


def _files(table: Mapping[str, Any]) -> Iterator[str]:
    """The names, without a folder, of the resources that *table* refers to."""
    return (_base(str(table[key])) for key in _FILES if key in table)


def _sorts(value: Any) -> Iterator[tuple[str, str]]:
    """Resources and their media types."""
    if isinstance(value, dict):
        if isinstance(sort := value.get("mimeType"), str):
            yield from ((name, sort) for name in _files(value))
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _sorts(part)


def _base(name: str) -> str:
    return name.rpartition("/")[2]
