"""Undoing gzip and deflate without ever holding more than was asked for."""

from __future__ import annotations

import zlib
from typing import Final

from probes.result import Reason
from probes.wire.report import WireError

ACCEPTED: Final = "gzip, deflate"
_GZIP: Final = 16 + zlib.MAX_WBITS
_MEMBER: Final = b"\x1f\x8b"


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """*body* without its content encoding, at most *limit* bytes.

    Raises WireError: ANSWER_TOO_LARGE past the limit, MALFORMED_ANSWER for what is damaged,
    ends early, or is encoded in a way that was not offered. Of nothing comes nothing: the answer
    to a HEAD names an encoding and has no body.
    """
    if not body:
        return body
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _gunzip(body, limit)
        case "deflate":
            return _undeflate(body, limit)
        case _:
            raise WireError(
                Reason.MALFORMED_ANSWER, "the body is encoded in a way that was not offered"
            )


def _gunzip(body: bytes, limit: int) -> bytes:
    plain = b""
    while True:  # gzip files may follow one another in one body (RFC 1952, section 2.2)
        part, body = _decompress(body, _GZIP, limit - len(plain), "gzip")
        plain += part
        if not body.startswith(_MEMBER):
            return plain


def _undeflate(body: bytes, limit: int) -> bytes:
    # The specification means the zlib format; many servers send the bare one.
    wrapped = len(body) >= 2 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _decompress(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, limit, "deflate")[0]


def _decompress(body: bytes, wbits: int, limit: int, name: str) -> tuple[bytes, bytes]:
    engine = zlib.decompressobj(wbits)
    try:
        plain = engine.decompress(body, limit + 1)
    except zlib.error:
        raise WireError(Reason.MALFORMED_ANSWER, f"the {name} body is damaged") from None
    if len(plain) > limit:
        raise WireError(
            Reason.ANSWER_TOO_LARGE, f"the {name} body unpacks to more than {limit} bytes"
        )
    if not engine.eof:
        raise WireError(Reason.MALFORMED_ANSWER, f"the {name} body ends early")
    return plain, engine.unused_data
