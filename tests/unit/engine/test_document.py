"""What a document is decided with, whatever protocol it is of."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import RequestError
from interlock.loading.policyset import load
from interlock.model.patch import Default
from interlock.units import Instant
from support.policies import write_policies
from support.reviews import deployment, pod, review

_NOW = Instant(1_767_225_600_000)


def _engine(folder: Path) -> Engine:
    return Engine(load([write_policies(folder)]))


@pytest.mark.parametrize("document", [pod(), review(pod())])
def test_what_would_be_stored_is_decided_with_the_defaults_of_the_policies(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    policies = load([write_policies(tmp_path)])
    default = Default(("metadata", "labels", "interlock.dev/team"), "shop")
    defaulting = tuple(
        replace(one, policy=replace(one.policy, defaults=(default,))) if one.policy.name == "workloads" else one
        for one in policies.compiled
    )
    decided = decide_document(Engine(replace(policies, compiled=defaulting)), document, now=_NOW)
    assert decided.intent["attribution"]["team"] == "shop"
    assert decided.decision.allowed
    assert [patch.value for patch in decided.decision.patches] == ["shop"]


def test_a_review_is_decided_as_a_manifest_is(tmp_path: Path) -> None:
    engine = _engine(tmp_path)
    plain = decide_document(engine, deployment(12), now=_NOW).decision
    asked = decide_document(engine, review(deployment(12)), now=_NOW).decision
    assert [v.rule for v in asked.denials] == [v.rule for v in plain.denials]


@pytest.mark.parametrize(
    "document",
    [
        review(pod(), operation="DELETE", oldObject=pod()),
        review(None, operation="CONNECT"),
    ],
)
def test_what_is_not_stored_is_decided_as_it_stands(tmp_path: Path, document: dict[str, Any]) -> None:
    decision = decide_document(_engine(tmp_path), document, now=_NOW).decision
    assert decision.patches == ()
    assert decision.failure == ""


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"apiVersion": "admission.k8s.io/v1"},
        {"apiVersion": "admission.k8s.io/v1", "request": []},
        {"apiVersion": "admission.k8s.io/v1", "request": {"operation": []}},
        {"apiVersion": "admission.k8s.io/v1", "request": {"operation": "CREATE", "object": 1}},
        {"apiVersion": []},
    ],
)
def test_what_is_no_request_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        decide_document(_engine(tmp_path), document, now=_NOW)
