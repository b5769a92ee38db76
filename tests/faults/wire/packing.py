"""Packing: bodies that cannot be unpacked, or had better not be."""

from __future__ import annotations

import gzip
import random
import zlib

import brotli
import zstandard

from probes import Reason
from tests.faults.wire.case import Case, Due, says
from tests.support.targets import ok

MALFORMED = Reason.MALFORMED_ANSWER
TOO_LARGE = Reason.ANSWER_TOO_LARGE
EITHER = frozenset({None, MALFORMED})
MIB = 1 << 20
HELLO = b"hello " * 99
HOLDS = {"expect": {"contains": "hello"}}
NOISE = random.Random(7).randbytes(4096)


def bare(body: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(body) + engine.flush()


def deflated(mebibytes: int) -> bytes:
    """Zeros without the end that nobody should come to."""
    engine = zlib.compressobj(9, wbits=-15)
    return (engine.compress(bytes(MIB)) + engine.flush(zlib.Z_FULL_FLUSH)) * mebibytes


def brotli_bomb() -> bytes:
    engine = brotli.Compressor(quality=1)
    blocks = [bytes(engine.process(bytes(MIB))) for _ in range(256)]
    return b"".join((*blocks, bytes(engine.finish())))


def zstd_frame(window_bits: int, body: bytes) -> bytes:
    """One raw block, in a frame that asks for a window of two to the *window_bits*."""
    head = b"\x28\xb5\x2f\xfd\x00" + bytes([(window_bits - 10) << 3])
    return head + (len(body) << 3 | 1).to_bytes(3, "little") + body


ZSTD = zstandard.ZstdCompressor().compress


def packed(name: str, body: bytes, encoding: str, due: Due, *, big: bool = False) -> Case:
    """A case whose answer holds *body*, said to be encoded so; a run that passes sees hello."""
    answer = ok(body, f"Content-Encoding: {encoding}")
    return Case(name, says(answer), due, keys=HOLDS if due is None else {}, big=big)


def sent_as(name: str, media_type: str, body: bytes = b"hello \xff\xfe\x00\x1b[31m") -> Case:
    """Whatever is said of a text, it is read as well as may be."""
    return Case(name, says(ok(body, f"Content-Type: {media_type}")), None, keys=HOLDS)


BROKEN = (
    *(
        packed(f"{encoding} {how}", broken, encoding, MALFORMED)
        for encoding, whole in (
            ("gzip", gzip.compress(HELLO)),
            ("deflate", zlib.compress(HELLO)),
            ("br", brotli.compress(HELLO)),
            ("zstd", ZSTD(HELLO)),
        )
        for how, broken in (
            ("that ends early", whole[:-3]),
            ("that is none", b"\xf0hello \x9c\x00" + NOISE),
            ("of a single byte", whole[:1]),
        )
    ),
    packed("gzip with a wrong checksum", gzip.compress(HELLO)[:-8] + bytes(8), "gzip", MALFORMED),
    packed(
        "gzip whose second member is cut",
        gzip.compress(HELLO) * 2 + gzip.compress(HELLO)[:-9],
        "gzip",
        MALFORMED,
    ),
    packed("an encoding that was not offered", HELLO, "compress", MALFORMED),
    packed("an encoding in invalid UTF-8", HELLO, "\xff\xfe", MALFORMED),
    packed("packed twice", gzip.compress(gzip.compress(HELLO)), "gzip, gzip", EITHER),
    packed("packed a thousand times", gzip.compress(HELLO), ", ".join(["gzip"] * 1000), MALFORMED),
    packed(
        "two names of encodings", gzip.compress(HELLO), "gzip\r\nContent-Encoding: gzip", MALFORMED
    ),
    packed(
        "zstd that needs a dictionary",
        b"\x28\xb5\x2f\xfd\x23\x99\x99\x99\x99\x06\x31\x00\x00hello ",
        "zstd",
        MALFORMED,
    ),
    packed(
        "zstd with a window of two gibibytes", zstd_frame(31, HELLO), "zstd", MALFORMED, big=True
    ),
)

BOMBS = (
    packed("a bomb in gzip", gzip.compress(b"")[:10] + deflated(900), "gzip", TOO_LARGE, big=True),
    packed("a bomb in deflate", b"\x78\xda" + deflated(900), "deflate", TOO_LARGE, big=True),
    packed("a bomb in bare deflate", deflated(900), "deflate", TOO_LARGE, big=True),
    packed("a bomb in br", brotli_bomb(), "br", TOO_LARGE, big=True),
    packed("a bomb in zstd", ZSTD(bytes(256 * MIB)), "zstd", TOO_LARGE, big=True),
    packed(
        "a bomb in many gzips", gzip.compress(bytes(MIB // 2)) * 900, "gzip", TOO_LARGE, big=True
    ),
    packed(
        "40,000 empty gzips, then one",
        gzip.compress(b"") * 40_000 + gzip.compress(HELLO),
        "gzip",
        MALFORMED,
        big=True,
    ),
    packed(
        "a bomb in many frames of zstd", ZSTD(bytes(MIB // 2)) * 900, "zstd", TOO_LARGE, big=True
    ),
)

TEXTS = (
    sent_as("a body in invalid UTF-8", "text/plain"),
    sent_as("a body in invalid UTF-8 that says it is valid", "text/plain; charset=utf-8"),
    sent_as("a charset that does not exist", "text/plain; charset=odd"),
    sent_as("a charset in invalid UTF-8", "text/plain; charset=\xff\xfe"),
    sent_as("a charset that is no text", "text/plain; charset=hex"),
    sent_as("a charset that packs", "text/plain; charset=zlib_codec"),
    sent_as("a charset that is never defined", "text/plain; charset=undefined"),
    sent_as("a charset for names", "text/plain; charset=idna"),
    sent_as("a charset that runs escapes", "text/plain; charset=unicode_escape", b"hello \\N{odd"),
    sent_as("a charset without end", f"text/plain; charset={'x' * 9999}"),
    Case(
        "a charset that is a lie",
        says(ok(b"hello", "Content-Type: text/plain; charset=utf-16")),
        Reason.TEXT_MISSING,
        keys=HOLDS,
    ),
    Case(
        "JSON nested without end",
        says(ok(b"[" * MIB, "Content-Type: application/json")),
        Reason.NOT_JSON,
        keys={"expect": {"json": {"$.a": {"equals": 1}}}},
    ),
    Case(
        "JSON with a number without end",
        says(ok(b"9" * MIB, "Content-Type: application/json")),
        frozenset({Reason.NOT_JSON, Reason.JSON_VALUE}),
        keys={"expect": {"json": {"$.a": {"equals": 1}}}},
    ),
)

CASES = (*BROKEN, *BOMBS, *TEXTS)
