"""What an answer gives away of what stands behind it, read so that ordinary runs hardly pay."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from probes.expect import one_line
from probes.expect.document import parse
from probes.expect.environment import HEADERS, in_document, in_headers, in_text
from probes.expect.page import is_page, metas, title
from probes.traits import UNTOLD, Trait
from probes.wire.certificates import read_chain

LONGEST: Final = 200
"""Characters of one trait."""
LONGEST_KEYS: Final = 500
LOOKED_AT: Final = 16 * 1024
"""Bytes up to which an answer is looked through; of a longer one, the beginning."""
_HEAD: Final = 4 * 1024
_KEYS: Final = 300
_ENTRIES: Final = 8
"""Of one list that are looked at."""
_DEEPEST: Final = 8
_LONGEST_KEY: Final = 60
_VARIES: Final = "*"
_REMEMBERED: Final = 12
_LONG: Final = 1000
"""Characters above which a text is not worth remembering."""
_SOURCES: Final[Mapping[Trait, tuple[str, ...]]] = {
    Trait.SERVER: ("server", "via"),
    Trait.RUNTIME: (
        *("x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-runtime-version"),
        *("x-php-version", "x-generator", "x-drupal-cache-tags-generator"),
    ),
    Trait.VERSION: (
        *("x-app-version", "x-application-version", "x-version", "x-release", "x-build"),
        *("x-revision", "x-commit"),
    ),
    Trait.ENVIRONMENT: HEADERS,
}
_TELLING: Final = {name.encode(): trait for trait, names in _SOURCES.items() for name in names}
_VERSIONS: Final = ("version", "app_version", "release")
_DATA: Final = re.compile(r".*\d{2}.*|[0-9a-fA-F-]{12,}", re.DOTALL)
_REQUEST: Final = re.compile(r"(?=\S*\d)[0-9a-zA-Z]{8,}\.?")
"""What stands in a Via for this one request, or for the machine that it happened to meet."""

Fields: TypeAlias = Sequence[tuple[bytes, bytes]]
Traits: TypeAlias = Mapping[Trait, str]
_Part: TypeAlias = tuple[int, Traits]


class Reader:
    """Of the answers to one probe. What came last is remembered by its hash alone, and what was
    made of it.
    """

    __slots__ = ("_content", "_hide", "_server", "_shown", "_traits")

    def __init__(self, hide: Callable[[str], str]) -> None:
        """*hide* takes the secrets out of a text; it is called for what was not seen before."""
        self._hide = hide
        self._shown: dict[str, str] = {}
        self._server: _Part = (0, UNTOLD)
        self._content: _Part = (0, UNTOLD)
        self._traits: Traits = UNTOLD

    def read(self, fields: Fields, content: bytes, leaf: bytes, address: str) -> Traits:
        """*content* is unpacked, *leaf* the certificate in DER, *address* with its port; what there
        is none of is empty.
        """
        telling = [field for field in fields if field[0].lower() in _TELLING]
        looked = content if len(content) <= LOOKED_AT else content[:_HEAD]
        server, said = hash((tuple(telling), leaf, address)), hash(looked)
        if server == self._server[0] and said == self._content[0]:
            return self._traits
        if server != self._server[0]:
            self._server = (server, self._clean(_of_server(telling, leaf, address)))
        if said != self._content[0]:
            text = looked.decode("utf-8", "replace")
            found = self._clean(_in_content(text, whole=looked is content))
            self._content = (said, found)
        self._traits = MappingProxyType({**self._content[1], **self._server[1]})
        return self._traits

    def _clean(self, told: Iterable[tuple[Trait, str]]) -> Traits:
        return {trait: said for trait, value in told if (said := self._as_shown(trait, value))}

    def _as_shown(self, trait: Trait, value: str) -> str:
        """Hiding takes its time, and most of what is told was told before."""
        shown = self._shown.get(value)
        if shown is None:
            most = LONGEST_KEYS if trait is Trait.JSON_KEYS else LONGEST
            line = one_line(self._hide(value))
            shown = intern(line if len(line) <= most else f"{line[: most - 1]}…")
            if len(self._shown) >= _REMEMBERED:
                self._shown.clear()
            if len(value) <= _LONG:
                self._shown[value] = shown
        return shown


def _of_server(fields: Fields, leaf: bytes, address: str) -> Iterator[tuple[Trait, str]]:
    yield Trait.ADDRESS, address.rpartition(":")[0].strip("[]")
    if leaf:
        yield from _in_certificate(leaf)
    for trait in (Trait.SERVER, Trait.RUNTIME, Trait.VERSION):
        yield trait, _joined(fields, trait)
    yield Trait.ENVIRONMENT, in_headers(fields, HEADERS)


def _joined(fields: Fields, trait: Trait) -> str:
    names = _SOURCES[trait]
    given: dict[str, None] = {}
    for name in names:
        for key, value in fields:
            if key.lower() == name.encode():
                said = value.decode("utf-8", "replace").strip()
                given[_via(said) if name == "via" else said] = None
    return ", ".join(filter(None, given))


def _via(value: str) -> str:
    """Without the version of HTTP, and without what is another at each request."""
    hops = (hop.strip().partition(" ")[2].strip() for hop in value[:1000].split(","))
    return ", ".join(filter(None, (_steady(hop) for hop in hops)))


def _steady(hop: str) -> str:
    return " ".join(word for word in hop.split() if not _REQUEST.match(word))


@lru_cache(maxsize=256)
def _in_certificate(leaf: bytes) -> tuple[tuple[Trait, str], ...]:
    from cryptography import x509  # noqa: PLC0415 - as in probes.wire.certificates
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        PublicFormat,
    )

    try:
        key = x509.load_der_x509_certificate(leaf).public_key()
        told = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001 - of whatever a stranger's certificate is made
        return ()
    issuer = next((each.issuer for each in read_chain((leaf,))), "")
    return (
        (Trait.TLS_KEY, hashlib.sha256(told).hexdigest()[:16]),
        (Trait.TLS_ISSUER, issuer),
    )


def _in_content(text: str, *, whole: bool) -> Iterator[tuple[Trait, str]]:
    if is_page(text):
        told = metas(text)
        yield Trait.TITLE, title(text)
        yield Trait.RUNTIME, told.get("generator", "")
        yield Trait.VERSION, told.get("version", "")
        yield Trait.ENVIRONMENT, in_text(text)
    elif whole and text[:200].lstrip().startswith(("{", "[")):
        yield from _in_json(text)


def _in_json(text: str) -> Iterator[tuple[Trait, str]]:
    try:
        document = parse(text.encode("utf-8", "replace"))
    except ValueError:
        return
    if isinstance(document, dict):
        told = (document.get(key) for key in _VERSIONS)
        plain = (str(each) for each in told if isinstance(each, str | int | float))
        yield Trait.VERSION, next(plain, "")
        yield Trait.ENVIRONMENT, in_document(document)
    yield Trait.JSON_KEYS, keys_of(document)


def keys_of(document: Any) -> str:
    """`id, items[].name, items[].size`; empty when an empty list keeps the rest from being known.
    Keys that look like data are `*`. Past LONGEST_KEYS it ends in a hash of all of them.
    """
    found: dict[str, None] = {}
    lists: dict[str, bool] = {}
    _note(document, "", found, lists)
    if not all(lists.values()):
        return ""
    said = ", ".join(sorted(found))
    if len(said) <= LONGEST_KEYS:
        return said
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{said[: LONGEST_KEYS - 20]}… ({digest})"


def _note(value: Any, path: str, found: dict[str, None], lists: dict[str, bool]) -> None:
    """*lists* are told whether one of them had an entry."""
    if len(found) >= _KEYS or path.count(".") + path.count("[") >= _DEEPEST:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            name = _name(key) if len(key) <= _LONGEST_KEY else _VARIES
            below = f"{path}.{name}" if path else name
            found[below] = None
            if isinstance(each, dict | list):
                _note(each, below, found, lists)
    elif isinstance(value, list):
        below = f"{path}[]"
        lists[below] = lists.get(below, False) or bool(value)
        for each in value[:_ENTRIES]:
            if isinstance(each, dict | list):
                _note(each, below, found, lists)


@lru_cache(maxsize=1024)
def _name(key: str) -> str:
    return _VARIES if _DATA.fullmatch(key) or not key.isprintable() else key
