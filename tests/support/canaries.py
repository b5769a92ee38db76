"""A secret that is hard to hide, and a search that knows nothing of how secrets are hidden."""

from __future__ import annotations

import base64
import html
import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, quote_plus

ODD = "pä'ss \"w+or/d&%41<😀>\\x"


def forms_of(secret: str) -> set[bytes]:
    """The secret as pages, addresses and documents write it."""
    written = {
        *(secret, repr(secret)[1:-1], html.escape(secret), html.escape(secret, quote=False)),
        *(json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]),
        *(quote(secret), quote(secret, safe=""), quote_plus(secret), quote(quote(secret))),
        *(quote(secret, safe="").lower(), secret.encode().hex()),
    }
    written |= {json.dumps(form)[1:-1] for form in written} | {html.escape(w) for w in written}
    raw = secret.encode()
    in_base64 = {base64.b64encode(bytes(n) + raw)[n * 2 : -4] for n in range(3)}
    return {form.encode() for form in written} | in_base64


def told(content: bytes, secrets: tuple[str, ...]) -> list[str]:
    """Those of the secrets that stand in *content*, which may be a zip file."""
    texts = [content, *_unpacked(content)]
    return [s for s in secrets if any(form in text for form in forms_of(s) for text in texts)]


def told_in(folder: Path, secrets: tuple[str, ...], but: frozenset[str]) -> list[tuple[str, str]]:
    """File and secret, of every file below *folder* but those that are named so."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name not in but]
    names = [
        (str(file), s) for file in folder.rglob("*") for s in told(file.name.encode(), secrets)
    ]
    return names + [(str(file), s) for file in files for s in told(file.read_bytes(), secrets)]


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\3\4"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
