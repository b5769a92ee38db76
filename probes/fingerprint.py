"""What an answer gives away of what stands behind it, read so that ordinary runs hardly pay."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from probes.expect import one_line
from probes.expect.environment import HEADERS, in_document, in_headers, in_text
from probes.expect.grouped import LONGEST_NAME
from probes.expect.page import is_page, metas, title
from probes.scrub import Scrubber
from probes.traits import UNTOLD, Trait
from probes.wire.certificates import read_chain

LONGEST: Final = 200
"""Characters of one trait."""
LONGEST_KEYS: Final = 500
EVERY_S: Final = 60.0
LOOKED_AT: Final = 16 * 1024
"""Bytes up to which an answer is looked through; of a longer one, the beginning."""
_HEAD: Final = 4 * 1024
_PEEKED: Final = 200
_FORM: Final = 8
"""How many bytes a character of a secret takes at most, as it is repeated."""
_KEYS: Final = 300
_FIELDS: Final = 60
_ENTRIES: Final = 8
"""Of one list that are looked at."""
_DEEPEST: Final = 8
_LONGEST_KEY: Final = 60
_VARIES: Final = "*"
_MOST: Final = {Trait.JSON_KEYS: LONGEST_KEYS, Trait.ENVIRONMENT: LONGEST_NAME}
_HEADED: Final = (Trait.SERVER, Trait.RUNTIME, Trait.VERSION)
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
Came: TypeAlias = tuple[tuple[tuple[bytes, bytes], ...], bytes, str]
Secrets: TypeAlias = Callable[[], Iterable[str]]


class Reader:
    """Of the answers to one probe. What came last is remembered by its hash alone; as long as no
    header says anything new, the content is looked at every EVERY_S at most, and what it told last
    stands meanwhile.
    """

    __slots__ = ("_content", "_due_s", "_headed", "_last", "_looked", "_traits")

    def __init__(self) -> None:
        self._last: object = None
        self._headed: object = None
        self._looked: object = None
        self._due_s = 0.0
        self._content: Traits = UNTOLD
        self._traits: Traits = UNTOLD

    def read(
        self,
        fields: Fields,
        content: bytes,
        leaf: bytes,
        address: str,
        secrets: Secrets,
        now_s: float = 0.0,
    ) -> Traits:
        """*content* is unpacked, *leaf* the certificate in DER, *address* with its port; what there
        is none of is empty. *secrets* are asked for when something is new. *now_s* is monotonic.
        """
        telling = tuple([field for field in fields if field[0].lower() in _TELLING][:_FIELDS])
        came = (telling, leaf, address)
        is_due = not self._due_s - EVERY_S <= now_s < self._due_s
        if came == self._last and not is_due:
            return self._traits
        headed = _said_in(telling)
        looked = hash(content) if is_due or headed != self._headed else self._looked
        if came != self._last or looked != self._looked:
            self._read(came, content if looked != self._looked else None, secrets)
        if is_due or headed != self._headed:
            self._due_s = now_s + EVERY_S
        self._last, self._headed, self._looked = came, headed, looked
        return self._traits

    def _read(self, came: Came, content: bytes | None, secrets: Secrets) -> None:
        telling, leaf, address = came
        hide = Hiding(secrets())
        if content is not None:
            self._content = dict(_in_content(content, hide))
        hidden = tuple((name, hide(_text(value)).encode()) for name, value in telling)
        told = {**self._content, **_of_server(hidden, leaf, address)}
        self._traits = _shared(tuple(_shown(told, hide)))


class Hiding:
    """Hides secrets in whole texts, before anything is cut that might leave half of one."""

    __slots__ = ("_scrub", "margin")

    def __init__(self, secrets: Iterable[str]) -> None:
        known = [each for each in secrets if each]
        self._scrub = Scrubber(known) if known else str
        self.margin = _FORM * max(map(len, known), default=0)
        """Bytes that one of them may take in whatever form."""

    def __call__(self, text: str) -> str:
        return self._scrub(text)

    def beginning(self, content: bytes) -> str:
        """The first bytes of *content*, without the half of a secret at their end."""
        if len(content) <= LOOKED_AT:
            return self(_text(content))
        text = self(_text(content[: _HEAD + self.margin]))
        return text[: max(len(text) - self.margin, 0)][:_HEAD] if self.margin else text


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


@lru_cache(maxsize=1024)
def _said_in(telling: tuple[tuple[bytes, bytes], ...]) -> Traits:
    """What is compared: a Via may be another at each request, and say the same."""
    return _of_headers(telling)


@lru_cache(maxsize=1024)
def _shared(told: tuple[tuple[Trait, str], ...]) -> Traits:
    """One for all probes of the same server."""
    return MappingProxyType(dict(told))


def _shown(told: Traits, hide: Callable[[str], str]) -> Iterator[tuple[Trait, str]]:
    for trait, value in told.items():
        most = _MOST.get(trait, LONGEST)
        line = one_line(hide(value))
        if trait is Trait.JSON_KEYS:
            line = _cut_keys(line)
        if line:
            yield trait, intern(line if len(line) <= most else f"{line[: most - 1]}…")


@lru_cache(maxsize=256)
def _of_server(fields: tuple[tuple[bytes, bytes], ...], leaf: bytes, address: str) -> Traits:
    told = {
        Trait.ADDRESS: address.rpartition(":")[0].strip("[]"),
        **(_in_certificate(leaf) if leaf else {}),
        **_of_headers(fields),
    }
    return {trait: value for trait, value in told.items() if value}


def _of_headers(fields: tuple[tuple[bytes, bytes], ...]) -> Traits:
    joined = {trait: _joined(fields, trait) for trait in _HEADED}
    return {**joined, Trait.ENVIRONMENT: in_headers(fields, HEADERS)}


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
def _in_certificate(leaf: bytes) -> Traits:
    from cryptography import x509  # noqa: PLC0415 - as in probes.wire.certificates
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - as above
        Encoding,
        PublicFormat,
    )

    try:
        key = x509.load_der_x509_certificate(leaf).public_key()
        told = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001 - of whatever a stranger's certificate is made
        return {}
    issuer = next((each.issuer for each in read_chain((leaf,))), "")
    return {Trait.TLS_KEY: hashlib.sha256(told).hexdigest()[:16], Trait.TLS_ISSUER: issuer}


def _in_content(content: bytes, hide: Hiding) -> Iterator[tuple[Trait, str]]:
    begins = content[:_PEEKED].lstrip()
    if begins.startswith(b"<"):
        yield from _in_page(hide.beginning(content))
    elif begins.startswith((b"{", b"[")) and len(content) <= LOOKED_AT:
        yield from _in_json(_text(content))


def _in_page(text: str) -> Iterator[tuple[Trait, str]]:
    if is_page(text):
        told = metas(text)
        yield Trait.TITLE, title(text)
        yield Trait.RUNTIME, told.get("generator", "")
        yield Trait.VERSION, told.get("version", "")
        yield Trait.ENVIRONMENT, in_text(text)


def _in_json(text: str) -> Iterator[tuple[Trait, str]]:
    """Not hidden yet: with stars in it, it might be no JSON any more."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict):
        told = (document.get(key) for key in _VERSIONS)
        plain = (str(each) for each in told if isinstance(each, str | int | float))
        yield Trait.VERSION, next(plain, "")
        yield Trait.ENVIRONMENT, in_document(document)
    yield Trait.JSON_KEYS, keys_of(document)


def keys_of(document: Any) -> str:
    """`id, items[].name, items[].size`; empty when an empty list keeps the rest from being known.
    Keys that look like data are `*`.
    """
    found: dict[str, None] = {}
    lists: dict[str, bool] = {}
    _note(document, "", found, lists)
    return ", ".join(sorted(found)) if all(lists.values()) else ""


def _cut_keys(said: str) -> str:
    """Past LONGEST_KEYS it ends in a hash of all of them."""
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
