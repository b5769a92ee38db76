"""Libraries that only some places need and that not everybody has."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec


def needs(extra: str, module: str) -> Callable[[str], str]:
    """For a setting that makes sense only with *module*, which is looked for and not imported."""

    def judge(value: str) -> str:
        if find_spec(module) is None:
            raise ValueError(f"needs an extra that is not installed: pip install 'trueup[{extra}]'")
        return value

    return judge
