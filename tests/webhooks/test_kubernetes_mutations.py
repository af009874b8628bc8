"""What Kubernetes' own mutating policies and ours make of an object is what is validated, and what is sent."""

import base64
import json
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from interlock.cel.libraries.kubernetes.authorizer import Answer
from support.foreign.live import Fixed
from support.foreign.mutating import bind, configures, labels, mutating, patches
from support.foreign.policies import binding, policy
from support.foreign.served import World
from support.jsonpatch import applied
from support.reviews import pod

OURS: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: ours}
spec:
  layer: platform
  description: What has a stage runs on a node of that stage.
  match: {kinds: [Pod], actions: [workload.create]}
  defaults:
    - path: [spec, schedulerName]
      value: ours
      when: has(object.metadata.labels.stage)
  rules:
    - name: scheduled
      require: has(object.spec.schedulerName)
      message: nobody schedules it
"""


def patched(response: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """`found` with what the response patches."""
    assert response["allowed"] is True, response
    return applied(found, msgspec.json.decode(base64.b64decode(response["patch"])))


def test_theirs_change_first_then_ours_and_then_all_is_validated(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OURS, encoding="utf-8")
    both = "object.metadata.labels.stage == 'live' && object.spec.schedulerName == 'ours'"
    documents = (mutating(labels("{'stage': 'live'}")), bind(), policy(both, name="v"), binding(policy="v"))
    world = World.of(tmp_path, *documents)
    made = patched(world.answer("/mutate"), pod(team="a"))
    assert made["metadata"]["labels"]["stage"] == "live"
    assert made["spec"]["schedulerName"] == "ours"
    assert world.answer("/validate")["allowed"] is False
    assert world.answer("/validate", object=made)["allowed"] is True


@pytest.mark.parametrize(
    "mutation",
    [
        patches('op: "remove", path: "/metadata/labels"'),
        patches(
            'op: "remove", path: "/spec/containers/0/image"', 'op: "add", path: "/spec/volumes", value: []'
        ),
        patches('op: "add", path: "/spec/containers/0", value: {"name": "first", "image": "first:1"}'),
        patches('op: "replace", path: "/spec/containers", value: [{"name": "only"}]'),
        patches('op: "add", path: "/metadata/labels/a~1b~0", value: "x"'),
        configures(
            'Object{spec: Object.spec{containers: [Object.spec.containers{name: "web", image: "b:2"}]}}'
        ),
    ],
    ids=["a field", "several places", "before an item", "a list", "an odd key", "an item"],
)
def test_what_the_patch_makes_is_what_was_validated(tmp_path: Path, mutation: dict[str, Any]) -> None:
    changing = (mutating(mutation), bind())
    made = patched(World.of(tmp_path, *changing).answer("/mutate"), pod(team="a"))
    assert made != pod(team="a")
    same = policy(f"object == {json.dumps(made)}", name="v")
    logged = World.of(tmp_path, *changing, same, binding(policy="v")).logged("/mutate")
    assert logged.decision["reasons"] == []


def test_a_mutation_may_ask_the_authorizer(tmp_path: Path) -> None:
    may = "string(authorizer.requestResource.check('scale').allowed())"
    live = Fixed(answers={"scale": Answer(is_allowed=True)})
    world = World.of(tmp_path, mutating(labels(f"{{'may': {may}}}")), bind(), live=live)
    assert patched(world.answer("/mutate"), pod(team="a"))["metadata"]["labels"]["may"] == "true"
    assert world.logged("/mutate").surroundings.access[0].allowed


def test_the_validating_webhook_changes_nothing(tmp_path: Path) -> None:
    response = World.of(tmp_path, mutating(labels("{'a': 'b'}")), bind()).answer("/validate")
    assert response["allowed"] is True
    assert "patch" not in response


@pytest.mark.parametrize("changes", [{"operation": "DELETE", "object": None, "oldObject": pod()}])
def test_what_is_not_stored_is_not_changed(tmp_path: Path, changes: dict[str, Any]) -> None:
    response = World.of(tmp_path, mutating(labels("{'a': 'b'}")), bind()).answer("/mutate", **changes)
    assert response["allowed"] is True
    assert "patch" not in response


def test_an_update_is_changed_as_well(tmp_path: Path) -> None:
    world = World.of(tmp_path, mutating(labels("{'a': 'b'}")), bind())
    response = world.answer("/mutate", object=pod(team="b"), operation="UPDATE", oldObject=pod())
    assert patched(response, pod(team="b"))["metadata"]["labels"]["a"] == "b"
