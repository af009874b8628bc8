from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.model.intent import MAX_INT64
from support.intents import asks, intent_of, pod, recorded

_POD_SPEC = {"containers": [{"name": "c", "image": "a", **asks(2)}]}
_TEMPLATE = {"metadata": {"labels": {"team": "of-the-template"}}, "spec": _POD_SPEC}


def _workload(api_version: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "w"}, "spec": spec}


@pytest.mark.parametrize(
    ("api_version", "kind", "spec", "pods"),
    [
        ("apps/v1", "Deployment", {"replicas": 3}, 3),
        ("apps/v1", "Deployment", {}, 1),
        ("apps/v1", "Deployment", {"replicas": 0}, 0),
        ("apps/v1", "StatefulSet", {"replicas": 3}, 3),
        ("apps/v1", "ReplicaSet", {"replicas": 3}, 3),
        ("apps/v1", "DaemonSet", {}, 1),
        ("v1", "ReplicationController", {"replicas": 3}, 3),
        ("batch/v1", "Job", {}, 1),
        ("batch/v1", "Job", {"parallelism": 4}, 4),
        ("batch/v1", "Job", {"parallelism": 4, "completions": 2}, 2),
        ("batch/v1", "Job", {"parallelism": 4, "completions": 9}, 4),
    ],
)
def test_each_kind_runs_its_pods(api_version: str, kind: str, spec: dict[str, Any], pods: int) -> None:
    intent = intent_of(_workload(api_version, kind, {**spec, "template": _TEMPLATE}))
    (gpu,) = intent["accelerators"]
    assert intent["kind"] == intent["workload"]["kind"] == kind
    assert intent["workload"]["pods"] == gpu["pods"] == pods
    assert (gpu["count"], gpu["total"]) == (2, 2 * pods)
    assert gpu["source"] == 'spec.template.spec.containers[0].resources.limits["nvidia.com/gpu"]'


def test_a_cron_job_runs_the_pods_of_one_job() -> None:
    job = {"parallelism": 8, "completions": 4, "template": _TEMPLATE}
    intent = intent_of(_workload("batch/v1", "CronJob", {"jobTemplate": {"spec": job}}))
    assert intent["workload"]["pods"] == 4
    assert intent["provenance"]["workload.pods"] == "spec.jobTemplate.spec.completions"
    assert intent["images"][0]["source"] == "spec.jobTemplate.spec.template.spec.containers[0].image"


def test_a_pod_template_keeps_its_pod_at_the_top() -> None:
    intent = intent_of({"apiVersion": "v1", "kind": "PodTemplate", "template": _TEMPLATE})
    assert intent["images"][0]["source"] == "template.spec.containers[0].image"


def test_a_daemon_set_says_that_it_runs_once_on_each_node() -> None:
    intent = intent_of(_workload("apps/v1", "DaemonSet", {"template": _TEMPLATE}))
    assert intent["unresolved"] == [
        {"path": "spec.template.spec", "reason": "one pod runs on each matching node; one is counted"}
    ]


@pytest.mark.parametrize(
    ("api_version", "kind"), [("v1", "ConfigMap"), ("apps.example.com/v1", "Deployment"), ("apps/v1", "Pod")]
)
def test_a_kind_without_pods_is_still_a_workload(api_version: str, kind: str) -> None:
    intent = intent_of(_workload(api_version, kind, {"template": _TEMPLATE, "containers": [asks()]}))
    assert (intent["accelerators"], intent["images"], intent["models"]) == ([], [], [])
    assert (intent["workload"]["kind"], intent["workload"]["pods"]) == (kind, 0)


def test_the_workload_is_what_the_manifest_says() -> None:
    manifest = _workload("apps/v1", "Deployment", {"template": _TEMPLATE})
    manifest["metadata"] = {
        "generateName": "w-",
        "namespace": "ns",
        "labels": {"a": "b"},
        "annotations": {"c": None},
    }
    assert intent_of(manifest)["workload"] == {
        "group": "apps",
        "version": "v1",
        "kind": "Deployment",
        "namespace": "ns",
        "name": "w-",
        "labels": {"a": "b"},
        "annotations": {"c": ""},
        "pods": 1,
    }
    assert intent_of({"apiVersion": "v1", "kind": "Pod"})["workload"]["name"] == ""


