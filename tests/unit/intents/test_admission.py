from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.intents.admission import from_admission
from interlock.model.intent import Intent
from support.intents import CONTEXT, asks, pod, recorded
from support.reviews import review


def _admitted(**changes: Any) -> Intent:  # raw JSON
    return from_admission(review(pod(asks()), **changes)["request"], CONTEXT)


@pytest.mark.parametrize(
    ("operation", "action"),
    [("CREATE", "workload.create"), ("UPDATE", "workload.update"), ("CONNECT", "workload.connect")],
)
def test_the_operation_is_the_action(operation: str, action: str) -> None:
    intent = _admitted(operation=operation)
    assert intent["action"] == action
    assert len(intent["accelerators"]) == 1


def test_a_deletion_is_of_the_object_that_was() -> None:
    intent = _admitted(operation="DELETE", object=None, oldObject=pod(asks(4)))
    assert intent["action"] == "workload.delete"
    assert intent["accelerators"][0]["count"] == 4
    assert intent["object"] == pod(asks(4))


@pytest.mark.parametrize(
    ("operation", "path"), [("DELETE", "request.oldObject"), ("CONNECT", "request.object")]
)
def test_a_request_without_an_object_says_so(operation: str, path: str) -> None:
    kind = {"group": "", "version": "v1", "kind": "PodExecOptions"}
    intent = _admitted(operation=operation, object=None, oldObject=None, kind=kind, name="web")
    assert intent["workload"]["name"] == "web"
    assert intent["unresolved"] == [{"path": path, "reason": "the request holds no object"}]


@pytest.mark.parametrize("operation", ["CREATE", "UPDATE"])
def test_there_is_nothing_to_admit_without_an_object(operation: str) -> None:
    with pytest.raises(RequestError, match="must be the object to admit"):
        _admitted(operation=operation, object=None)


def test_who_asks_is_whom_the_api_server_authenticated() -> None:
    intent = _admitted(
        userInfo={"username": "jane", "groups": ["a"], "extra": {"scopes": ["x"]}, "uid": "u"},
    )
    assert intent["principal"] == {"id": "jane", "type": "user", "groups": ["a"], "claims": {"scopes": ["x"]}}
    assert intent["provenance"]["principal.id"] == "request.userInfo.username"


def test_a_service_account_is_one() -> None:
    intent = _admitted(userInfo={"username": "system:serviceaccount:ns:sa"})
    assert (intent["principal"]["type"], intent["principal"]["groups"]) == ("serviceAccount", [])


def test_nobody_is_unknown() -> None:
    intent = _admitted(userInfo=None)
    assert intent["principal"]["id"] == "unknown"
    assert "principal.id" not in intent["provenance"]


def test_namespace_and_kind_are_the_requests() -> None:
    intent = _admitted(namespace="elsewhere", name="")
    assert (intent["workload"]["namespace"], intent["workload"]["name"]) == ("elsewhere", "p")


@pytest.mark.parametrize("subresource", ["ephemeralcontainers", "resize"])
def test_a_subresource_with_the_whole_pod_has_its_facts(subresource: str) -> None:
    intent = _admitted(operation="UPDATE", subResource=subresource)
    assert len(intent["accelerators"]) == 1


def test_a_scale_says_how_many_and_not_what() -> None:
    intent = from_admission(recorded("admission/deployment-scaled.json")["request"], CONTEXT)
    assert (intent["action"], intent["kind"], intent["workload"]["pods"]) == ("workload.update", "Scale", 12)
    assert intent["unresolved"] == [
        {"path": "spec", "reason": "the pods are described by the object that is scaled"}
    ]
    assert intent["object"]["spec"] == {"replicas": 12}


def test_a_real_deployment_gives_all_its_facts() -> None:
    intent = from_admission(recorded("admission/deployment-vllm-h100.json")["request"], CONTEXT)
    (gpu,) = intent["accelerators"]
    assert (gpu["class"], gpu["count"], gpu["pods"], gpu["total"]) == ("h100", 4, 2, 8)
    assert [(model["name"], model["class"]) for model in intent["models"]] == [
        ("meta-llama/Llama-3.3-70B-Instruct", "open-weight"),
        ("llama-chat", "open-weight"),
    ]
    assert intent["attribution"] == {
        "team": "search",
        "project": "answers",
        "environment": "production",
        "costCenter": "cc-4711",
    }
    assert intent["data"] == {
        "classifications": ["internal", "pii"],
        "residency": "eu",
        "region": "eu-central-1",
    }
    assert [image["registry"] for image in intent["images"]] == ["ghcr.io", "docker.io", "docker.io"]
    assert intent["unresolved"] == []


def test_a_cron_job_names_the_model_in_its_script_and_both_classes() -> None:
    intent = from_admission(recorded("admission/cronjob-finetune.json")["request"], CONTEXT)
    (gpu,) = intent["accelerators"]
    assert (gpu["alternatives"], gpu["total"]) == (["a100-80gb", "h100"], 32)
    assert [model["name"] for model in intent["models"]] == ["mistralai/Mistral-7B-v0.3"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"operation": "PATCH"}, "request.operation"),
        ({"operation": None}, "request.operation"),
        ({"kind": None}, "request.kind.kind"),
        ({"kind": "Pod"}, "request.kind"),
        ({"object": []}, "request.object"),
        ({"userInfo": {"username": 1}}, "request.userInfo.username"),
        ({"userInfo": {"username": "a", "groups": [1]}}, "request.userInfo.groups[0]"),
        ({"userInfo": {"username": "a", "extra": []}}, "request.userInfo.extra"),
        ({"namespace": 1}, "request.namespace"),
        ({"object": {"a": "\0"}}, "request.object.a"),
    ],
)
def test_a_malformed_request_is_refused_with_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(RequestError) as caught:
        _admitted(**changes)
    assert caught.value.path == f"$.{path}"


@pytest.mark.parametrize("request_", [None, [], "x", 1])
def test_a_request_is_an_object(request_: Any) -> None:  # raw JSON
    with pytest.raises(RequestError, match="`request`: must be an object"):
        from_admission(request_, CONTEXT)


def test_the_groups_of_who_asks_are_bounded() -> None:
    many = {"username": "ana", "groups": [f"group-{number}" for number in range(1001)]}
    with pytest.raises(RequestError, match="more than 1000 groups"):
        _admitted(userInfo=many)
