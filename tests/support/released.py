"""A small archive that a script deploys: each version is a process of its own, started in the place
of the one before. `python -m tests.support.released PORT VERSION` is the program; a version that is
called broken cannot take uploads, and everything else of it works.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil
import uvicorn

from tests.support.checkout import ROOT
from tests.support.client import CLIENT
from tests.support.serve import free_port
from tests.support.waiting import until
from tests.support.webapps import UploadSite

PATIENCE: Final = 30.0
SCRIPT: Final = """\
#!/bin/sh
# deploy.sh VERSION: stops what runs and starts that version
set -e
cd "$(dirname "$0")"
if [ -f pid ]; then kill "$(cat pid)"; fi
PYTHONPATH={root} nohup {python} -m tests.support.released {port} "$1" >> app.log 2>&1 < /dev/null &
echo $! > pid
"""


@dataclass(frozen=True)
class Archive:
    """*folder* holds `deploy.sh`, the log, and the number of the process."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def deploy(self, version: str) -> None:
        """As a pipeline does: it does not wait for the release to be up."""
        subprocess.run([self.folder / "deploy.sh", version], check=True, timeout=PATIENCE)

    def is_up(self) -> bool:
        with suppress(httpx.TransportError):
            return CLIENT.get(self.url).status_code == 200
        return False

    def end(self) -> None:
        with suppress(OSError, ValueError, psutil.Error):
            process = psutil.Process(int((self.folder / "pid").read_text()))
            os.kill(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)


@contextmanager
def an_archive(folder: Path, version: str) -> Iterator[Archive]:
    """With that version of it up and running."""
    folder.mkdir()
    archive = Archive(folder, free_port())
    script = folder / "deploy.sh"
    script.write_text(SCRIPT.format(root=ROOT, python=sys.executable, port=archive.port))
    script.chmod(stat.S_IRWXU)
    try:
        archive.deploy(version)
        until(archive.is_up, "the archive is up", PATIENCE)
        yield archive
    finally:
        archive.end()


def main() -> None:
    port, version = sys.argv[1:]
    site = UploadSite("broken" if "broken" in version else "")
    uvicorn.run(site.app, host="127.0.0.1", port=int(port), log_level="error")


if __name__ == "__main__":
    main()
