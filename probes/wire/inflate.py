"""Undoing gzip, deflate, br and zstd without ever holding much more than was asked for."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NoReturn

from probes.result import Reason
from probes.wire.report import WireError

if TYPE_CHECKING:
    import zstandard

ACCEPTED: Final = "gzip, deflate, br, zstd"
_GZIP: Final = 16 + zlib.MAX_WBITS
_MEMBER: Final = b"\x1f\x8b"
_WINDOW: Final = 8 << 20
"""Bytes of memory that a zstd body may ask of who unpacks it (RFC 9659)."""
_CODINGS: Final = 3
_PARTS: Final = 1000
_PIECE: Final = 64 * 1024
_SPARE: Final = 4096
"""Bytes by which what is packed again may be longer than what it holds."""


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """*body* without its content encodings, at most *limit* bytes.

    Raises WireError: ANSWER_TOO_LARGE past the limit, MALFORMED_ANSWER for what is damaged,
    ends early, or is encoded in a way that was not offered. Of nothing comes nothing: the answer
    to a HEAD names an encoding and has no body.
    """
    if not body or not encoding:
        return body
    codings = [name for part in encoding.split(",") if (name := part.strip().lower())]
    if len(codings) > _CODINGS:
        _malformed(f"the body is encoded more than {_CODINGS} times over")
    while codings:
        body = _undo(codings.pop(), body, limit + _SPARE * bool(codings))
    return body


def _undo(coding: str, body: bytes, limit: int) -> bytes:
    if coding == "identity":
        return body
    engine = _ENGINES.get(coding)
    if engine is None:
        _malformed("the body is encoded in a way that was not offered")
    plain = engine(body, limit)
    if len(plain) > limit:
        said = f"the {coding} body unpacks to more than {limit} bytes"
        raise WireError(Reason.ANSWER_TOO_LARGE, said)
    return plain


# Each takes the body and a limit, and gives up soon after it, with what it has by then.


def _gunzip(body: bytes, limit: int) -> bytes:
    plain = b""
    for _ in range(_PARTS):  # gzip files may follow one another (RFC 1952, section 2.2)
        part, body = _decompress(body, _GZIP, limit - len(plain), "gzip")
        plain += part
        if len(plain) > limit or not body.startswith(_MEMBER):
            return plain
    return _malformed(f"the gzip body has more than {_PARTS} parts")


def _undeflate(body: bytes, limit: int) -> bytes:
    # The specification means the zlib format; many servers send the bare one.
    wrapped = len(body) >= 2 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _decompress(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, limit, "deflate")[0]


def _decompress(body: bytes, wbits: int, limit: int, name: str) -> tuple[bytes, bytes]:
    engine = zlib.decompressobj(wbits)
    try:
        plain = engine.decompress(body, limit + 1)
    except zlib.error:
        _malformed(f"the {name} body is damaged")
    if len(plain) <= limit and not engine.eof:
        _malformed(f"the {name} body ends early")
    return plain, engine.unused_data


def _unbrotli(body: bytes, limit: int) -> bytes:
    import brotli  # noqa: PLC0415 - most answers come in gzip

    engine = brotli.Decompressor()
    try:
        # In pieces, because it keeps such a limit only roughly, and may be off by its double.
        plain = bytearray(engine.process(body, output_buffer_limit=_PIECE))
        while len(plain) <= limit and not engine.can_accept_more_data():
            plain += engine.process(b"", output_buffer_limit=_PIECE)
    except brotli.error:
        _malformed("the br body is damaged")
    if len(plain) <= limit and not engine.is_finished():
        _malformed("the br body ends early")
    return bytes(plain)


def _unzstd(body: bytes, limit: int) -> bytes:
    import zstandard  # noqa: PLC0415 - most answers come in gzip

    engine = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    try:
        plain = engine.stream_reader(body, read_across_frames=True).read(limit + 1)
        if len(plain) <= limit and not _is_whole(body, engine):
            _malformed("the zstd body ends early")
    except zstandard.ZstdError:
        _malformed(f"the zstd body is damaged, or needs a window above {_WINDOW >> 20} MiB")
    return plain


def _is_whole(body: bytes, engine: zstandard.ZstdDecompressor) -> bool:
    """Unpacks once more, which the reader has shown to be safe: it does not tell this itself."""
    for _ in range(_PARTS):
        frame = engine.decompressobj()
        frame.decompress(body)
        if not frame.eof or not frame.unused_data:
            return frame.eof
        body = frame.unused_data
    return _malformed(f"the zstd body has more than {_PARTS} parts")


_ENGINES: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def _malformed(said: str) -> NoReturn:
    raise WireError(Reason.MALFORMED_ANSWER, said) from None
