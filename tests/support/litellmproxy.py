"""The real LiteLLM proxy, with the configuration that we ship, in an environment of its own under `build/`.

It has some two hundred packages, so it is made when it is first asked for.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import yaml

from support.clusters import free_ports

KEY: Final = "sk-master-of-the-proxy"

_ROOT: Final = Path(__file__).parents[2]
_HOME: Final = _ROOT / "build" / "litellm"
_PACKAGES: Final = ("litellm[proxy]>=1.108,<1.109",)
_INSTALLED_WITHIN: Final = 600
_STARTS_WITHIN: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy that runs."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def client(self) -> httpx.AsyncClient:
        """A client of it, which holds the master key."""
        limits = httpx.Limits(max_connections=128)
        headers = {"authorization": f"Bearer {KEY}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=120, limits=limits)


def configuration(
    models: Mapping[str, Mapping[str, Any]], *, with_logger: bool = True, **settings: Any
) -> dict[str, Any]:
    """What `deploy/gateways/litellm.yaml` says, for `models` by name, with or without our logger."""
    found: dict[str, Any] = yaml.safe_load((_ROOT / "deploy" / "gateways" / "litellm.yaml").read_text())
    found["model_list"] = [{"model_name": name, "litellm_params": dict(each)} for name, each in models.items()]
    if not with_logger:
        found["litellm_settings"].pop("callbacks")
    found["litellm_settings"] |= settings
    return found


def guardrails(url: str) -> list[dict[str, Any]]:
    """What `deploy/gateways/litellm-guardrail.yaml` says, of a service at `url`."""
    written = (_ROOT / "deploy" / "gateways" / "litellm-guardrail.yaml").read_text()
    found: list[dict[str, Any]] = yaml.safe_load(written)["guardrails"]
    for each in found:
        each["litellm_params"]["api_base"] = url
    return found


@contextmanager
def proxy(config: Mapping[str, Any], folder: Path, **environment: str) -> Iterator[Proxy]:
    """A proxy with `config`, until left."""
    python = _python()
    folder.mkdir(parents=True, exist_ok=True)
    written, log, port = folder / "config.yaml", folder / "log", free_ports(1)[0]
    written.write_text(yaml.safe_dump(dict(config)))
    command = [python.parent / "litellm", "--config", written, "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*map(str, command)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "PYTHONPATH": str(_ROOT / "engine"),
                "LITELLM_MASTER_KEY": KEY,
                "LITELLM_LOCAL_MODEL_COST_MAP": "True",
                **environment,
            },
        ) as process,
    ):
        try:
            found = Proxy(process=process, url=f"http://127.0.0.1:{port}", log=log)
            _wait(found)
            yield found
        finally:
            process.kill()


def _wait(found: Proxy) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while True:
        assert found.process.poll() is None, found.log.read_text()[-4_000:]
        assert time.monotonic() < until, found.log.read_text()[-4_000:]
        try:
            if httpx.get(f"{found.url}/health/liveliness", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            time.sleep(0.2)


def _python() -> Path:
    """The interpreter of the environment, which is made where there is none."""
    python = _HOME / "venv" / "bin" / "python"
    _HOME.mkdir(parents=True, exist_ok=True)
    with (_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (_HOME / "made").exists():
            _make(python)
    return python


def _make(python: Path) -> None:
    try:
        _run([sys.executable, "-m", "venv", "--clear", str(python.parents[1])])
        # What the logger needs is what the light install of Interlock needs.
        _run([str(python), "-m", "pip", "install", "--quiet", *_PACKAGES, str(_ROOT)])
        _run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "interlock"])
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"LiteLLM can't be installed here: {error}")
    (_HOME / "made").touch()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, timeout=_INSTALLED_WITHIN, capture_output=True)
