"""Kubernetes' own mutating policies at the webhook, and once more from the log."""

from base64 import b64decode
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import json

from interlock.analysis.replay import Comparison, replay
from interlock.decisionlog.read import Logged
from interlock.decisionlog.sink import DecisionLog
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.loading.policyset import load
from interlock.units import Instant
from interlock_webhooks.app import webhook_app
from support.asgi import ask
from support.decisionlog import read
from support.foreign.mutating import bind, configures, labels, mutating, patches
from support.foreign.policies import binding, policy
from support.jsonpatch import applied
from support.reviews import encoded, pod, review
from support.service import service_over

TEAM: Final = {
    "apiVersion": "interlock.dev/v1alpha1",
    "kind": "IntentPolicy",
    "metadata": {"name": "labels"},
    "spec": {
        "layer": "team",
        "description": "Who says nothing is of the shop.",
        "defaults": [{"path": ["metadata", "labels", "interlock.dev/team"], "value": "shop"}],
    },
}
MODEL: Final = {
    "apiVersion": "ai.example.com/v1",
    "kind": "Model",
    "metadata": {"name": "web", "namespace": "shop"},
}


def write(folder: Path, *documents: Mapping[str, Any]) -> None:
    (folder / "policies.yaml").write_text(yaml.safe_dump_all(documents), encoding="utf-8")


def answer(folder: Path, item: Any, path: str = "/mutate", **changes: Any) -> dict[str, Any]:
    found = ask(webhook_app(service_over(folder)), path, encoded(review(item, **changes)))
    assert found.status == HTTPStatus.OK
    response: dict[str, Any] = found.json()["response"]
    return response


def patch_of(response: Mapping[str, Any]) -> Any:
    assert response["allowed"] is True
    return json.decode(b64decode(response["patch"]))


def test_what_they_change_comes_before_what_ours_change_which_see_it(tmp_path: Path) -> None:
    setting = mutating(configures("Object{spec: Object.spec{hostname: 'h'}}"), name="host")
    clearing = mutating(patches("op: 'remove', path: '/metadata/labels'"), name="clear")
    write(tmp_path, TEAM, clearing, bind("clear", "b1"), setting, bind("host", "b2"))
    item = pod(team="other")
    operations = patch_of(answer(tmp_path, item))
    assert [each["path"] for each in operations] == [
        "/metadata/labels",
        "/spec/hostname",
        "/metadata/labels",
        "/metadata/labels/interlock.dev~1team",
    ]
    made = applied(item, operations)
    assert made["metadata"]["labels"] == {"interlock.dev/team": "shop"}
    assert made["spec"]["hostname"] == "h"


def test_what_they_make_is_what_is_validated(tmp_path: Path) -> None:
    needing = policy("has(object.spec.hostname)")
    setting = mutating(configures("Object{spec: Object.spec{hostname: 'h'}}"))
    write(tmp_path, needing, binding(), setting, bind())
    assert answer(tmp_path, pod(team="a"))["allowed"] is True
    assert answer(tmp_path, pod(team="a"), "/validate")["allowed"] is False


def test_where_they_deny_nothing_is_changed(tmp_path: Path) -> None:
    write(tmp_path, TEAM, mutating(labels("{'a': object.nothing}")), bind(), policy("false"), binding())
    response = answer(tmp_path, pod())
    assert response["allowed"] is False
    status = response["status"]
    assert (status["code"], status["reason"], "patch" in response) == (403, "Invalid", False)
    assert status["message"].startswith("policy 'p' with binding 'b' denied request: expression")
    assert len(status["details"]["causes"]) == 1


def test_a_kind_whose_schema_nobody_knows_is_refused_as_the_api_server_does(tmp_path: Path) -> None:
    write(tmp_path, mutating(labels("{'a': 'b'}"), failurePolicy="Ignore"), bind())
    status = answer(tmp_path, MODEL)["status"]
    assert (status["code"], status["reason"]) == (503, "ServiceUnavailable")


def test_a_kind_whose_definition_stands_beside_the_policies_is_known(tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"a": {"type": "string"}}}},
    }
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "models.ai.example.com"},
        "spec": {
            "group": "ai.example.com",
            "names": {"kind": "Model", "plural": "models"},
            "scope": "Namespaced",
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
    write(tmp_path, definition, mutating(configures("Object{spec: Object.spec{a: 'b'}}")), bind())
    assert patch_of(answer(tmp_path, MODEL)) == [{"op": "add", "path": "/spec", "value": {"a": "b"}}]


def test_parts_of_objects_are_changed_as_well(tmp_path: Path) -> None:
    write(tmp_path, mutating(configures("Object{spec: Object.spec{replicas: 1}}")), bind())
    scale = {
        "apiVersion": "autoscaling/v1",
        "kind": "Scale",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 9},
    }
    response = answer(
        tmp_path,
        scale,
        operation="UPDATE",
        subResource="scale",
        resource={"group": "apps", "version": "v1", "resource": "deployments"},
        oldObject=scale,
    )
    assert patch_of(response) == [{"op": "replace", "path": "/spec/replicas", "value": 1}]


def test_decisions_list_what_they_changed_and_are_decided_again_the_same(tmp_path: Path) -> None:
    write(tmp_path, TEAM, mutating(labels("{'a': 'b'}")), bind())
    service = service_over(tmp_path)
    with DecisionLog(tmp_path / "log.jsonl") as decisions:
        service.decisions = decisions
        ask(webhook_app(service), "/mutate", encoded(review(pod())))
    (logged,) = read((tmp_path / "log.jsonl").read_bytes())
    assert isinstance(logged, Logged)
    assert logged.entry.decision["rewrites"] == [
        {
            "kind": "MutatingAdmissionPolicy",
            "policy": "p",
            "binding": "b",
            "round": 0,
            "operations": [{"op": "add", "path": "/metadata/labels/a", "value": "b"}],
        }
    ]
    replayed = replay(Engine(load([tmp_path])), logged.entry)
    assert (replayed.comparison, replayed.now) == (Comparison.SAME, logged.entry.decision)


def test_a_manifest_is_decided_with_what_they_would_change(tmp_path: Path) -> None:
    write(tmp_path, policy("has(object.spec.hostname)"), binding(), TEAM)
    engine = Engine(load([tmp_path]))
    assert not decide_document(engine, pod(), now=Instant(0)).decision.allowed
    setting = mutating(configures("Object{spec: Object.spec{hostname: 'h'}}"))
    write(tmp_path, policy("has(object.spec.hostname)"), binding(), TEAM, setting, bind())
    decided = decide_document(Engine(load([tmp_path])), pod(), now=Instant(0))
    assert decided.decision.allowed
    assert decided.intent["object"]["spec"]["hostname"] == "h"
    assert decided.intent["attribution"]["team"] == "shop"