def test_a_manifest_is_created_by_nobody_known() -> None:
    intent = intent_of(pod({}))
    assert intent["action"] == "workload.create"
    assert intent["principal"] == {"id": "unknown", "type": "unknown", "groups": [], "claims": {}}


def test_totals_saturate() -> None:
    template = {"spec": {"containers": [asks(MAX_INT64)]}}
    (gpu,) = intent_of(_workload("apps/v1", "Deployment", {"replicas": 9, "template": template}))[
        "accelerators"
    ]
    assert gpu["total"] == MAX_INT64


def test_labels_of_the_object_count_before_those_of_the_template_and_annotations() -> None:
    manifest = _workload("apps/v1", "Deployment", {"template": _TEMPLATE})
    assert intent_of(manifest)["attribution"] == {"team": "of-the-template"}
    manifest["metadata"]["labels"] = {"owner": "of-the-object", "team": ""}
    manifest["metadata"]["annotations"] = {"team": "annotated", "cost-center": "cc-1"}
    intent = intent_of(manifest)
    assert intent["attribution"] == {"team": "of-the-object", "costCenter": "cc-1"}
    assert intent["provenance"]["attribution.team"] == "metadata.labels.owner"
    assert intent["provenance"]["attribution.costCenter"] == 'metadata.annotations["cost-center"]'


def test_of_two_labels_the_one_configured_first_counts() -> None:
    manifest = pod({})
    manifest["metadata"]["labels"] = {
        "owner": "c",
        "team": "b",
        "interlock.dev/team": "a",
        "interlock.dev/use-case": "u",
        "env": "dev",
        "org": "acme",
        "project": "p",
    }
    assert intent_of(manifest)["attribution"] == {
        "team": "a",
        "useCase": "u",
        "environment": "dev",
        "organization": "acme",
        "project": "p",
    }


def test_annotations_declare_agent_tools_and_data() -> None:
    intent = intent_of(recorded("manifests/agent-deployment.yaml"))
    assert [(tool["server"], tool["name"], tool["pinned"]) for tool in intent["tools"]] == [
        ("helpdesk", "search_tickets", False),
        ("helpdesk", "assign_queue", False),
    ]
    agent = intent["agent"]
    assert (agent["name"], agent["version"], agent["model"]) == ("ticket-triage", "2.3.0", "gpt-4o")
    assert agent["contextWindow"] == 64000
    assert agent["digest"].startswith("sha256:")
    assert intent["data"] == {"classifications": ["internal"], "residency": "eu"}
    assert intent["provenance"]["agent.version"] == 'metadata.annotations["interlock.dev/agent-version"]'


def test_a_changed_prompt_is_a_changed_agent() -> None:
    manifest = recorded("manifests/agent-deployment.yaml")
    before = intent_of(manifest)["agent"]["digest"]
    assert intent_of(manifest)["agent"]["digest"] == before
    manifest["metadata"]["annotations"]["interlock.dev/prompt-digest"] = "sha256:other"
    assert intent_of(manifest)["agent"]["digest"] != before


def test_annotations_of_the_template_count_too() -> None:
    template = {"metadata": {"annotations": {"interlock.dev/tools": "a/b a/b,c /d e/"}}, "spec": _POD_SPEC}
    intent = intent_of(_workload("apps/v1", "Deployment", {"template": template}))
    assert [(tool["server"], tool["name"]) for tool in intent["tools"]] == [
        ("a", "b"),
        ("unknown", "c"),
        ("unknown", "d"),
        ("e", "unknown"),
    ]
    assert intent["tools"][0]["source"] == 'spec.template.metadata.annotations["interlock.dev/tools"]'


