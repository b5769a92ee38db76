"""The last gate before evidence is kept: whatever tells a secret, or might, does not pass."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Final

from probes.result import Artefact
from probes.scrub.archive import make_sure, rewritten
from probes.scrub.documents import Clean, cleaned
from probes.scrub.places import starred, tells
from probes.scrub.scrubber import STARS, Scrubber
from probes.scrub.sorts import is_picture, is_text
from probes.scrub.unzipped import NotClean

LARGEST: Final = 10 * 1024 * 1024


def clean(artefact: Artefact, scrub: Scrubber) -> Artefact | None:
    """*artefact* without secrets, itself when it holds none; None when it must not be kept."""
    try:
        content = _content(artefact, scrub)
    except (NotClean, RecursionError):
        return None
    name = scrub(artefact.name).replace(STARS, "_")
    if content is artefact.content and name == artefact.name:
        return artefact
    return replace(artefact, name=name, content=content)


def _content(artefact: Artefact, scrub: Scrubber) -> bytes:
    content, sort = artefact.content, artefact.media_type
    if sort.endswith("/zip"):
        return _trace(content, scrub)
    if "json" in sort:
        return _json(content, scrub)
    if is_picture(content) and not scrub.shows(content):
        return content
    if is_picture(content) or not is_text(content):
        raise NotClean("no secret would be seen in it")
    return scrub.bytes(content)


def _trace(content: bytes, scrub: Scrubber) -> bytes:
    try:
        make_sure(io.BytesIO(content), scrub, LARGEST)
    except NotClean:
        return rewritten(io.BytesIO(content), scrub, LARGEST)
    return content


def _json(content: bytes, scrub: Scrubber) -> bytes:
    try:
        value = json.loads(content)
    except ValueError:
        return scrub.bytes(content)
    learnt: set[str] = set()
    hidden = starred(value, learnt.add)
    found = cleaned(hidden, Clean(scrub.and_also(filter(tells, learnt))))
    if found == value:
        return content
    return json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")
