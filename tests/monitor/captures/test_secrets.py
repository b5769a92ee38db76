"""Whatever a log holds and however it comes: no secret, and no part of one, is kept of it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.captures.blocks import TEXT_MAX
from monitor.captures.sifting import Sifting
from monitor.config import Scrubber

SECRETS = ("canary-k9f3-token-7Qz", "Sesam öffne dich, 42", "c4n4ry" * 60)
SCRUBBER = Scrubber(SECRETS)
PARTS = {secret[place : place + 12] for secret in SECRETS for place in range(len(secret) - 11)}
PIECES = st.lists(
    st.one_of(
        st.sampled_from(SECRETS),
        st.sampled_from(("\n", "\r\n", "\r", "\t", "\0", "\x1b[31m", "ERROR ", "\u200b", " ")),
        st.text(max_size=30),
        st.integers(1, 17_000).map(lambda count: "x" * count),
    ),
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(PIECES, st.integers(1, 9000), st.sampled_from(("", "ERROR")), st.integers(1, 20))
def test_no_secret_is_kept(pieces: list[str], chunk: int, pattern: str, lines: int) -> None:
    raw = "".join(pieces).encode("utf-8", "replace")
    sifting = Sifting(pattern=pattern, context=2, lines=lines, scrub=SCRUBBER.text)
    for place in range(0, len(raw), chunk):
        sifting.feed(raw[place : place + chunk])
    found = sifting.found()
    assert [part for part in PARTS if part in found.text] == []
    assert found.lines <= lines
    assert len(found.text.encode()) <= TEXT_MAX
    assert all(char.isprintable() or char in "\n\t\ufffd" or ord(char) > 127 for char in found.text)
