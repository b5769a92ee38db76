"""Keeps secrets, and everything that would spoil a terminal, out of what is said and kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from probes.scrub.folding import Trail, foldings, is_plain, unquoted
from probes.scrub.forms import SHORTEST, forms, to_bytes
from probes.scrub.search import Search, Span

STARS: Final = "***"
Content: TypeAlias = bytes
"""So called here, where `bytes` is what a scrubber does to it."""
_STARS: Final = STARS.encode()
_LONGEST: Final = 300
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Scrubber:
    """Replaces secrets by stars, in every form in which a text may repeat them.

    Secrets that overlap are hidden together; those of less than four characters are not hidden.
    """

    __slots__ = ("_search", "_secrets")

    def __init__(self, secrets: Iterable[str], search: Search | None = None) -> None:
        """*search* finds all of them, if it was made already."""
        self._secrets = frozenset(secrets)
        self._search = search or Search(_forms_of(self._secrets))

    def __call__(self, text: str) -> str:
        """The text itself when it holds no secret."""
        raw = text.encode("utf-8", "surrogatepass")
        if is_plain(raw) and not self._search.occurring(raw):
            return text
        spans = self._spans(raw)
        return _starred(raw, spans).decode("utf-8", "replace") if spans else text

    text = __call__

    def bytes(self, content: Content) -> Content:
        """*content*, of whatever sort, itself when it holds no secret."""
        spans = self._spans(content)
        return _starred(content, spans) if spans else content

    def shows(self, text: str | Content) -> bool:
        """Whether *text* tells a secret."""
        raw = to_bytes(text) if isinstance(text, str) else text
        return any(self._search.occurring(layer) for layer in _layers(raw))

    def line(self, text: str) -> str:
        """*text* as one short printable line without secrets."""
        plain = _CONTROLS.sub(" ", self(_ESCAPES.sub("", text)))
        plain = " ".join(plain.split())
        return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"

    def knows(self, text: str) -> bool:
        """Whether *text* is one of the secrets, and nothing else."""
        return len(text) >= SHORTEST and text in self._secrets

    def and_also(self, more: Iterable[str]) -> Scrubber:
        """One that knows *more* secrets; cheap, however many this one knows."""
        unknown = self._secrets.union(more) - self._secrets
        if not unknown:
            return self
        return Scrubber(self._secrets | unknown, self._search.and_also(_forms_of(unknown)))

    def _spans(self, text: Content) -> list[Span]:
        found = set(self._search.spans(text))
        layers = [text]
        trails: list[Trail] = []
        for layer in foldings(text):
            if self._search.occurring(layer):
                trails += map(Trail, layers[len(trails) :])
                found.update(_back(span, trails) for span in self._search.spans(layer))
            layers.append(layer)
        if (plain := unquoted(text)) and self._search.occurring(plain):
            trail = Trail(text, is_quoted=True)
            found.update(trail.back(*span) for span in self._search.spans(plain))
        return sorted(found)


def _forms_of(secrets: Iterable[str]) -> set[Content]:
    return {form for secret in secrets for form in forms(secret)}


def _back(span: Span, trails: list[Trail]) -> Span:
    for trail in reversed(trails):
        span = trail.back(*span)
    return span


def _starred(text: Content, spans: list[Span]) -> Content:
    parts, end = [], 0
    for began, ended in spans:
        if began >= end:
            parts += [text[end:began], _STARS]
        end = max(end, ended)
    return b"".join([*parts, text[end:]])


def _layers(text: Content) -> Iterator[Content]:
    yield text
    yield from foldings(text)
    if (plain := unquoted(text)) is not None:
        yield plain
