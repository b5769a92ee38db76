"""What every kind of place that goes by SSH has."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationInfo

from probes.settings import folder_of

KEY_UNKNOWN: Final = "Host key verification failed"
COMPLAINTS: Final = {
    KEY_UNKNOWN: "the host's key is not known, or another than the known one; look at the known"
    " hosts of this user",
    "Permission denied (": "it does not let us in; look at the user in the address and the key",
    "Could not resolve": "the name of the host is not known; is it spelt right?",
    "Connection refused": "nobody listens there; is the server running, and the port right?",
}
"""By what the program says."""


def _file(value: str, info: ValidationInfo) -> str:
    path = folder_of(info).absolute() / Path(value).expanduser()
    if not path.is_file():
        raise ValueError("is no file; write the path of one, relative to the configuration")
    return str(path)


File = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_file)]
"""One that is there, relative to the configuration."""


def command(key: str | None, known_hosts: str | None, port: int | None = None) -> str:
    """The program, as a shell reads it: it asks nobody anything and trusts no stranger."""
    said = ["ssh", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", "-oConnectTimeout=10"]
    said += ["-oServerAliveInterval=10", "-oServerAliveCountMax=3"]
    if key:
        said += ["-i", key, "-oIdentitiesOnly=yes"]
    if known_hosts:
        said.append(f"-oUserKnownHostsFile={known_hosts}")
    return shlex.join([*said, *(["-p", str(port)] if port else [])])
