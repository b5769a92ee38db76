"""Turns what Playwright's recorder wrote into steps for the configuration, or a Python journey."""

from __future__ import annotations

from probes.recordings.acts import Act, NotUnderstood
from probes.recordings.as_python import as_python
from probes.recordings.as_steps import as_steps
from probes.recordings.from_jsonl import from_jsonl
from probes.recordings.from_python import from_python
from probes.recordings.tidying import Recording, tidy

__all__ = ["NotUnderstood", "Recording", "as_python", "as_steps", "read"]


def read(text: str, url: str = "", *, leaves_out: bool = False) -> Recording:
    """What `playwright codegen` wrote, as lines of JSON or as Python; *url* is where it began.

    Raises NotUnderstood with the line; or, if it *leaves_out* such lines, when nothing is left.
    """
    omitted: list[NotUnderstood] = []
    found = from_jsonl(text) if text.lstrip().startswith("{") else from_python(text)
    acts: list[Act] = []
    for each in found:
        if isinstance(each, Act):
            acts.append(each)
        elif leaves_out:
            omitted.append(each)
        else:
            raise each
    return tidy(acts, url, omitted, leaves_out=leaves_out)