def test_a_context_window_that_is_no_number_is_noted() -> None:
    manifest = pod({})
    manifest["metadata"]["annotations"] = {
        "interlock.dev/agent-name": "a",
        "interlock.dev/context-window": "big",
    }
    intent = intent_of(manifest)
    assert "contextWindow" not in intent["agent"]
    assert intent["unresolved"][0]["path"] == 'metadata.annotations["interlock.dev/context-window"]'


def test_an_agent_needs_nothing_but_its_name() -> None:
    manifest = pod({})
    manifest["metadata"]["annotations"] = {"interlock.dev/agent-name": "a"}
    assert intent_of(manifest)["agent"].keys() == {"name", "digest"}


def test_the_items_of_an_intent_are_bounded() -> None:
    assert len(intent_of(pod(*[{"image": "a"}] * 1000))["images"]) == 1000
    with pytest.raises(RequestError, match="more than 1000 containers"):
        intent_of(pod(*[{"image": "a"}] * 1001))


@pytest.mark.parametrize(
    ("manifest", "path"),
    [
        ({"kind": "Pod"}, "apiVersion"),
        ({"apiVersion": "v1"}, "kind"),
        ({"apiVersion": 1, "kind": "Pod"}, "apiVersion"),
        (_workload("apps/v1", "Deployment", {"replicas": -1}), "spec.replicas"),
        (_workload("apps/v1", "Deployment", {"replicas": "3"}), "spec.replicas"),
        (_workload("apps/v1", "Deployment", {"replicas": True}), "spec.replicas"),
        (_workload("apps/v1", "Deployment", {"replicas": 2**31}), "spec.replicas"),
        (_workload("apps/v1", "Deployment", {"template": []}), "spec.template"),
        ({**pod({}), "metadata": {"labels": {"a": 1}}}, "metadata.labels.a"),
        ({**pod({}), "metadata": {"name": 1}}, "metadata.name"),
        ({**pod({}), "metadata": []}, "metadata"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(manifest: dict[str, Any], path: str) -> None:
    with pytest.raises(RequestError) as caught:
        intent_of(manifest)
    assert caught.value.path == f"$.{path}"


def test_lists_in_annotations_add_up_so_that_none_hides_another() -> None:
    tools, words = "interlock.dev/tools", "interlock.dev/data-classifications"
    declared = {"annotations": {tools: "evil/tool, github/get_x", words: "pii"}}
    manifest = _workload("apps/v1", "Deployment", {"template": {"metadata": declared, "spec": _POD_SPEC}})
    manifest["metadata"]["annotations"] = {tools: "github/get_x", words: " , "}
    intent = intent_of(manifest)
    inner = "spec.template.metadata.annotations"
    assert [(tool["server"], tool["name"], tool["source"]) for tool in intent["tools"]] == [
        ("github", "get_x", f'metadata.annotations["{tools}"]'),
        ("evil", "tool", f'{inner}["{tools}"]'),
    ]
    assert intent["data"]["classifications"] == ["pii"]
    assert intent["provenance"]["data.classifications"] == f'{inner}["{words}"]'


@pytest.mark.parametrize(
    ("api_version", "kind", "is_noted"),
    [
        ("ray.io/v1", "RayTune", True),
        ("example.x-k8s.io/v1", "Widget", True),
        ("resource.k8s.io/v1", "ResourcePool", True),
        ("ray.io/v1", "RayCluster", False),
        ("unknown.k8s.io/v1", "Application", True),
        ("unknown.x-k8s.io/v1", "Application", True),
        ("v1", "ConfigMap", False),
        ("networking.k8s.io/v1", "Ingress", False),
        ("rbac.authorization.k8s.io/v1", "Role", False),
        ("apps/v1", "ControllerRevision", False),
    ],
)
def test_objects_that_may_hide_facts_and_are_not_read_say_so(
    api_version: str, kind: str, *, is_noted: bool
) -> None:
    intent = intent_of({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": {}})
    assert [each["path"] for each in intent["unresolved"]] == (["spec"] if is_noted else [])
