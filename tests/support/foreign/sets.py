"""Policy sets of Kubernetes' policies alone."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from interlock.loading.policyset import PolicySet, load


def policy_set_of(*documents: Mapping[str, Any]) -> PolicySet:
    """The policy set of `documents`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "theirs.yaml"
        file.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        return load([file])
