from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.intents.admission import changeable_object, from_admission
from interlock.model.intent import MAX_INT64, Intent
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


def _scaled(before: int | None, replicas: int) -> Intent:
    """A Deployment that is scaled."""
    request = recorded("admission/deployment-scaled.json")["request"]
    old = None if before is None else {**request["oldObject"], "spec": {"replicas": before}}
    return from_admission(
        {**request, "object": {**request["object"], "spec": {"replicas": replicas}}, "oldObject": old}, CONTEXT
    )


def test_a_scale_is_of_the_object_that_is_scaled() -> None:
    intent = _scaled(2, 12)
    assert (intent["action"], intent["kind"], intent["subresource"]) == (
        "workload.update",
        "Deployment",
        "scale",
    )
    workload = intent["workload"]
    assert (workload["group"], workload["version"], workload["kind"]) == ("apps", "v1", "Deployment")
    assert (workload["name"], workload["pods"]) == ("llama-chat", 12)
    assert intent["object"]["kind"] == "Scale"


@pytest.mark.parametrize("before", [2, 11, 0, None])
def test_more_pods_may_have_any_accelerators(before: int | None) -> None:
    intent = _scaled(before, 12)
    (unknown,) = intent["accelerators"]
    assert (unknown["class"], unknown["pods"], unknown["total"]) == ("unknown", 12, MAX_INT64)
    assert intent["unresolved"] == [
        {"path": "spec", "reason": "the pods are described by the object that is scaled"}
    ]


@pytest.mark.parametrize(("before", "replicas"), [(12, 12), (12, 3), (12, 0), (None, 0)])
def test_no_more_pods_than_before_ask_for_nothing(before: int | None, replicas: int) -> None:
    assert _scaled(before, replicas)["accelerators"] == []


SCALED = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "llama-chat", "labels": {"interlock.dev/team": "search"}},
    "spec": {
        "replicas": 2,
        "template": {
            "spec": {
                "containers": [
                    {"name": "llm", "image": "vllm", "resources": {"limits": {"nvidia.com/gpu": "4"}}},
                ]
            }
        },
    },
}
"""What the recorded request scales."""


def _looked_up(scaled: Any, before: int = 2, replicas: int = 12) -> Intent:
    """The Deployment is scaled, and `scaled` is what somebody found under its name."""
    request = recorded("admission/deployment-scaled.json")["request"]
    return from_admission(
        {
            **request,
            "object": {**request["object"], "spec": {"replicas": replicas}},
            "oldObject": {**request["oldObject"], "spec": {"replicas": before}},
            "scaled": scaled,
        },
        CONTEXT,
    )


def test_more_pods_take_what_the_scaled_object_says() -> None:
    intent = _looked_up(SCALED)
    (found,) = intent["accelerators"]
    assert (found["vendor"], found["count"], found["pods"], found["total"]) == ("nvidia", 4, 12, 48)
    assert intent["images"][0]["reference"] == "vllm"
    assert intent["attribution"]["team"] == "search"
    assert (intent["kind"], intent["subresource"], intent["workload"]["pods"]) == ("Deployment", "scale", 12)
    assert intent["object"]["kind"] == "Scale"


def test_what_the_scaled_object_says_is_found_in_it() -> None:
    intent = _looked_up(SCALED)
    template = "request.scaled.spec.template.spec.containers[0]"
    assert intent["images"][0]["source"] == f"{template}.image"
    assert intent["provenance"]["workload.pods"] == "request.scaled.spec.replicas"
    assert intent["provenance"]["principal.id"] == "request.userInfo.username"


def test_a_scaled_object_without_devices_asks_for_none() -> None:
    plain = {**SCALED, "spec": {"replicas": 2, "template": {"spec": {"containers": [{"image": "web"}]}}}}
    assert _looked_up(plain)["accelerators"] == []


@pytest.mark.parametrize(
    "other",
    [
        None,
        {},
        {**SCALED, "kind": "StatefulSet"},
        {**SCALED, "apiVersion": "acme.example/v1"},
        {**SCALED, "metadata": {"name": "other"}},
        {**SCALED, "spec": {**SCALED["spec"], "replicas": 1}},  # type: ignore[dict-item]
        {**SCALED, "spec": {}},
    ],
)
def test_what_may_be_another_object_says_nothing_of_the_pods(other: Any) -> None:
    (unknown,) = _looked_up(other)["accelerators"]
    assert unknown["class"] == "unknown"


