"""The validation rules of custom resources in the wild compile, as Kubernetes compiles them."""

import json
from pathlib import Path

import pytest

from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.kubernetes import versions
from interlock.cel.types import DYN
from interlock.spans import typed_in

CORPUS = Path(__file__).parents[3] / "shared/corpora/crd-cel-rules.json"
RULES = json.loads(CORPUS.read_text()) if CORPUS.is_file() else []
ENVIRONMENT = Environment(declare([]), {"self": DYN, "oldSelf": DYN}, {}, versions.libraries(versions.NEWEST))

pytestmark = pytest.mark.skipif(not RULES, reason="the third-party test data is not beside this clone")


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_a_custom_resource_compiles(rule: str) -> None:
    assert ENVIRONMENT.compile(typed_in(rule)).source.text == rule
