"""What Kubernetes' policies say, joined to what ours decide."""

import json
from pathlib import Path
from typing import Any

from interlock.engine import Engine
from interlock.engine.document import decide_as_it_stands, decide_document
from interlock.foreign.known import UNKNOWN
from interlock.loading.policyset import load
from interlock.model.decision import Decision
from support.budgets import WORLD, limited
from support.foreign.mutating import bind, labels, mutating
from support.foreign.policies import binding, policy
from support.reviews import chat, pod, review
from support.strategies import NOW

ADVISING = """\
apiVersion: interlock.dev/v1alpha1
kind: PolicySet
metadata: {name: open}
spec:
  layers: [{name: platform}]
  advice:
    - {name: log, merge: equal, description: What was decided is logged.}
---
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: logged}
spec:
  layer: platform
  description: Whoever runs something is told to log it.
  rules:
    - {name: logs, permit: "true", advice: {log: true}}
"""


def decided(folder: Path, document: dict[str, Any], *documents: Any, ours: str = "") -> Decision:
    texts = [*filter(None, [ours]), *(json.dumps(each) for each in documents)]
    (folder / "all.yaml").write_text("\n---\n".join(texts), encoding="utf-8")
    return decide_document(Engine(load([folder])), document, now=NOW).decision


def test_ours_that_allow_do_not_help_where_theirs_deny(tmp_path: Path) -> None:
    allowed = decided(tmp_path, pod(), policy("true"), binding(), ours=ADVISING)
    denied = decided(tmp_path, pod(), policy("false"), binding(), ours=ADVISING)
    assert (allowed.allowed, denied.allowed) == (True, False)
    assert [each.name for each in allowed.advice] == ["log"]
    # What goes with an allowance does not go with a denial.
    assert denied.advice == ()
    assert denied.denials == ()


def test_of_what_is_no_request_of_kubernetes_they_are_not_asked(tmp_path: Path) -> None:
    assert decided(tmp_path, chat("m"), policy("false"), binding()).kubernetes is None
    assert (
        decided(tmp_path, {"intent": {"action": "model.chat"}}, policy("false"), binding()).kubernetes is None
    )


def test_the_admission_of_a_check_is_one(tmp_path: Path) -> None:
    check = {"admission": review(pod())["request"]}
    assert not decided(tmp_path, check, policy("false"), binding()).allowed


def test_a_set_without_any_asks_nobody(tmp_path: Path) -> None:
    assert decided(tmp_path, pod(), ours=ADVISING).kubernetes is None


def test_policies_themselves_are_exempt(tmp_path: Path) -> None:
    for document in (policy("true"), binding(), mutating(labels("{}"))):
        assert decided(tmp_path, document, policy("false"), binding()).allowed


def test_no_time_fails_the_decision(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(json.dumps(policy("true")), encoding="utf-8")
    (tmp_path / "bound.json").write_text(json.dumps(binding()), encoding="utf-8")
    engine = Engine(load([tmp_path]))
    found = decide_as_it_stands(engine, pod(), now=NOW, around=UNKNOWN)
    assert found.decision.allowed
    late = engine.decide(found.intent, now=NOW, until=0, request=found.request)
    assert (late.allowed, late.failure) == (False, "the decision ran out of time")


def test_what_ours_change_is_what_theirs_validate(tmp_path: Path) -> None:
    changing = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: changing}
spec:
  layer: platform
  description: Pods have a scheduler.
  match: {kinds: [Pod]}
  defaults: [{path: [spec, schedulerName], value: ours}]
"""
    both = policy("object.spec.schedulerName == 'ours' && object.metadata.labels.a == 'b'", name="v")
    documents = (mutating(labels("{'a': 'b'}")), bind(), both, binding("v", "v"))
    for document in (pod(), review(pod())):
        assert decided(tmp_path, document, *documents, ours=changing).allowed
        assert not decided(tmp_path, document, *documents).allowed


def test_a_charge_is_told_beside_what_theirs_deny(tmp_path: Path) -> None:
    ours = "\n---\n".join([*WORLD, limited("gpuTime", "5m")])
    resources = {"limits": {"nvidia.com/gpu": 1}}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "train", "namespace": "shop"},
        "spec": {
            "activeDeadlineSeconds": 60,
            "template": {"spec": {"containers": [{"name": "a", "resources": resources}]}},
        },
    }
    found = decided(tmp_path, job, policy("false"), binding(), ours=ours)
    assert not found.allowed
    assert [each.amount for each in found.charges] == [60_000]
