"""What is expected of an answer, and what is wrong with one that falls short."""

from probes.expect.hide import Hidden
from probes.expect.judge import Failing, Seen, judge
from probes.expect.settings import Expect
from probes.expect.words import millis, one_line, quote

__all__ = ["Expect", "Failing", "Hidden", "Seen", "judge", "millis", "one_line", "quote"]
