"""The caller of webhooks that tests use: each breach of the contract of `admission.k8s.io/v1` is caught.

The facts are of k8s.io/apiserver 1.37, `pkg/admission/plugin/webhook`.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from support.answering import patching
from support.kubernetes.certificates import authority
from support.registering import webhook
from support.webhookscene import PODS, Scene

Reshape = Callable[[dict[str, Any]], Any]


def _response(**fields: Any) -> Reshape:
    """What puts `fields` into a response."""
    return lambda answer: {**answer, "response": {**answer["response"], **fields}}


_BREACHES: dict[str, Reshape] = {
    "another uid": _response(uid="another"),
    "no uid": lambda answer: {**answer, "response": {"allowed": True}},
    "no response": lambda answer: {"apiVersion": answer["apiVersion"], "kind": answer["kind"]},
    "another version": lambda answer: {**answer, "apiVersion": "admission.k8s.io/v1beta1"},
    "another kind": lambda answer: {**answer, "kind": "AdmissionResponse"},
    "no JSON": lambda _answer: b"allowed: yes",
    "no object": lambda _answer: b"[]",
    "allowed as text": _response(allowed="true"),
    "an unknown field": _response(reason="because"),
    "a status that is a text": _response(status="Failure"),
    "a code that is a text": _response(status={"code": "403"}),
    "an annotation that is a number": _response(auditAnnotations={"a": 1}),
    "a warning that is a number": _response(warnings=[1]),
}
_PATCH_BREACHES: dict[str, Reshape] = {
    "a patch without type": _response(patch="W10="),
    "a type without patch": _response(patchType="JSONPatch"),
    "another type": _response(patch="W10=", patchType="MergePatch"),
    "a patch that is no base64": _response(patch="[]", patchType="JSONPatch"),
    "a patch that is no list": _response(patch="e30=", patchType="JSONPatch"),
    "an operation that is none": _response(**patching([{"op": "set", "path": "/a"}])),
}


@pytest.mark.parametrize("kind", ["Validating", "Mutating"])
@pytest.mark.parametrize("breach", _BREACHES)
def test_an_answer_that_breaks_the_contract_fails_the_request(scene: Scene, kind: str, breach: str) -> None:
    hook = scene.hook()
    hook.reshape = _BREACHES[breach]
    scene.configure(kind, webhook("w", hook.client))
    answer = scene.create()
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert 'failed calling webhook "w.example.com": received invalid webhook response' in answer.text.replace(
        "\\", ""
    )


@pytest.mark.parametrize("breach", _PATCH_BREACHES)
def test_a_patch_that_breaks_the_contract_fails_the_request(scene: Scene, breach: str) -> None:
    hook = scene.hook()
    hook.reshape = _PATCH_BREACHES[breach]
    scene.configure("Mutating", webhook("w", hook.client))
    assert "received invalid webhook response" in scene.create().text


@pytest.mark.parametrize("fields", [patching([]), {"allowed": True, "patchType": "JSONPatch"}])
def test_a_validating_webhook_may_not_patch(scene: Scene, fields: dict[str, Any]) -> None:
    hook = scene.hook()
    hook.answer = lambda _request: fields
    scene.configure("Validating", webhook("w", hook.client))
    assert "validating webhook may not return response.patch" in scene.create().text


@pytest.mark.parametrize("code", [201, 302, 404, 500])
def test_only_status_200_is_an_answer(scene: Scene, code: int) -> None:
    hook = scene.hook()
    hook.code = code
    scene.configure("Validating", webhook("w", hook.client))
    assert scene.create().status_code == HTTPStatus.INTERNAL_SERVER_ERROR


def test_a_failure_is_ignored_where_its_policy_says_so_and_the_audit_log_has_it(scene: Scene) -> None:
    hook = scene.hook()
    hook.code = 500
    scene.configure("Validating", webhook("v", hook.client, failurePolicy="Ignore"))
    scene.configure("Mutating", webhook("m", hook.client, failurePolicy="Ignore"))
    assert scene.create().status_code == HTTPStatus.CREATED
    assert scene.audited.annotations == {
        "failed-open.mutation.webhook.admission.k8s.io/round_0_index_0": "m.example.com",
        "mutation.webhook.admission.k8s.io/round_0_index_0": json.dumps(
            {"configuration": "ours", "webhook": "m.example.com", "mutated": False}
        ),
        "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "v.example.com",
    }


@pytest.mark.parametrize("policy", ["Fail", "Ignore"])
def test_a_patch_that_does_not_apply_is_an_error_whatever_the_policy(scene: Scene, policy: str) -> None:
    hook = scene.hook()
    hook.answer = lambda _request: patching([{"op": "remove", "path": "/spec/nothing"}])
    scene.configure("Mutating", webhook("w", hook.client, failurePolicy=policy))
    answer = scene.create()
    assert (answer.status_code, answer.json()["reason"]) == (500, "InternalError")


def test_what_is_deleted_can_not_be_patched(scene: Scene) -> None:
    scene.create()
    hook = scene.hook()
    hook.answer = lambda _request: patching([{"op": "add", "path": "/a", "value": 1}])
    scene.configure("Mutating", webhook("w", hook.client, failurePolicy="Ignore"))
    answer = scene.client.delete(f"{PODS}/a")
    assert "attempted to modify the object, which is not supported for this operation" in answer.text
    assert hook.asked[0]["object"] is None
    assert hook.asked[0]["oldObject"]["metadata"]["name"] == "a"


def test_a_denial_has_its_code_its_reason_and_a_prefix(scene: Scene) -> None:
    hook = scene.hook()
    status = {
        "code": 403,
        "reason": "Forbidden",
        "message": "not today",
        "details": {"causes": [{"message": "a"}]},
    }
    hook.answer = lambda _request: {"allowed": False, "status": status}
    scene.configure("Validating", webhook("w", hook.client))
    answer = scene.create()
    assert answer.status_code == HTTPStatus.FORBIDDEN
    said = answer.json()
    assert said["message"] == 'admission webhook "w.example.com" denied the request: not today'
    assert said["details"] == status["details"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ({}, " without explanation"),
        ({"status": {"code": 200, "reason": "Because"}}, ": Because"),
        ({"status": {"code": 302, "message": "go away"}}, ": go away"),
    ],
)
def test_a_denial_is_at_least_a_400(scene: Scene, status: dict[str, Any], message: str) -> None:
    hook = scene.hook()
    hook.answer = lambda _request: {"allowed": False, **status}
    scene.configure("Validating", webhook("w", hook.client, failurePolicy="Ignore"))
    answer = scene.create()
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["message"].endswith(f"denied the request{message}")


def test_a_webhook_that_is_too_late_has_failed(scene: Scene) -> None:
    hook = scene.hook()
    hook.delay = 30
    scene.configure("Validating", webhook("w", hook.client, timeoutSeconds=1))
    assert "context deadline exceeded" in scene.create().text
    assert hook.queries == ["timeout=1s"]


def test_only_who_proves_to_be_the_service_is_believed(scene: Scene) -> None:
    right = scene.hook("hook.system.svc")
    scene.serve("system", "hook", right.port)
    service = {"namespace": "system", "name": "hook", "path": "/validate"}
    client = {"service": service, "caBundle": right.client["caBundle"]}
    scene.configure("Validating", webhook("w", client))
    assert scene.create().status_code == HTTPStatus.CREATED
    other = scene.hook("other.system.svc")
    scene.serve("system", "hook", other.port)
    scene.forget()
    scene.configure("Validating", webhook("w", {**client, "caBundle": other.client["caBundle"]}))
    assert "Hostname mismatch" in scene.create("b").text
    assert not other.asked


def test_a_certificate_for_another_name_or_by_another_authority_is_refused(scene: Scene) -> None:
    for hook in (scene.hook("localhost"), scene.hook("127.0.0.1", by=authority())):
        scene.configure("Validating", webhook("w", hook.client), name=f"of-{hook.port}")
        assert "certificate verify failed" in scene.create().text
        assert not hook.asked
        scene.forget()


def test_mutations_are_seen_by_whoever_comes_after_and_by_who_wants_to_see_them_again(scene: Scene) -> None:
    first, second, third = scene.hook(), scene.hook(), scene.hook()
    labels = {"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}
    second.answer = lambda request: (
        {"allowed": True} if "labels" in request["object"]["metadata"] else patching([labels])
    )
    again = {"reinvocationPolicy": "IfNeeded"}
    scene.configure(
        "Mutating",
        webhook("first", first.client, **again),
        webhook("second", second.client, **again),
        webhook("third", third.client, **again),
    )
    assert scene.create().json()["metadata"]["labels"] == {"a": "b"}
    assert [len(each.asked) for each in (first, second, third)] == [2, 1, 1]
    assert "labels" not in first.asked[0]["object"]["metadata"]
    assert first.asked[1]["object"]["metadata"]["labels"] == {"a": "b"}
    said = scene.audited.annotations
    assert '"mutated": true' in said["mutation.webhook.admission.k8s.io/round_0_index_1"]
    assert '"mutated": false' in said["mutation.webhook.admission.k8s.io/round_1_index_0"]


def test_validation_sees_what_mutation_left_and_what_the_server_gave(scene: Scene) -> None:
    mutating, validating = scene.hook(), scene.hook()
    mutating.answer = lambda _request: patching(
        [{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]
    )
    scene.configure("Mutating", webhook("m", mutating.client))
    scene.configure("Validating", webhook("v", validating.client))
    scene.create()
    assert "uid" not in mutating.asked[0]["object"]["metadata"]
    assert validating.asked[0]["object"]["metadata"].keys() >= {"uid", "creationTimestamp", "labels"}


def test_a_dry_run_asks_who_has_no_side_effects_and_says_what_it_is(scene: Scene) -> None:
    hook = scene.hook()
    scene.configure("Validating", webhook("w", hook.client))
    assert scene.create(dryRun="All").status_code == HTTPStatus.CREATED
    assert hook.asked[0]["dryRun"] is True
    assert hook.asked[0]["options"]["dryRun"] == ["All"]


def test_who_tries_a_deletion_says_so_in_its_body(scene: Scene) -> None:
    scene.create()
    hook = scene.hook()
    scene.configure("Validating", webhook("w", hook.client))
    scene.client.request("DELETE", f"{PODS}/a", json={"dryRun": ["All"]})
    assert (hook.asked[0]["operation"], hook.asked[0]["dryRun"]) == ("DELETE", True)
    assert scene.client.get(f"{PODS}/a").status_code == HTTPStatus.OK


def test_annotations_are_prefixed_and_the_first_of_a_key_stays(scene: Scene) -> None:
    hook = scene.hook()
    hook.answer = lambda _request: {"allowed": True, "auditAnnotations": {"why": "so", "not a key": "lost"}}
    scene.configure("Validating", webhook("w", hook.client))
    scene.create()
    assert scene.audited.annotations == {"w.example.com/why": "so"}


def test_warnings_are_cut_once_they_are_too_many(scene: Scene) -> None:
    hook = scene.hook()
    few, lost = ["a" * 300, "a" * 300, "b" * 300], "with a\nline break"
    hook.answer = lambda _request: {"allowed": True, "warnings": [*few, lost]}
    scene.configure("Validating", webhook("w", hook.client))
    assert [len(each) for each in scene.create().headers.get_list("warning")] == [308, 308]
    hook.answer = lambda _request: {
        "allowed": True,
        "warnings": [f"{number:03}" * 100 for number in range(100)],
    }
    cut = scene.create("b").headers.get_list("warning")
    assert [len(each) for each in cut] == [256 + 8] * 16
