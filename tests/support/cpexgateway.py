"""The real plugin framework of ContextForge, in an environment of its own under `build/`."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

_ROOT: Final = Path(__file__).parents[2]
_HOME: Final = _ROOT / "build" / "cpex"
_PACKAGES: Final = ("cpex>=0.1,<0.2", "grpcio>=1.80")
_WITHIN: Final = 600


def made(plugin: Mapping[str, Any], calls: Sequence[Mapping[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """What came of `calls` behind `plugin`, as a gateway is configured with it."""
    folder.mkdir(parents=True, exist_ok=True)
    config, asked = folder / "plugins.yaml", folder / "calls.json"
    settings = {"plugin_timeout": 30, "fail_on_plugin_error": True}
    config.write_text(yaml.safe_dump({"plugins": [dict(plugin)], "plugin_settings": settings}))
    asked.write_text(json.dumps(list(calls)))
    driver = Path(__file__).with_name("cpexdriver.py")
    done = subprocess.run(
        # Without the driver's folder on the path, which has modules called as its packages are.
        [_python(), "-P", driver, config, asked],
        env={**os.environ, "PYTHONPATH": str(_ROOT / "engine")},
        capture_output=True,
        text=True,
        timeout=_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    found: list[dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _python() -> Path:
    """The interpreter of the environment, which is made where there is none."""
    python = _HOME / "venv" / "bin" / "python"
    _HOME.mkdir(parents=True, exist_ok=True)
    with (_HOME / "lock").open("w") as lock:
        # Several workers may want it at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (_HOME / "made").exists():
            _make(python)
    return python


def _make(python: Path) -> None:
    try:
        _run([sys.executable, "-m", "venv", "--clear", str(python.parents[1])])
        # What the plugin needs is what the light install of Interlock needs.
        _run([str(python), "-m", "pip", "install", "--quiet", *_PACKAGES, str(_ROOT)])
        _run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "interlock"])
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"CPEX can't be installed here: {error}")
    (_HOME / "made").touch()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, timeout=_WITHIN, capture_output=True)
