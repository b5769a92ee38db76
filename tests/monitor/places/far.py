"""What a test may know of a place at the far end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

PASSWORD: Final = "a-password-nobody-may-see"


@dataclass
class Far:
    """A server whose places are folders below `root`."""

    to: str
    """The address of a place, without its last step."""
    root: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    wrote: list[str] = field(default_factory=list)
    """The names of files that became readable, in that order."""
    breaks_at: str = ""
    """The end of a name at which the server fails."""
    breaks_with: str = ""
    """The code of the refusal, where it gives one."""

    def place(self, name: str) -> str:
        return f"{self.to}/{name}"

    def read(self, name: str) -> dict[str, bytes]:
        return tree(self.root / name)

    def write(self, name: str, path: str, content: bytes) -> None:
        target = self.root / name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def remove(self, name: str, path: str) -> None:
        (self.root / name / path).unlink()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
