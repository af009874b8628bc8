from typing import Any

import pytest

from interlock.model.intent import Intent
from support.intents import intent_of, pod

_REGION = "topology.kubernetes.io/region"
_STATED = "interlock.dev/data-region"


def _affinity(*terms: list[str]) -> dict[str, Any]:
    written = [
        {"matchExpressions": [{"key": _REGION, "operator": "In", "values": values}] if values else []}
        for values in terms
    ]
    required = {"nodeSelectorTerms": written}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def _intent(stated: str | None = None, **spec: Any) -> Intent:  # raw documents
    manifest = pod({}, **spec)
    if stated is not None:
        manifest["metadata"]["annotations"] = {_STATED: stated}
    return intent_of(manifest)


@pytest.mark.parametrize("label", [_REGION, "failure-domain.beta.kubernetes.io/region"])
def test_the_region_is_that_of_the_nodes(label: str) -> None:
    intent = _intent(nodeSelector={label: "eu-west-1"})
    assert intent["data"]["region"] == "eu-west-1"
    assert intent["provenance"]["data.region"] == f'spec.nodeSelector["{label}"]'


@pytest.mark.parametrize(
    ("terms", "region"),
    [
        ([["eu-west-1"]], "eu-west-1"),
        ([["eu-west-1"], ["eu-west-1"]], "eu-west-1"),
        ([["eu-west-1", "us-east-1"]], "unknown"),
        ([["eu-west-1"], ["us-east-1"]], "unknown"),
    ],
)
def test_affinity_to_several_regions_leaves_it_unknown(terms: list[list[str]], region: str) -> None:
    assert _intent(affinity=_affinity(*terms))["data"]["region"] == region


@pytest.mark.parametrize("spec", [{}, {"affinity": _affinity(["eu-west-1"], [])}])
def test_nodes_that_can_be_anywhere_have_no_region(spec: dict[str, Any]) -> None:
    assert "region" not in _intent(**spec)["data"]
    assert _intent("eu-north-1", **spec)["data"]["region"] == "eu-north-1"


def test_a_stated_region_is_believed_where_the_nodes_are_in_it() -> None:
    intent = _intent("eu-west-1", nodeSelector={_REGION: "eu-west-1"})
    assert intent["data"]["region"] == "eu-west-1"
    assert intent["provenance"]["data.region"] == f'metadata.annotations["{_STATED}"]'
    assert intent["unresolved"] == []


@pytest.mark.parametrize(
    "spec", [{"nodeSelector": {_REGION: "us-east-1"}}, {"affinity": _affinity(["eu-west-1", "us-east-1"])}]
)
def test_a_stated_region_does_not_move_the_nodes(spec: dict[str, Any]) -> None:
    intent = _intent("eu-west-1", **spec)
    assert intent["data"]["region"] == "unknown"
    (unresolved,) = intent["unresolved"]
    assert unresolved["reason"] == f'the nodes are not those of `metadata.annotations["{_STATED}"]`'
