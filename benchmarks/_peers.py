"""Others asked the same question, as a measure for our own figure.

Each is a function `(site, scheme, seconds) -> CPU microseconds per request`. It raises Broken when
it cannot be measured, which costs that figure and nothing else.
"""

from __future__ import annotations

import json
import os
import resource
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import psutil

from benchmarks import _cores
from benchmarks._child import Broken, answer_of
from benchmarks._site import MARK, Site, answers, end, free_ports

Peer = Callable[[Site, str, float], float]

EXPORTER: Final = "prometheus-blackbox-exporter"
AT_ONCE: Final = 8
WARM_UP: Final = 2
"""Questions of each of them that are not counted."""
PATIENCE_S: Final = 10.0


def found(folder: Path, core: int | None, commands: Mapping[str, str]) -> dict[str, Peer]:
    """By name: the stock transport, the exporter where it is installed, and those given."""
    peers: dict[str, Peer] = {"httpx": partial(stock_transport, core)}
    if program := shutil.which(EXPORTER):
        peers[EXPORTER] = partial(exporter, program, folder)
    return peers | {name: partial(own_command, command) for name, command in commands.items()}


def stock_transport(core: int | None, site: Site, scheme: str, seconds: float) -> float:
    arguments = [site.urls[scheme], "--authority", str(site.authority), "--seconds", str(seconds)]
    arguments += [] if core is None else ["--core", str(core)]
    return float(answer_of("_bare", arguments, within_s=seconds + 2 * PATIENCE_S))


def exporter(program: str, folder: Path, site: Site, scheme: str, seconds: float) -> float:
    """Its own CPU time alone, answering us included; several probes at a time."""
    with (
        _exporter(program, folder, site) as (process, address),
        ThreadPoolExecutor(AT_ONCE) as all_,
    ):
        ask = partial(_keep_asking, address, {"module": scheme, "target": site.urls[scheme]})
        list(all_.map(lambda _: ask(0.0, WARM_UP), range(AT_ONCE)))
        began_s, ends = _cpu_s(process), time.monotonic() + seconds
        count = sum(all_.map(lambda _: ask(ends, 1), range(AT_ONCE)))
        return (_cpu_s(process) - began_s) * 1e6 / count


def _keep_asking(address: str, asked: Mapping[str, str], until: float, least: int) -> int:
    """How often; *least* times even when it is too late. Raises Broken."""
    count = 0
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as client:
        while count < least or time.monotonic() < until:
            if "\nprobe_success 1" not in client.get(address, params=asked).text:
                raise Broken(f"{EXPORTER} does not find {asked['module']} well")
            count += 1
    return count


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _exporter(program: str, folder: Path, site: Site) -> Iterator[tuple[psutil.Process, str]]:
    config, [port] = folder / "exporter.yml", free_ports(1)
    config.write_text(json.dumps(_modules(site)))  # JSON is YAML
    command = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "exporter.out").open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=os.environ | {"GOMAXPROCS": "1"},
        )
    try:
        if not answers(port, process):
            raise Broken(f"{EXPORTER} did not start")
        yield psutil.Process(process.pid), f"http://127.0.0.1:{port}/probe"
    finally:
        end(process)


def _modules(site: Site) -> dict[str, object]:
    http = {"valid_status_codes": [200], "fail_if_body_not_matches_regexp": [MARK]}
    tls = http | {"tls_config": {"ca_file": str(site.authority)}}
    return {
        "modules": {
            "plain": {"prober": "http", "timeout": "5s", "http": http},
            "tls": {"prober": "http", "timeout": "5s", "http": tls},
        }
    }


def own_command(command: str, site: Site, scheme: str, seconds: float) -> float:
    """One process after the other, starting it included."""
    words = [*shlex.split(command), site.urls[scheme]]
    trusted = {"SSL_CERT_FILE": str(site.authority), "CURL_CA_BUNDLE": str(site.authority)}
    _one(words, trusted)
    began_us, count = _cores.used_us(resource.RUSAGE_CHILDREN), 0
    ends = time.monotonic() + seconds
    while not count or time.monotonic() < ends:
        _one(words, trusted)
        count += 1
    return (_cores.used_us(resource.RUSAGE_CHILDREN) - began_us) / count


def _one(words: list[str], trusted: Mapping[str, str]) -> None:
    try:
        subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | trusted,
            timeout=PATIENCE_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Broken(f"{words[0]}: {error}") from None
