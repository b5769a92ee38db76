"""Bodies that were packed, well or with ill intent."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial

import brotli
import pytest
import zstandard

from probes import Reason
from probes.wire import WireError
from probes.wire.inflate import ACCEPTED, inflate

LIMIT = 1 << 20
TEXT = b"Welcome to the library. " * 500
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": partial(brotli.compress, quality=5),
    "zstd": zstandard.ZstdCompressor().compress,
}
EACH = pytest.mark.parametrize("coding", PACK)


def why(body: bytes, encoding: str, limit: int = LIMIT) -> tuple[Reason, str]:
    with pytest.raises(WireError) as raised:
        inflate(body, encoding, limit)
    return raised.value.reason, str(raised.value)


def streamed(plain: bytes, window_log: int = 20) -> bytes:
    """A zstd frame that does not say how long it is."""
    wanted = zstandard.ZstdCompressionParameters.from_level(3, window_log=window_log)
    engine = zstandard.ZstdCompressor(compression_params=wanted).compressobj()
    return engine.compress(plain) + engine.flush()


def test_whatever_is_offered_can_be_unpacked() -> None:
    assert ACCEPTED.split(", ") == list(PACK)


@EACH
def test_what_fits_is_unpacked_and_one_byte_more_is_not(coding: str) -> None:
    packed = PACK[coding](TEXT)
    assert inflate(packed, coding, len(TEXT)) == TEXT
    assert inflate(packed, f" {coding.upper()} ", len(TEXT)) == TEXT
    too_long = f"the {coding} body unpacks to more than {len(TEXT) - 1} bytes"
    assert why(packed, coding, len(TEXT) - 1) == (Reason.ANSWER_TOO_LARGE, too_long)


@EACH
def test_an_answer_without_a_body_may_name_a_coding(coding: str) -> None:
    assert inflate(b"", coding, LIMIT) == b""
    assert inflate(PACK[coding](b""), coding, LIMIT) == b""


@EACH
def test_what_breaks_off_is_told_wherever_it_does(coding: str) -> None:
    packed = PACK[coding](TEXT)
    said = (Reason.MALFORMED_ANSWER, f"the {coding} body ends early")
    for length in range(2, len(packed)):
        assert why(packed[:length], coding) == said


@EACH
def test_garbage_is_told(coding: str) -> None:
    for garbage in (b"garbage, garbage, garbage", b"\xff" * 40, b"\x00\x01\x02\x03" * 9):
        reason, said = why(garbage, coding)
        assert reason is Reason.MALFORMED_ANSWER
        assert said.startswith(f"the {coding} body ")


@EACH
@pytest.mark.timeout(20)
def test_a_bomb_is_put_down_before_it_fills_the_memory(coding: str) -> None:
    packed = PACK[coding](bytes(50 << 20))
    tracemalloc.start()
    try:
        reason, _ = why(packed, coding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert reason is Reason.ANSWER_TOO_LARGE
    assert peak < 4 * LIMIT


def test_parts_may_follow_one_another() -> None:
    for coding, one in (("gzip", gzip.compress), ("zstd", streamed)):
        packed = one(TEXT[:60]) + one(TEXT[60:])
        assert inflate(packed, coding, len(TEXT)) == TEXT
        assert why(packed, coding, len(TEXT) - 1)[0] is Reason.ANSWER_TOO_LARGE
        assert why(packed[:-1], coding)[1] == f"the {coding} body ends early"


def test_a_great_many_parts_of_nothing_hold_up_nobody() -> None:
    began = time.process_time()
    for coding, one in (("gzip", gzip.compress), ("zstd", streamed)):
        nothing = one(b"")
        packed = nothing * (LIMIT // len(nothing))
        assert why(packed, coding) == (
            Reason.MALFORMED_ANSWER,
            f"the {coding} body has more than 1000 parts",
        )
    assert time.process_time() - began < 2


def test_a_zstd_body_may_hold_parts_to_be_skipped() -> None:
    skipped = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"
    assert inflate(skipped + streamed(TEXT), "zstd", LIMIT) == TEXT


def test_a_zstd_body_that_asks_for_more_memory_than_agreed_is_refused() -> None:
    assert inflate(streamed(TEXT, window_log=23), "zstd", LIMIT) == TEXT
    assert why(streamed(TEXT, window_log=24), "zstd") == (
        Reason.MALFORMED_ANSWER,
        "the zstd body is damaged, or needs a window above 8 MiB",
    )


def test_what_follows_a_body_is_damage_where_the_coding_has_no_parts() -> None:
    for coding in ("br", "zstd"):
        assert why(PACK[coding](TEXT) + b"more", coding)[0] is Reason.MALFORMED_ANSWER


def test_codings_are_undone_from_the_last_to_the_first() -> None:
    packed = PACK["zstd"](PACK["br"](gzip.compress(TEXT)))
    assert inflate(packed, "gzip, br,zstd", len(TEXT)) == TEXT
    assert inflate(gzip.compress(TEXT), "identity, ,gzip", len(TEXT)) == TEXT
    assert why(packed, "gzip, zstd, br")[0] is Reason.MALFORMED_ANSWER


def test_a_body_that_cannot_be_made_smaller_still_fits_when_packed_twice() -> None:
    plain = b"".join(zlib.crc32(b"%d" % n).to_bytes(4, "big") for n in range(LIMIT // 4))
    packed = gzip.compress(gzip.compress(plain))
    assert inflate(packed, "gzip, gzip", LIMIT) == plain


def test_a_bomb_inside_a_bomb_is_put_down_at_the_first() -> None:
    outer = gzip.compress(gzip.compress(bytes(50 << 20)))
    assert why(outer, "gzip, gzip")[0] is Reason.ANSWER_TOO_LARGE


@pytest.mark.parametrize("encoding", ["compress", "gzip, exi", "br;q=1", "\x00", "gzip gzip"])
def test_what_was_not_offered_is_refused(encoding: str) -> None:
    assert why(gzip.compress(TEXT), encoding) == (
        Reason.MALFORMED_ANSWER,
        "the body is encoded in a way that was not offered",
    )


def test_a_tower_of_codings_is_not_climbed() -> None:
    assert why(b"x", ", ".join(["gzip"] * 4)) == (
        Reason.MALFORMED_ANSWER,
        "the body is encoded more than 3 times over",
    )


@pytest.mark.parametrize("encoding", ["", "identity", " Identity ", ","])
def test_what_is_not_packed_stays_as_it_is(encoding: str) -> None:
    assert inflate(TEXT, encoding, 1) == TEXT
