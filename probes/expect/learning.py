"""What a good answer teaches: its shape, and how many entries it has."""

from __future__ import annotations

from collections.abc import Mapping

from probes.expect.document import parse
from probes.expect.judge import Seen
from probes.expect.settings import Expect
from probes.expect.shape import Shape


def taught(expect: Expect, seen: Seen) -> tuple[Shape | None, Mapping[str, int]]:
    """Of an answer that was judged good; as far as anybody wants to know."""
    document = parse(seen.content)
    counts = {str(path): sum(1 for _ in path.select(document)) for path in expect.counted}
    return (Shape.of(document) if expect.learns else None), counts
