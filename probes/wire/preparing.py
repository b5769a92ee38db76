"""What the first run would wait for, done before it and beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from itertools import islice
from typing import Final

from probes.wire.question import Question
from probes.wire.report import Terms
from probes.wire.resolve import is_address
from probes.wire.trust import CONTEXTS_KEPT, Trust

_CERTIFICATES: Final = "cryptography.x509"
_BORROWED: Final = "probes.wire.borrowed"
_NAMES: Final = "probes.wire.names_channel"


async def prepare(questions: Iterable[Question], trust: Trust) -> None:
    """Raises nothing: trouble is told by the run that has it."""
    modules: dict[str, None] = {}
    secure: dict[Terms, None] = {}
    for question in questions:
        modules |= dict.fromkeys(_modules(question))
        secure |= dict.fromkeys(_secure(question))
    with suppress(ImportError, OSError):
        await asyncio.to_thread(_load, list(modules))
    for terms in islice(secure, CONTEXTS_KEPT):
        await trust.prepare(terms)


def _modules(question: Question) -> Iterable[str]:
    terms = question.terms
    if terms.http2 or terms.proxy:
        yield _BORROWED
    if question.secure or (terms.proxy and terms.proxy.scheme == "https"):
        yield _CERTIFICATES
    named = not is_address(terms.proxy.host) if terms.proxy else question.lookup is not None
    if named:
        yield _NAMES


def _secure(question: Question) -> Iterable[Terms]:
    terms = question.terms
    if question.secure:
        yield _about_trust(terms)
    if terms.proxy and terms.proxy.scheme == "https":
        yield _about_trust(replace(terms, certificate=None, key=None, http2=False))


def _about_trust(terms: Terms) -> Terms:
    return Terms(ca=terms.ca, certificate=terms.certificate, key=terms.key, http2=terms.http2)


def _load(modules: list[str]) -> None:
    for name in modules:
        import_module(name)
    if _BORROWED in modules:
        anyio = import_module("anyio")
        anyio.run(anyio.sleep, 0)  # loads what it needs for asyncio
