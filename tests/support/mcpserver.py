"""A real MCP server and client in Python, and the public conformance tool, with what they need under `build/`.

They are installed when they are first asked for: the SDK from PyPI, from npm the tool and a Node for it.
"""

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from support.clusters import free_ports

_ROOT: Final = Path(__file__).parents[2]
_HOME: Final = _ROOT / "build" / "mcp"
_SITE: Final = _HOME / "site"
_SCRIPTS: Final = _ROOT / "testdata" / "mcp"
_SDK: Final = "mcp==2.3.0"
_NODE: Final = "node@22"
_INSTALLED_WITHIN: Final = 300
_STARTS_WITHIN: Final = 60
_RUNS_WITHIN: Final = 300
_SCENARIO: Final = r"^[✓✗] ([\w./-]+): (\d+) passed, (\d+) failed"


@contextmanager
def everything(*, guarded: bool) -> Iterator[str]:
    """The URL of a server with one of everything, bare or behind our middleware, until left."""
    environment = _environment()
    (port,) = free_ports(1)
    policies = [str(_SCRIPTS)] if guarded else []
    command = [sys.executable, str(_SCRIPTS / "everything.py"), str(port), *policies]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as process:
        try:
            _wait_for(process, port)
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.kill()


def said_to_client(url: str, mode: str, action: str) -> dict[str, Any]:
    """What a client of the SDK sees at `url`, whose user answers every question by `action`."""
    command = [sys.executable, str(_SCRIPTS / "client.py"), url, mode, action]
    done = subprocess.run(
        command, env=_environment(), capture_output=True, text=True, timeout=_RUNS_WITHIN, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def scenarios(url: str, version: str, *arguments: str) -> Mapping[str, tuple[int, int]]:
    """How many checks passed and failed of each scenario that the tool of `version` runs at `url`."""
    node, tool = _tool(version)
    command = [str(node), str(tool), "server", "--url", url, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_RUNS_WITHIN, check=False)
    summary = done.stdout.rpartition("=== SUMMARY ===")[2]
    lines = re.findall(_SCENARIO, summary, re.MULTILINE)
    found = {name: (int(passed), int(failed)) for name, passed, failed in lines}
    assert found, done.stdout + done.stderr
    return found


def _environment() -> dict[str, str]:
    """The environment of a process that has our code and the SDK."""
    with _alone():
        if not (_SITE / "mcp").exists():
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(_SITE), _SDK]
            _installed(pip, _HOME)
    path = os.pathsep.join([str(_SITE), str(_ROOT / "engine"), str(_ROOT / "webhooks")])
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _tool(version: str) -> tuple[Path, Path]:
    """Node, and the conformance tool of `version`."""
    home = _HOME / f"conformance-{version}"
    modules = home / "node_modules"
    tool = modules / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    node = modules / "node" / "bin" / "node"
    with _alone():
        if not (tool.exists() and node.exists()):
            home.mkdir(parents=True, exist_ok=True)
            (home / "package.json").write_text("{}", encoding="utf-8")
            _installed(["npm", "install", _NODE, f"@modelcontextprotocol/conformance@{version}"], home)
    return node, tool


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else installs anything meanwhile."""
    _HOME.mkdir(parents=True, exist_ok=True)
    with (_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _installed(command: list[str], folder: Path) -> None:
    """Skip the test where `command` can't install what it needs."""
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_INSTALLED_WITHIN)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"{command[-1]} can't be installed: {error}")


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until:
        assert process.poll() is None, "the server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server did not start in time")
