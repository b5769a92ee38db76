"""Whether whoever posts may: a token that is shown, or a body that is signed.

Signed are bodies as GitHub does it, as the Standard Webhooks of which GitLab's are some, and as our
own webhooks are. Where there is a signature of a kind, it decides.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from monitor.clock import to_us

TOLERANCE: Final = timedelta(minutes=5)
"""Between the stamp in a signature and our clock, either way."""

_OURS: Final = "x-trueup-signature"
_GITHUB: Final = "x-hub-signature-256"
_STANDARD: Final = "webhook-signature"
_STANDARD_KEY: Final = "whsec_"
_VALUE_MAX: Final = 1_000
_SECONDS: Final = re.compile("[0-9]{1,12}")

Headers = Mapping[str, str]


class NotProved(Exception):
    """Whoever posts may not; the text says why."""


def shows(token: str, headers: Headers) -> bool:
    """As a bearer, as the password of basic authentication, or as GitLab shows it."""
    scheme, _, said = headers.get("authorization", "").partition(" ")
    candidates = [headers.get("x-gitlab-token", "")]
    if scheme.lower() == "bearer":
        candidates.append(said.strip())
    elif scheme.lower() == "basic":
        candidates.append(_password(said))
    return any(bool(token) and _same(each, token) for each in candidates)


def signed(headers: Headers) -> bool:
    """Whether there is something that has to be right."""
    return any(name in headers for name in _WAYS)


def prove(secret: str, headers: Headers, content: bytes, at: datetime) -> str:
    """What tells this sending from every other one, as hex: whoever overhears it can only repeat
    it. Empty where the signature knows the body alone. Raises NotProved.
    """
    way = next(way for name, way in _WAYS.items() if name in headers)
    sent = way(secret, headers, content, at)
    return hashlib.sha256(sent).hexdigest() if sent else ""


def _by_us(secret: str, headers: Headers, content: bytes, at: datetime) -> bytes:
    """`t=<unix seconds>,v1=<hex>`."""
    pairs = [part.partition("=") for part in headers[_OURS][:_VALUE_MAX].split(",")]
    stamp = next((value for name, _, value in pairs if name.strip() == "t"), "")
    _demand_fresh(stamp, at)
    sent = f"{stamp}.".encode() + content
    digest = _digest(secret.encode(), sent).hex()
    _demand(any(_same(value, digest) for name, _, value in pairs if name.strip() == "v1"))
    return sent


def _by_github(secret: str, headers: Headers, content: bytes, _: datetime) -> bytes:
    """`sha256=<hex>`, which has no stamp."""
    digest = _digest(secret.encode(), content).hex()
    _demand(_same(headers[_GITHUB][:_VALUE_MAX], f"sha256={digest}"))
    return b""


def _by_standard(secret: str, headers: Headers, content: bytes, at: datetime) -> bytes:
    """`v1,<base64>`, several of them apart by spaces. Sent again, it has another stamp."""
    id_, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    _demand_fresh(stamp, at)
    digest = _digest(_standard_key(secret), f"{id_}.{stamp}.".encode() + content)
    wanted = f"v1,{base64.b64encode(digest).decode()}"
    _demand(any(_same(each, wanted) for each in headers[_STANDARD][:_VALUE_MAX].split(" ")))
    return f"{id_}.".encode() + content


_WAYS: Final[Mapping[str, Callable[[str, Headers, bytes, datetime], bytes]]] = {
    _OURS: _by_us,
    _GITHUB: _by_github,
    _STANDARD: _by_standard,
}


def _standard_key(secret: str) -> bytes:
    """What is written as `whsec_<base64>` means those bytes."""
    if secret.startswith(_STANDARD_KEY):
        try:
            return base64.b64decode(secret.removeprefix(_STANDARD_KEY), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _demand_fresh(stamp: str, at: datetime) -> None:
    if not _SECONDS.fullmatch(stamp):
        raise NotProved("the signature has no time stamp")
    off = timedelta(microseconds=abs(to_us(at) - int(stamp) * 1_000_000))
    if off > TOLERANCE:
        minutes = int(TOLERANCE.total_seconds() // 60)
        raise NotProved(f"the signature is more than {minutes} minutes off; is a clock wrong?")


def _demand(right: bool) -> None:
    if not right:
        raise NotProved("the signature is not of this body and our secret")


def _digest(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, content, hashlib.sha256)


def _same(said: str, wanted: str) -> bool:
    return hmac.compare_digest(said.encode("utf-8", "replace"), wanted.encode())


def _password(credentials: str) -> str:
    try:
        plain = base64.b64decode(credentials[:_VALUE_MAX], validate=True)
    except (binascii.Error, ValueError):
        return ""
    return plain.partition(b":")[2].decode("utf-8", "replace")
