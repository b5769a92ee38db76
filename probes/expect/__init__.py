"""What is expected of an answer, and what is wrong with one that falls short."""

from probes.expect.hide import Hidden
from probes.expect.judge import Failing, Seen, judge
from probes.expect.pin import Pin, pin_path, pin_text, read_pin
from probes.expect.settings import Expect
from probes.expect.shape import Shape
from probes.expect.words import millis, one_line, quote

__all__ = [
    "Expect",
    "Failing",
    "Hidden",
    "Pin",
    "Seen",
    "Shape",
    "judge",
    "millis",
    "one_line",
    "pin_path",
    "pin_text",
    "quote",
    "read_pin",
]
