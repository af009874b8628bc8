"""A folder with policies in it, to run commands in."""

from pathlib import Path

import pytest

from support import commandline
from support.commandline import Run
from support.policies import write_policies


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that runs a command in a folder that has `policies/`."""
    write_policies(tmp_path / "policies")
    monkeypatch.chdir(tmp_path)
    return commandline.run
