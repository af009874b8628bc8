"""The real kubectl sends what is exported, and an API server takes it as it is."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.e2e import Cluster
from support.installation import documents

_EXPORTS = Path(__file__).parents[2] / "testdata" / "exports"


@pytest.mark.parametrize("name", ["validating.yaml", "mutating.yaml"])
def test_what_is_exported_is_taken(cluster: Cluster, name: str) -> None:
    file = _EXPORTS / name
    printed = documents(
        cluster.kubectl.done("create", "--dry-run=server", "--validate=strict", "-o", "yaml", "-f", str(file))
    )
    taken = [item for each in printed for item in each.get("items", [each])]
    sent = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    assert len(taken) == len(sent) > 0
    for found, item in zip(taken, sent, strict=True):
        assert found["metadata"]["name"] == item["metadata"]["name"]
        assert _is_in(item["spec"], found["spec"])


def _is_in(part: Any, whole: Any) -> bool:
    """Whether `whole` is `part` with more fields, which have their defaults."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _is_in(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(_is_in, part, whole))
    return bool(part == whole)
