"""Somebody did it by hand once: grep -C 3, numbered, sort -u, put back into order."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from monitor.captures.blocks import TEXT_MAX
from monitor.captures.sifting import Sifting
from monitor.config import Scrubber
from monitor.store.captured import Fetched

CANARY = "canary-k9f3-token"
TRACEBACK = """\
10:00:01.120 INFO request_id=7f31 GET /
10:00:01.300 INFO request_id=7f32 POST /shorten
10:00:01.301 ERROR request_id=7f32 POST /shorten failed
Traceback (most recent call last):
  File "/srv/app.py", line 41, in shorten
    body = json.loads(request.stream)
TypeError: the JSON object must be str, bytes or bytearray, not BytesIO
10:00:02.001 INFO request_id=7f33 GET /
"""


def sift(content: str | bytes, chunk: int = 1 << 20, **how: object) -> Fetched:
    scrub = Scrubber({CANARY}).text
    given: dict[str, object] = {"pattern": "", "context": 3, "lines": 200, "scrub": scrub}
    sifting = Sifting(**given | how)  # type: ignore[arg-type]  # a test's own table
    raw = content.encode() if isinstance(content, str) else content
    for place in range(0, len(raw), chunk):
        sifting.feed(raw[place : place + chunk])
    return sifting.found()


def numbered(*numbers: int, error: int = -1) -> list[str]:
    return [f"{'ERROR' if n == error else 'line'} {WORDS[n]}" for n in numbers]


WORDS = [f"{a}{b}{c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyz"]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_a_traceback_is_found_with_what_stands_around_it(chunk: int) -> None:
    noise = "".join(f"10:00:00 INFO warming {word}\n" for word in WORDS[:50])
    found = sift(noise + TRACEBACK, chunk, pattern="TypeError|ERROR", context=2)
    first, *rest = TRACEBACK.splitlines()[:7]
    assert found.text.splitlines() == [f"{first} (× 2)", *rest]
    assert found.lines == 7


def test_a_gap_is_one_line_and_stands_only_between() -> None:
    lines = numbered(*range(30))
    lines[5], lines[20] = "ERROR one", "ERROR two"
    found = sift("\n".join(lines), pattern="ERROR", context=1)
    assert found.text.splitlines() == [
        lines[4], "ERROR one", lines[6], "…", lines[19], "ERROR two", lines[21],
    ]  # fmt: skip


def test_neighbours_share_their_context_and_leave_no_gap() -> None:
    lines = numbered(*range(12))
    lines[3], lines[6] = "ERROR one", "ERROR two"
    found = sift("\n".join(lines), pattern="ERROR", context=1)
    assert found.text.splitlines() == lines[2:8]


def test_without_context_only_the_lines_themselves_are_kept() -> None:
    found = sift("a\nERROR b\nc\nERROR d\n", pattern="ERROR", context=0)
    assert found.text == "ERROR b\n…\nERROR d"


def test_a_traceback_is_kept_whole_however_long_it_is() -> None:
    frames = "".join(f'  File "app.py", line 1, in {word}\n' for word in WORDS[:30])
    content = f"before\nTraceback (most recent call last):\n{frames}TypeError: no\nafter\nlater\n"
    found = sift(content, pattern="Traceback", context=1)
    assert found.text.splitlines() == content.splitlines()[:-2]
    assert sift(content, pattern="Traceback", context=0).lines == 1


def test_what_was_said_before_is_counted_and_the_order_is_kept() -> None:
    found = sift(TRACEBACK * 1204, pattern="ERROR", context=4)
    before, *of_one = TRACEBACK.splitlines()[:3]
    said = [f"{before} (× 2,408)", *(f"{line} (× 1,204)" for line in of_one)]
    assert found.text.splitlines() == [*said, *TRACEBACK.splitlines()[3:7]]


def test_other_words_make_another_line() -> None:
    assert sift("boom in shorten\nboom in follow\nface\nfade\n").lines == 4


def test_the_first_and_the_last_are_kept_of_what_has_no_end() -> None:
    lines = [f"{a} {b}" for a in WORDS for b in WORDS[:20]]
    tracemalloc.start()
    try:
        found = sift("\n".join(lines), 4096, lines=10)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    told = found.text.splitlines()
    assert told == [*lines[:5], f"… {len(lines) - 10:,} more …", *lines[-5:]]
    assert (found.lines, found.dropped) == (10, len(lines) - 10)
    assert peak < 3_000_000


@pytest.mark.parametrize("most", [1, 2, 3])
def test_few_lines_are_kept_when_few_are_wanted(most: int) -> None:
    assert sift("a\nb\nc\nd\n", lines=most).lines == most


def test_it_fits_into_its_room_with_both_ends() -> None:
    lines = [f"{word} " + "ä" * 480 for word in WORDS[:400]]
    found = sift("\n".join(lines), lines=400)
    assert len(found.text.encode()) <= TEXT_MAX
    assert found.text.startswith(lines[0])
    assert found.text.endswith(lines[-1])
    assert found.lines + found.dropped == 400


def test_a_line_without_an_end_is_cut_and_costs_no_room() -> None:
    found = sift("x" * 3_000_000 + "\nafter\n", 1000)
    assert [len(line) for line in found.text.splitlines()] == [500, 5]


def test_colours_titles_and_other_orders_to_a_terminal_are_taken_out() -> None:
    hostile = "\x1b[31mERROR\x1b[0m \x1b]0;title\x07bo\x00om\x1b[2J \u202eright\u200b\x9b5m\n"
    assert sift("plain words so that it is text " * 10 + "\n" + hostile).text.splitlines()[1] == (
        "ERROR boom right5m"
    )


def test_what_is_not_utf_8_is_replaced() -> None:
    assert sift(b"caf\xe9 is closed\n").text == "caf\ufffd is closed"


def test_a_line_that_was_drawn_over_is_what_it_was_last() -> None:
    assert sift("10 %\r50 %\r100 % done\r\n").text == "100 % done"


def test_bytes_that_are_no_text_are_only_counted() -> None:
    dice = random.Random(7)
    assert sift(dice.randbytes(3_200_000), 65536) == Fetched(why="binary, 3.2 MB")
    assert sift(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01") == Fetched(
        why="binary, 19 bytes"
    )
    assert sift(b"\0" * 20_000).why == "binary, 20.0 kB"


def test_a_log_that_was_emptied_under_its_writer_is_text() -> None:
    assert sift(b"\0" * 300 + b"ERROR boom\n").text == "ERROR boom"


def test_nothing_is_nothing() -> None:
    assert sift("") == Fetched()
    assert sift("\n\n  \n", pattern="ERROR") == Fetched()


@pytest.mark.parametrize("chunk", [1, 5, 4096])
@pytest.mark.parametrize("before", [0, 490, 12_000, 12_280, 16_370, 16_383])
def test_a_secret_is_kept_out_wherever_a_chunk_or_a_line_is_cut(chunk: int, before: int) -> None:
    found = sift("y" * before + CANARY + "y" * 8000 + "\nERROR x\n", chunk)
    assert "canary" not in found.text
    assert found.text.endswith("ERROR x")


@pytest.mark.parametrize("more", range(1, len(CANARY)))
def test_half_a_secret_is_kept_out_where_a_source_broke_off(more: int) -> None:
    sifting = Sifting(pattern="", context=3, lines=200, scrub=Scrubber({CANARY}).text)
    sifting.feed(f"ERROR one {CANARY}\nERROR two {CANARY[:more]}".encode())
    found = sifting.found("it took longer than 1 s")
    assert found.text == "ERROR one ***"


def test_secrets_do_not_move_half_a_secret_into_view() -> None:
    longest = "s" + "k" * 900
    scrub = Scrubber({longest}).text
    found = sift((longest + " ") * 40 + "\n", 100, scrub=scrub)
    assert "kkkk" not in found.text


def test_a_secret_dressed_in_colours_is_kept_out() -> None:
    found = sift(f"token=\x1b[1m{CANARY[:5]}\x1b[0m{CANARY[5:]} ok\n")
    assert found.text == "token=*** ok"


def test_a_pattern_cannot_stall_it() -> None:
    found = sift("a" * 16_000 + "!\n" + "ERROR\n", pattern="(a+)+$|ERROR", context=0)
    assert found.text.endswith("ERROR")
