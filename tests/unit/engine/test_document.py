"""What a document is decided with, whatever protocol it is of."""

from pathlib import Path
from typing import Any

import pytest

from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.errors import RequestError
from interlock.loading.policyset import load
from interlock.units import Instant
from support.policies import write_policies
from support.reviews import deployment, pod, review

_NOW = Instant(1_767_225_600_000)

_LABELS = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: labels}
spec:
  layer: team
  description: Whoever says nothing belongs to the shop.
  defaults:
    - {path: [metadata, labels, interlock.dev/team], value: shop}
"""


def _engine(folder: Path) -> Engine:
    return Engine(load([write_policies(folder)]))


@pytest.mark.parametrize("document", [pod(), review(pod())])
def test_what_would_be_stored_is_decided_with_the_defaults_of_the_policies(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    write_policies(tmp_path)
    (tmp_path / "labels.yaml").write_text(_LABELS)
    decided = decide_document(Engine(load([tmp_path])), document, now=_NOW)
    assert decided.intent["attribution"]["team"] == "shop"
    assert decided.decision.allowed
    assert [patch.value for patch in decided.decision.patches] == ["shop"]


_CLAMP = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: short-answers}
spec:
  layer: platform
  description: Answers are short, and the old model is swapped for the new one.
  match: {actions: [model.chat]}
  defaults: [{path: [max_completion_tokens], value: 4096}]
  clamps: [{path: [max_completion_tokens], ceiling: 100}]
  locks: [{path: [model], value: good-2, instead: [good-1]}]
"""
_CALL = {"model": "good-1", "messages": [{"role": "user", "content": "hello"}]}


@pytest.mark.parametrize(
    ("document", "model", "changed"),
    [
        ({"chat": _CALL, "appliesPatches": True}, "good-2", [100, "good-2"]),
        ({"chat": _CALL, "appliesPatches": False}, "good-1", []),
        ({"chat": _CALL}, "good-1", []),
        (_CALL, "good-1", []),
    ],
)
def test_the_body_of_a_call_is_changed_where_the_caller_passes_that_on(
    tmp_path: Path, document: dict[str, Any], model: str, changed: list[Any]
) -> None:
    write_policies(tmp_path)
    (tmp_path / "short.yaml").write_text(_CLAMP)
    decided = decide_document(Engine(load([tmp_path])), document, now=_NOW)
    assert [each["name"] for each in decided.intent["models"]] == [model]
    assert decided.intent["usage"].get("outputTokens") == (100 if changed else None)
    assert [patch.value for patch in decided.decision.patches] == changed


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
