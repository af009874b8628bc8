"""`interlock serve` as a process of its own, on free ports, with its own state."""

import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

_STARTS_WITHIN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service that runs. `said` is what it printed when it started."""

    process: subprocess.Popen[str]
    webhook: str
    check: str
    ca: Path
    log: Path
    said: str

    def client(self) -> httpx.Client:
        """A client that trusts the service's own authority and no other."""
        return httpx.Client(verify=self.trust(), timeout=10)

    def trust(self) -> ssl.SSLContext:
        """Trust in the service's own authority and no other."""
        return ssl.create_default_context(cafile=str(self.ca))


def command(*arguments: str | Path) -> list[str]:
    """The command line of `interlock serve` with `arguments`."""
    return [sys.executable, "-m", "interlock", "serve", *map(str, arguments)]


@contextmanager
def running(
    policies: Path | None, state: Path, *arguments: str | Path, **environment: str
) -> Iterator[Running]:
    """A service over `policies`, or over none that are files, ended when left."""
    state.mkdir(parents=True, exist_ok=True)
    log = state / "log"
    fixed = ("--webhook-address", "127.0.0.1:0", "--check-address", "127.0.0.1:0", "--state-dir", state)
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command(*([policies] if policies else []), *fixed, *arguments),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        ) as process,
    ):
        try:
            yield _started(process, state / "ca.crt", log)
        finally:
            if process.poll() is None:
                process.kill()


def _started(process: subprocess.Popen[str], ca: Path, log: Path) -> Running:
    """What `process` printed up to its last `curl` line."""
    assert process.stdout is not None
    lines: list[str] = []
    until = time.monotonic() + _STARTS_WITHIN
    while sum(line.startswith("curl ") for line in lines) < 2:
        line = process.stdout.readline()
        assert line, f"the service ended: {log.read_text()}"
        assert time.monotonic() < until, "the service did not start in time"
        lines.append(line)
    said = "".join(lines)
    webhook = re.search(r"https://127\.0\.0\.1:(\d+)/validate", said)
    check = re.search(r"(https?://(?:127\.0\.0\.1|localhost):\d+)/v1/check", said)
    assert webhook is not None
    assert check is not None
    return Running(
        process=process,
        webhook=f"https://localhost:{webhook[1]}",
        check=check[1],
        ca=ca,
        log=log,
        said=said,
    )


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until `holds` is true."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to be in time"
        time.sleep(0.02)