def test_fewer_pods_ask_for_nothing_whatever_is_scaled() -> None:
    assert _looked_up(SCALED, before=12, replicas=2)["accelerators"] == []


@pytest.mark.parametrize("scaled", [7, [], {"metadata": 7}, {"spec": 7}])
def test_a_scaled_object_that_is_none_is_refused(scaled: Any) -> None:
    with pytest.raises(RequestError):
        _looked_up(scaled)


@pytest.mark.parametrize(
    ("group", "resource", "kind"),
    [
        ("apps", "statefulsets", "StatefulSet"),
        ("leaderworkerset.x-k8s.io", "leaderworkersets", "LeaderWorkerSet"),
        ("nvidia.com", "dynamographdeployments", "DynamoGraphDeployment"),
        ("resource.k8s.io", "deviceclasses", "DeviceClass"),
        ("", "replicationcontrollers", "ReplicationController"),
        ("kaito.sh", "inferencesets", "InferenceSet"),
        ("acme.example", "fleets", "Scale"),
    ],
)
def test_the_resource_says_which_kind_is_scaled(group: str, resource: str, kind: str) -> None:
    request = recorded("admission/deployment-scaled.json")["request"]
    resource_ = {"group": group, "version": "v1", "resource": resource}
    intent = from_admission({**request, "resource": resource_}, CONTEXT)
    assert (intent["kind"], intent["workload"]["pods"]) == (kind, 12)
    assert intent["accelerators"]


_OF_PODS = {"group": "", "version": "v1", "resource": "pods"}


@pytest.mark.parametrize(
    ("subresource", "kind", "operation", "action"),
    [
        ("binding", {"group": "", "version": "v1", "kind": "Binding"}, "CREATE", "workload.update"),
        ("eviction", {"group": "policy", "version": "v1", "kind": "Eviction"}, "CREATE", "workload.delete"),
        ("attach", {"group": "", "version": "v1", "kind": "PodAttachOptions"}, "CONNECT", "workload.connect"),
    ],
)
def test_a_part_of_a_pod_is_of_the_pod(
    subresource: str, kind: dict[str, str], operation: str, action: str
) -> None:
    intent = _admitted(
        operation=operation,
        subResource=subresource,
        resource=_OF_PODS,
        kind=kind,
        object={"metadata": {"name": "p"}},
    )
    assert (intent["kind"], intent["subresource"], intent["action"]) == ("Pod", subresource, action)
    assert (intent["accelerators"], intent["workload"]["pods"]) == ([], 0)


def test_the_command_of_an_exec_names_its_model_and_starts_no_pod() -> None:
    intent = _admitted(
        operation="CONNECT",
        subResource="exec",
        resource=_OF_PODS,
        kind={"group": "", "version": "v1", "kind": "PodExecOptions"},
        object={"container": "c", "command": ["sh", "-c", "vllm serve Qwen/Qwen3-8B"]},
    )
    assert (intent["kind"], intent["subresource"], intent["workload"]["pods"]) == ("Pod", "exec", 0)
    assert [model["name"] for model in intent["models"]] == ["Qwen/Qwen3-8B"]


def test_a_container_that_is_added_to_a_running_pod_is_read() -> None:
    added = {"name": "debug", "image": "vllm/vllm-openai", "args": ["--model", "Qwen/Qwen3-8B"]}
    intent = _admitted(
        operation="UPDATE",
        subResource="ephemeralcontainers",
        resource=_OF_PODS,
        object=pod(asks(), ephemeralContainers=[added]),
    )
    assert (intent["kind"], intent["subresource"]) == ("Pod", "ephemeralcontainers")
    assert [model["name"] for model in intent["models"]] == ["Qwen/Qwen3-8B"]
    assert [image["repository"] for image in intent["images"]] == ["vllm/vllm-openai"]


def test_a_whole_object_has_no_subresource() -> None:
    assert "subresource" not in _admitted()


@pytest.mark.parametrize("subresource", ["scale", "resize", "ephemeralcontainers", "status", "binding"])
def test_of_a_part_of_an_object_nothing_is_changed(subresource: str) -> None:
    request = review(pod(asks()))["request"]
    assert changeable_object(request) is not None
    assert changeable_object({**request, "subResource": subresource}) is None


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
        ({"subResource": 1}, "request.subResource"),
        ({"subResource": "scale", "resource": {"resource": []}}, "request.resource.resource"),
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
